import numpy as np
import pytest

from rag.answering.reader import OF_ANSWER, OF_PASSAGE, OF_SENTENCE, READER_SIGNALS, Read
from rag.answering.rereading import halves_of, reread
from rag.reading.sentences import split_sentences
from rag.types import Article, Passage, PassageInContext, Sentence

SIX = "Rain fell. Holub came. Garrow spoke. They ate. A bell rang. All left."


def in_context(text: str = SIX, first: int = 0, after: int | None = None) -> PassageInContext:
    sentences = tuple(Sentence("a", i, *span) for i, span in enumerate(split_sentences(text)))[first:after]
    start, end = sentences[0].start, sentences[-1].end
    passage = Passage(0, "a", first, first + len(sentences) - 1, start, end, text[start:end])
    return PassageInContext(Article("a", "Talks", text), passage, sentences)


def read(sentences: list[float], passage: float) -> Read:
    signals = np.zeros((len(sentences), len(READER_SIGNALS)), np.float32)
    signals[:, OF_SENTENCE], signals[:, OF_PASSAGE], signals[:, OF_ANSWER] = sentences, passage, 1.0
    return Read(signals, ((0, 4),) * len(sentences))


def by_place(question: str, contexts):
    """A reader that likes later sentences, short passages, and no headline."""
    return [read([s.ordinal for s in c.sentences], 10 * (not c.article.title) - len(c.sentences)) for c in contexts]


@pytest.mark.parametrize("first", [0, 2])
def test_halves_are_cut_at_sentences_and_share_what_lies_between(first: int):
    context = in_context(first=first)
    one, other = halves_of(context)
    assert one.sentences + other.sentences[-(len(context.sentences) - len(one.sentences)) :] == context.sentences
    assert set(one.sentences) & set(other.sentences)
    for half in (one, other):
        assert half.passage.text == SIX[half.passage.start : half.passage.end]
        assert (half.passage.first, half.passage.last) == (half.sentences[0].ordinal, half.sentences[-1].ordinal)


def test_a_sentence_is_judged_in_its_passage_and_in_its_half():
    (again,) = reread(by_place, "Who came?", [in_context()], [read([4.0] * 6, 0.0)])
    assert again.signals[:, OF_SENTENCE] == pytest.approx([(4 + i) / 2 for i in range(6)])
    assert again.signals[:, OF_ANSWER] == pytest.approx([1.0] * 6)
    assert again.answers == ((0, 4),) * 6


def test_a_sentence_of_both_halves_is_judged_by_the_better_one():
    def first_half_only(question, contexts):
        return [read([5.0 if c.sentences[0].ordinal == 0 else -5.0] * len(c.sentences), 0.0) for c in contexts]

    (again,) = reread(first_half_only, "Who came?", [in_context()], [read([0.0] * 6, 0.0)])
    assert again.signals[:, OF_SENTENCE] == pytest.approx([2.5] * 4 + [-2.5] * 2)


def test_what_one_look_cut_off_the_other_judges_alone():
    def cut(question, contexts):
        reads = by_place(question, contexts)
        return [
            Read(r.signals, (None, *r.answers[1:])) if c.sentences[0].ordinal == 2 else r
            for r, c in zip(reads, contexts, strict=True)
        ]

    whole = read([4.0] * 6, 0.0)
    (again,) = reread(cut, "Who came?", [in_context()], [Read(whole.signals, (*whole.answers[:5], None))])
    assert again.signals[:, OF_SENTENCE] == pytest.approx([2, 2.5, 3, 3.5, 4, 5])


def test_a_passage_is_judged_with_its_headline_and_by_its_better_half_without():
    (again,) = reread(by_place, "Who came?", [in_context()], [read([0.0] * 6, 2.0)])
    assert set(again.signals[:, OF_PASSAGE]) == {(2 + 10 - 4) / 2}


def test_a_short_passage_is_read_again_without_its_headline_only():
    seen = []

    def noting(question, contexts):
        seen.extend(contexts)
        return by_place(question, contexts)

    short, context = in_context("Rain fell. Holub came."), in_context()
    some = reread(noting, "Who came?", [short, context], [read([1.0, 2.0], 0.0), read([4.0] * 6, 0.0)])
    assert [(c.article.title, len(c.sentences)) for c in seen] == [("Talks", 4)] * 2 + [("", 2), ("", 4), ("", 4)]
    assert some[0].signals[:, OF_SENTENCE] == pytest.approx([1.0, 2.0])
    assert some[0].signals[0, OF_PASSAGE] == 4.0
    assert some[1].signals[5, OF_SENTENCE] == 4.5


def test_nothing_to_read_again_is_nothing():
    assert reread(by_place, "Who came?", [], []) == []
