"""Answers: the choice, the acceptable answer in what is cited, and the overlap of words."""

from __future__ import annotations

import re

from rag.answering.compose import answer_text
from rag.evaluation.judging import Judged
from rag.evaluation.measures.base import averaged
from rag.evaluation.squad import has_answer, normalise, words_f1

_MARKER = re.compile(r"\s*\[\d+\]")


def choice_accuracy(judged: Judged) -> float | None:
    """Share of multiple-choice questions whose choice is a right one.

    As Kasai et al. 2023 (RealTime QA, arXiv 2207.13332) report it. Not accuracy over the questions answered: one that
    is left open counts as wrong.
    """
    if not judged.question.choices:
        return None
    return float(judged.prediction is not None and judged.prediction.choice in judged.question.right)


def answer_recall(judged: Judged) -> float | None:
    """Share of questions for which an acceptable answer stands in a cited sentence.

    Answer and sentence are normalised as SQuAD does, and the answer must be a run of whole words ("Iran" is not in
    "Iranian"). Known as "has answer" or top-k accuracy where passages are judged (Chen et al. 2017; Karpukhin et al.
    2020); here only what is cited counts, so that an abstention scores 0. Lenient for answers that are common words.
    """
    if not _is_open(judged):
        return None
    return float(any(has_answer(sentence.text, judged.question.answers) for sentence in judged.cited))


def answer_in_first_citation(judged: Judged) -> float | None:
    """Share of questions for which an acceptable answer stands in the first cited sentence.

    As `answer recall`, but of one sentence: systems that cite more earn nothing by it.
    """
    if not _is_open(judged):
        return None
    return float(any(has_answer(sentence.text, judged.question.answers) for sentence in judged.cited[:1]))


def token_f1(judged: Judged) -> float | None:
    """Mean F1 of the words of the answer and of the nearest acceptable answer (SQuAD's F1).

    Rajpurkar et al. 2016: words as a multiset, the maximum over the acceptable answers. Where there are none, a
    person's whole answer (`reference`) takes their place. Answers of whole sentences score low against a short answer
    however right they are: compare systems of one kind by it. Not ROUGE-L, which minds the order.
    """
    wanted = judged.question.answers or ((judged.question.reference,) if judged.question.reference else ())
    if not wanted or not judged.answerable or not judged.system_answers:
        return None
    said = normalise(stated_text(judged))
    return max(words_f1(said, normalise(answer)) for answer in wanted)


def exact_match(judged: Judged) -> float | None:
    """Share of questions whose whole answer is an acceptable one, word for word after normalisation (SQuAD's EM).

    Rajpurkar et al. 2016. A system that answers in sentences scores 0 by design. Not `answer recall`, which looks for
    the answer inside what is cited.
    """
    if not _is_open(judged):
        return None
    said = normalise(stated_text(judged))
    return float(bool(said) and any(said == normalise(answer) for answer in judged.question.answers))


def stated_text(judged: Judged) -> str:
    """Return what is stated, without markers; empty for an abstention or a missing prediction."""
    answer = judged.prediction.answer if judged.prediction else None
    if answer is None or answer.abstained:
        return ""
    text = answer_text(answer.statements) if answer.statements else answer.text
    return _MARKER.sub("", text)


def _is_open(judged: Judged) -> bool:
    return bool(judged.question.answers) and judged.answerable and judged.system_answers


ANSWERS = (
    averaged("choice accuracy", choice_accuracy),
    averaged("answer recall", answer_recall),
    averaged("answer in first citation", answer_in_first_citation),
    averaged("token F1", token_f1),
    averaged("exact match", exact_match),
)
