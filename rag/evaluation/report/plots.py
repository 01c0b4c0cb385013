"""The four plots of a report: reliability, what abstaining buys, retrieval by depth, and latency."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.evaluation.judging import Judged
from rag.evaluation.measures.calibration import bins, expected_calibration_error, support_rows
from rag.evaluation.measures.latency import latency_rows
from rag.evaluation.measures.retrieval import gold_documents, ranked_passages, ranked_sentences
from rag.evaluation.report.charts import Axis, Plane, Point, shares
from rag.evaluation.report.html import Html, tag
from rag.evaluation.squad import has_answer

DEPTH = 20  # as many passages and sentences as a prediction reports
LEAST_COVERED = 5  # below so many questions, the share of wrong ones jumps about and tells nothing
N_LATENCY_BARS = 24
SHOWN = 0.98  # of the answers, on the scale of latencies
N_DOT_LARGEST = 9  # pixels


def plots(judged: Sequence[Judged]) -> Html:
    """Draw every plot for which there is data."""
    found = (reliability(judged), coverage(judged), depth(judged), latency(judged))
    return tag("div", *(plot for plot in found if plot is not None), class_="plots")


def reliability(judged: Sequence[Judged]) -> Html | None:
    """Draw the share of right citations against the support claimed for them."""
    parts = [rows for rows in support_rows(judged) if rows is not None]
    if not parts:
        return None
    rows = np.concatenate(parts)
    found = bins(rows)
    most = max(b.n for b in found)
    plane = Plane(shares("support claimed"), shares("share that is right"))
    points = [(100 * b.support, 100 * b.right) for b in found]
    dots = [
        plane.dot(
            point,
            "main",
            f"{b.n} citations with a support of {b.support:.2f} on average: {b.right:.0%} right",
            3 + (N_DOT_LARGEST - 3) * (b.n / most) ** 0.5,
        )
        for b, point in zip(found, points, strict=True)
    ]
    drawn = plane.drawn(
        "Reliability diagram", plane.line([(0, 0), (100, 100)], "ideal"), plane.line(points, "main"), *dots
    )
    error = expected_calibration_error(rows)
    words = (
        f"Each dot is the citations with about that support; the larger, the more of {len(rows):,}. On the dashed line "
        f"support means what it says; below it, too much is claimed. Mean distance (ECE): {error:.3f}."
    )
    return _plot("Can the support be believed?", drawn, words)


def coverage(judged: Sequence[Judged]) -> Html | None:
    """Draw the share of wrong answers against the share of questions answered, surest first (risk and coverage).

    El-Yaniv & Wiener 2010. An abstention is judged by the best sentence considered: what would have been said.
    """
    scored = [
        (one.prediction.answer.confidence, *_would_be(one))
        for one in judged
        if one.prediction and one.prediction.answer
    ]
    known = sorted((row for row in scored if row[1] is not None), key=lambda row: -row[0])
    if len(known) < 2 * LEAST_COVERED:
        return None
    wrong = np.cumsum([not right for _, right, _ in known])
    n = len(known)
    line: list[Point] = [(100 * k / n, 100 * float(wrong[k - 1]) / k) for k in range(LEAST_COVERED, n + 1)]
    answered = [bool(right) for _, right, said in known if said]
    plane = Plane(shares("questions answered, surest first"), shares("of these, wrong"))
    marks = [plane.line(line, "main")]
    words = "How many answers are wrong when only the surest questions are answered. "
    if answered:
        now = (100 * len(answered) / n, 100 * (1 - sum(answered) / len(answered)))
        marks.append(plane.dot(now, "mark", f"as shipped: {now[0]:.0f} % answered, {now[1]:.0f} % of them wrong", 6))
        words += (
            f"The ring is the system as it ships: it answers {now[0]:.0f} % and {now[1]:.0f} % of these are wrong. "
        )
    words += "For what it withheld, the best sentence it considered is judged."
    return _plot("What does abstaining buy?", plane.drawn("Risk and coverage", *marks), words)


def _would_be(judged: Judged) -> tuple[bool | None, bool]:
    """Tell whether the answer is right, or would have been, and whether it was given; a choice is another matter."""
    said = not judged.abstained
    if not judged.answerable:
        return False, said
    sentences = judged.cited if said else judged.considered[:1]
    if judged.gold.evidence:
        return any(quote.hit_by(one.span) for quote in judged.gold.evidence for one in sentences), said
    if judged.question.answers:
        return any(has_answer(one.text, judged.question.answers) for one in sentences), said
    return None, said


def depth(judged: Sequence[Judged]) -> Html | None:
    """Draw the share of gold sentences found among the first k passages, and among the first k sentences considered."""
    counted = [one for one in judged if one.gold.evidence and one.system_answers]
    if not counted:
        return None
    plane = Plane(Axis("first k", 1, DEPTH, (1, 5, 10, 15, 20)), shares("gold sentences found"))
    marks = []
    lines = ((ranked_passages, "main", "passages"), (ranked_sentences, "second", "sentences"))
    for row, (ranking, class_, name) in enumerate(lines):
        found = np.zeros(DEPTH)
        for one in counted:
            gold = set(gold_documents(one.gold, "passages"))
            ranked = ranking(one)
            found += [len(gold & set(ranked[:k])) / len(gold) for k in range(1, DEPTH + 1)]
        points = [(float(k), 100 * float(share) / len(counted)) for k, share in enumerate(found, start=1)]
        marks += [plane.line(points, class_), plane.key(len(lines) - 1 - row, class_, name)]
        marks += [plane.dot(p, class_, f"{p[1]:.0f} % among the first {p[0]:.0f} {name}", 2.5) for p in points]
    words = (
        f"Mean over {len(counted):,} questions with gold sentences. What the line of passages lacks was not found by "
        "the search; what lies between the lines was found but not seen to be the answer."
    )
    return _plot("Is it found, and how far down?", plane.drawn("Retrieval by depth", *marks), words)


def latency(judged: Sequence[Judged]) -> Html | None:
    """Draw how many answers took how long."""
    parts = [rows for rows in latency_rows(judged) if rows is not None]
    if not parts:
        return None
    times_ms = np.concatenate(parts)[:, 0]
    p50, p95 = (float(v) for v in np.quantile(times_ms, (0.5, 0.95)))
    shown_ms = float(np.quantile(times_ms, SHOWN))  # a few very slow ones would flatten all others against the axis
    step = _round_step(shown_ms / 4)
    end = step * max(1, int(np.ceil(shown_ms / step)))
    n_beyond = int((times_ms > end).sum())
    counts, edges = np.histogram(times_ms, bins=N_LATENCY_BARS, range=(0, end))
    top = max(int(counts.max()), 1)
    ticks = sorted({0, round(top / 2), top})
    plane = Plane(
        Axis("milliseconds", 0, end, [step * k for k in range(round(end / step) + 1)]), Axis("questions", 0, top, ticks)
    )
    bars = [
        plane.bar(float(lo), float(hi), float(n), "main", f"{n} answers in {lo:.0f} to {hi:.0f} ms")
        for n, lo, hi in zip(counts.tolist(), edges[:-1], edges[1:], strict=True)
        if n
    ]
    lines = [plane.line([(value, 0), (value, top)], "mark") for value in (p50, p95)]
    words = (
        f"Half of the answers come within {p50:,.0f} ms, 95 % within {p95:,.0f} ms (the two lines); the slowest took "
        f"{times_ms.max():,.0f} ms."
    )
    if n_beyond:
        words += f" {n_beyond} slower than the scale shows."
    return _plot("How long does it take?", plane.drawn("Latency", *bars, *lines), words)


def _round_step(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least `least`."""
    power = 10.0 ** np.floor(np.log10(max(least, 1e-3)))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= least))


def _plot(title: str, drawn: Html, words: str) -> Html:
    return tag("figure", tag("h3", title), drawn, tag("figcaption", words))
