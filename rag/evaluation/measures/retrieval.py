"""Retrieval, measured with ir-measures: the only file that names it.

The field's measures need documents that are relevant or not. Three rankings are measured against the gold evidence:

- articles: the ranking of passages, with each article at the place of its first passage; relevant are the articles that
  hold the gold sentences. It does not depend on how a system cuts passages.
- passages: a gold sentence is found at the place of the first passage that holds it. So that systems with passages of
  their own (longer, shorter, overlapping) can be compared, the documents are the gold sentences: a passage that holds
  some not found before stands for these, any other passage for itself, not relevant.
- sentences: the same for the ranking of single sentences that an answer reports as its evidence.

Where any one gold sentence answers alone (`any`), all of them are one document.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.errors import MissingExtra
from rag.evaluation.figures import Rows
from rag.evaluation.gold import Gold, Span
from rag.evaluation.judging import Judged
from rag.evaluation.measures.base import Measure, one_row

Ranking = Callable[[Judged], list[str]]

MEASURES = {
    "nDCG@10": "Normalised discounted cumulative gain of the first 10 {of} (Järvelin & Kekäläinen 2002), gain 1 for "
    "each relevant one. trec_eval's, with a log2 discount; not the variant with exponential gain.",
    "R@5": "Share of the relevant documents among the first 5 {of}. Not success@5, which asks for one only.",
    "R@10": "Share of the relevant documents among the first 10 {of}. Not success@10, which asks for one only.",
    "RR@10": "Reciprocal rank of the first relevant one among the first 10 {of}, else 0 (its mean is MRR@10). Not the "
    "uncut RR of trec_eval.",
}


def gold_documents(gold: Gold, level: str) -> list[str]:
    """Return the names of the relevant documents."""
    if gold.any_evidence and gold.evidence:
        return ["gold"]
    return list(gold.articles) if level == "articles" else [f"gold {place}" for place in range(len(gold.evidence))]


def ranked_articles(judged: Judged) -> list[str]:
    """Return the articles retrieved, each once, at the place of its first passage."""
    spans = judged.prediction.passages if judged.prediction else ()
    names = [_article_name(span.article_id, judged.gold) for span in spans]
    return list(dict.fromkeys(names))


def ranked_passages(judged: Judged) -> list[str]:
    """Return the passages retrieved, as documents."""
    return ranked_quotes(judged.prediction.passages if judged.prediction else (), judged.gold)


def ranked_sentences(judged: Judged) -> list[str]:
    """Return the sentences considered as evidence, as documents."""
    return ranked_quotes([sentence.span for sentence in judged.considered], judged.gold)


def ranked_quotes(spans: Sequence[Span], gold: Gold) -> list[str]:
    """Return a ranking of spans as documents: those gold sentences that a span is first to hold, else itself."""
    documents: list[str] = []
    for rank, span in enumerate(spans, start=1):
        names = ["gold" if gold.any_evidence else f"gold {i}" for i, q in enumerate(gold.evidence) if q.hit_by(span)]
        documents += [name for name in dict.fromkeys(names) if name not in documents] or [f"other {rank}"]
    return documents


def ir_scores(name: str, relevant: Sequence[Sequence[str]], ranked: Sequence[Sequence[str]]) -> list[float]:
    """Score rankings with ir-measures; a question without a ranking scores 0.

    Args:
        name: A measure as ir-measures writes it, such as `nDCG@10`.
        relevant: For each question, the documents that are relevant (at least one).
        ranked: For each question, the documents in the order of the ranking.

    Raises:
        MissingExtra: ir-measures is not installed.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise MissingExtra(
            "The measures of retrieval need the package ir-measures. Install it: pip install ir-measures"
        ) from error
    qrels = [ir_measures.Qrel(str(i), doc, 1) for i, docs in enumerate(relevant) for doc in docs]
    run = [
        ir_measures.ScoredDoc(str(i), doc, float(-rank))
        for i, docs in enumerate(ranked)
        for rank, doc in enumerate(docs)
    ]
    scores = [0.0] * len(relevant)
    for metric in ir_measures.iter_calc([ir_measures.parse_measure(name)], qrels, run):
        scores[int(metric.query_id)] = float(metric.value)
    return scores


def _article_name(article_id: str, gold: Gold) -> str:
    return "gold" if gold.any_evidence and article_id in gold.articles else article_id


def _several_articles(judged: Sequence[Judged]) -> bool:
    """Tell whether articles can be ranked at all: the seed set has a single one."""
    found = {span.article_id for one in judged if one.prediction for span in one.prediction.passages}
    return len(found.union(*(one.gold.articles for one in judged))) > 1


def _measure(name: str, level: str, ranking: Ranking) -> Measure:
    def rows(judged: Sequence[Judged]) -> list[Rows | None]:
        out: list[Rows | None] = [None] * len(judged)
        if level == "articles" and not _several_articles(judged):
            return out
        counted = [i for i, one in enumerate(judged) if one.gold.evidence and one.system_answers]
        relevant = [gold_documents(judged[i].gold, level) for i in counted]
        ranked = [ranking(judged[i]) for i in counted]
        for i, score in zip(counted, ir_scores(name, relevant, ranked), strict=True):
            out[i] = one_row(score)
        return out

    return Measure(f"{name} of {level}", MEASURES[name].format(of=level), rows)


RETRIEVAL = tuple(
    _measure(name, level, ranking)
    for level, ranking in (
        ("articles", ranked_articles),
        ("passages", ranked_passages),
        ("sentences", ranked_sentences),
    )
    for name in MEASURES
)
