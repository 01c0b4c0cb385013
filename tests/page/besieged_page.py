"""The page under siege: each of three hundred payloads stands in every field of an article, in an answer, a saved
question, one asked in vain and an earlier conversation. `python -m tests.page.besieged_page`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from rag.answering.citing import cite
from rag.chain import make_constraints
from rag.page import desk, filters
from rag.saved import SavedQuestions, VainQuestions
from rag.support.corroboration import Corroboration, Report
from rag.types import Answer, Article, Citation, Copy, Evidence, Models, Sentence, Statement
from tests.fakes import BagOfWordsEncoder
from tests.page.fake_rag import FakeRag, Step
from tests.page.payloads import PAYLOADS

N_CITED = 30
"""Articles that one answer cites; ten answers cite them all."""


def _article(n: int, payload: str) -> Article:
    text = f"The besieged town number{n} spoke of {payload} at noon.\n{payload}\nNothing else happened in number{n}."
    name = f"Siege number{n} {payload}"
    return Article(
        f"n{n}-{payload}", name, text, payload, payload, (payload,), date(2023, 1, 1) + timedelta(n), payload
    )


ARTICLES = [_article(n, payload) for n, payload in enumerate(PAYLOADS)]
GROUPS = [ARTICLES[n : n + 5] for n in range(0, len(ARTICLES), 5)]
QUESTIONS = {" ".join(" ".join(str(article.source) for article in group).split()): group for group in GROUPS}
"""Sixty questions, saved and asked in vain, of five payloads each, and their articles."""


def cited_by(n: int) -> list[Article]:
    """Return the articles that answer `n` cites, each with its whole text."""
    return ARTICLES[N_CITED * n : N_CITED * (n + 1)]


def _whole(number: int, article: Article) -> Citation:
    return cite(number, article, Sentence(article.id, 0, 0, len(article.text)), 0.9)


class Besieged(FakeRag):
    """Answers "… siege N …" with thirty whole articles, and has a payload in whatever else it says."""

    @property
    def encoder(self) -> BagOfWordsEncoder:  # type: ignore[override]
        return BagOfWordsEncoder()

    def _steps(self, question: str) -> Iterator[Step | Answer]:
        answer = self._answer(question)
        yield from (replace(answer, statements=answer.statements[:1]), answer)

    def _answer(self, question: str) -> Answer:
        found = re.search(r"siege (\d+)", question)
        return self.answer_from(question, cited_by(int(found.group(1)) if found else 0))

    def answer_from(self, question: str, articles: list[Article]) -> Answer:
        payloads = [PAYLOADS[ARTICLES.index(article)] for article in articles]
        statements, citations = [], []
        for number, (article, payload) in enumerate(zip(articles, payloads, strict=True), 1):
            copy = Copy(article.id, payload, f"{payload} copied", payload)
            citations.append(replace(_whole(number, article), also=(copy,)))
            statements.append(Statement(article.text, (number,), 0.9, payload))
        text = " ".join(f"{s.text} [{n}]" for n, s in enumerate(statements, 1))
        evidence = tuple(Evidence(article.id, n, 0.9) for n in (0, 1) for article in articles)
        read_as = " ".join(reversed(payloads))
        return Answer(question, read_as, None, text, False, 0.9, tuple(statements), tuple(citations), evidence,
                      self.generation, Models("fake", "fake"), notice=read_as)  # fmt: skip

    def next_questions(self, answer: Answer, **given: object) -> Iterator[str]:
        yield from (citation.title for citation in answer.citations[-3:])

    def corroborate(self, article_id: str, sentence: int, **given: object) -> Corroboration:
        reports = tuple(Report(_whole(n, article), n, False) for n, article in enumerate(ARTICLES, 1))
        return Corroboration(article_id, sentence, "", reports, 0.6, self.generation)


def main() -> None:
    """Serve until interrupted."""
    from app import launch

    rag = Besieged(ARTICLES)
    filters.N_OUTLETS = len(PAYLOADS)  # all of them are drawn at once
    saved, vain = SavedQuestions(rag.settings.index), VainQuestions(rag.settings.index)
    for question, articles in QUESTIONS.items():
        given = make_constraints(sources=[article.source or "" for article in articles])
        saved.add(question, given, rag.answer_from(question, articles), None)
        vain.record(question, given, rag.generation)
    earlier = [{"key": payload, "question": payload, "n": 1} for payload in PAYLOADS]
    draw = desk.history_html
    desk.history_html = lambda _, key: draw(earlier, key)
    launch(rag, port=0)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
