"""Abstention: does the system know which questions the articles do not answer?

The positive class is "unanswerable"; the score of a question is 1 - confidence. A missing prediction is the worst one:
sure of an answer where there is none, and unsure where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.evaluation.figures import Rows
from rag.evaluation.judging import Judged
from rag.evaluation.measures.base import Measure, averaged, first_line, one_row

UNANSWERABLE, SCORE, ABSTAINED = 0, 1, 2
"""Columns: 1 where the question is unanswerable, 1 - confidence, 1 where the system abstained."""


def abstention_rows(judged: Sequence[Judged]) -> list[Rows | None]:
    """Return (unanswerable, 1 - confidence, abstained) for each question that the set calls answerable or not."""
    return [_row(one) for one in judged]


def _row(judged: Judged) -> Rows | None:
    if judged.question.answerable is None or not judged.system_answers:
        return None
    unanswerable = not judged.question.answerable
    answer = judged.prediction.answer if judged.prediction else None
    if answer is None:
        return one_row(float(unanswerable), -1.0 if unanswerable else 2.0, float(not unanswerable))
    return one_row(float(unanswerable), 1 - answer.confidence, float(answer.abstained))


def auroc(rows: Rows) -> float:
    """Probability that an unanswerable question gets a lower confidence than an answerable one; ties count half.

    The area under the ROC curve, computed by ranks (Mann & Whitney 1947; Hanley & McNeil 1982). 0.5 is chance. It does
    not depend on the threshold or on how many questions are unanswerable; average precision depends on the latter.
    """
    positive, negative = rows[rows[:, UNANSWERABLE] == 1, SCORE], rows[rows[:, UNANSWERABLE] == 0, SCORE]
    if not len(positive) or not len(negative):
        return float("nan")
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left")
    upto = np.searchsorted(ordered, positive, "right")
    return float((below + upto).sum() / 2 / (len(positive) * len(negative)))


def average_precision(rows: Rows) -> float:
    """Average precision of "unanswerable" with the least confident question first.

    The sum over thresholds of precision times the step in recall, questions of equal confidence entering together, as
    scikit-learn has it: not interpolated, and not the trapezoid under the precision-recall curve, which flatters. A
    system that knows nothing scores the share of unanswerable questions.
    """
    if not rows[:, UNANSWERABLE].any() or rows[:, UNANSWERABLE].all():
        return float("nan")
    ordered = rows[np.argsort(-rows[:, SCORE], kind="stable")]
    found = np.cumsum(ordered[:, UNANSWERABLE])
    last_of_equals = np.append(np.diff(ordered[:, SCORE]) != 0, True)
    precision = (found / np.arange(1, len(ordered) + 1))[last_of_equals]
    recall = (found / found[-1])[last_of_equals]
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def abstention_f1(rows: Rows) -> float:
    """F1 of "unanswerable", abstaining as the system does at the threshold it ships with.

    Over the set (micro), as SQuAD 2.0 counts its NoAns questions. Not the best F1 over all thresholds: no user gets it.
    """
    if not rows[:, UNANSWERABLE].any() or rows[:, UNANSWERABLE].all():
        return float("nan")
    both = float((rows[:, UNANSWERABLE] * rows[:, ABSTAINED]).sum())
    return 2 * both / float(rows[:, UNANSWERABLE].sum() + rows[:, ABSTAINED].sum())


def abstains_rightly(judged: Judged) -> float | None:
    """Share of the unanswerable questions for which the answer is withheld.

    Recall of "unanswerable" at the shipped threshold. Alone it rewards silence: read it with `first citation right`.
    """
    if judged.question.answerable is not False or not judged.system_answers:
        return None
    return float(judged.prediction is not None and judged.abstained)


ABSTENTION = (
    averaged("abstains rightly", abstains_rightly),
    Measure("abstention AUROC", first_line(auroc), abstention_rows, auroc),
    Measure("abstention AP", first_line(average_precision), abstention_rows, average_precision),
    Measure("abstention F1", first_line(abstention_f1), abstention_rows, abstention_f1),
)
