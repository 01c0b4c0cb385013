"""Citations: are they the gold sentences, all of them and only them, and are they verbatim?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.evaluation.figures import Rows
from rag.evaluation.judging import Judged, ReadSentence
from rag.evaluation.measures.base import Measure, averaged, first_line


def evidence_precision(judged: Judged) -> float | None:
    """Share of the cited sentences that are gold, mean over the questions with gold sentences.

    A cited sentence is gold when it shares at least half of the shorter of the two with a gold quote. Sentences that
    may be cited beside the gold (`also`) are left out of both counts. An answer that cites nothing scores 0. Macro
    average, as in FEVER's and CLAPNQ's evidence scores (Thorne et al. 2018); not the share over all citations of the
    set (micro). Not ALCE's citation precision, which asks an entailment model instead of people.
    """
    if not _applies(judged):
        return None
    right, wrong = _counts(judged)
    return right / (right + wrong) if right + wrong else 0.0


def evidence_recall(judged: Judged) -> float | None:
    """Share of a question's gold sentences that are cited, mean over the questions with gold sentences.

    Where any one of them answers alone (`any`), citing one is complete: 1. An abstention scores 0. Not `R@k of
    sentences`, which looks at a ranking before anything is chosen.
    """
    if not _applies(judged):
        return None
    hits = [any(quote.hit_by(sentence.span) for sentence in judged.cited) for quote in judged.gold.evidence]
    return float(any(hits)) if judged.gold.any_evidence else sum(hits) / len(hits)


def evidence_f1(judged: Judged) -> float | None:
    """Harmonic mean of a question's evidence precision and recall, mean over questions.

    The mean of F1s, not the F1 of the mean precision and recall.
    """
    precision, recall = evidence_precision(judged), evidence_recall(judged)
    if precision is None or recall is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def first_citation_right(judged: Judged) -> float | None:
    """Share of the questions with gold sentences whose first cited sentence is one of them.

    Success at rank 1 (Hit@1) of what is cited: what a reader who checks one citation sees. Sentences that may be cited
    beside the gold (`also`) are skipped. An abstention scores 0. Not `R@k of sentences`, which ranks what is not said.
    """
    if not _applies(judged):
        return None
    verdicts = (is_gold(sentence, judged) for sentence in judged.cited)
    return float(next((verdict for verdict in verdicts if verdict is not None), False))


def is_gold(sentence: ReadSentence, judged: Judged) -> bool | None:
    """Tell whether a cited sentence is gold; None for one that may be cited beside the gold."""
    if any(quote.hit_by(sentence.span) for quote in judged.gold.evidence):
        return True
    return None if any(quote.hit_by(sentence.span) for quote in judged.gold.also) else False


def verbatim_rows(judged: Sequence[Judged]) -> list[Rows | None]:
    """Share of all citations whose quote stands at the cited place, in the article with the cited digest.

    Re-read from the index, character for character; anything but 1 is a bug. Over all citations of the set (micro): a
    share of questions would hide one bad citation among good ones.
    """
    return [np.array([one.verbatim], np.float64).T if one.verbatim else None for one in judged]


def _applies(judged: Judged) -> bool:
    return bool(judged.gold.evidence) and judged.system_answers


def _counts(judged: Judged) -> tuple[int, int]:
    """Count the cited sentences that are gold and those that are wrong."""
    verdicts = [is_gold(sentence, judged) for sentence in judged.cited]
    return verdicts.count(True), verdicts.count(False)


CITATIONS = (
    averaged("first citation right", first_citation_right),
    averaged("evidence precision", evidence_precision),
    averaged("evidence recall", evidence_recall),
    averaged("evidence F1", evidence_f1),
    Measure("verbatim citations", first_line(verbatim_rows), verbatim_rows),
)
