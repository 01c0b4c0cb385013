import pytest

from rag.answering.quotations import cut_quotation, has_mark
from rag.reading.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("Rain fell. “We go. We stay,” Holub said. It was late.", 1, [1, 2]),
        ("Rain fell. “We go. We stay,” Holub said. It was late.", 2, [1, 2]),
        ("Rain fell. “We go. We stay,” Holub said. It was late.", 3, [3]),
        ('Rain fell. "We go. We wait. We stay," Holub said.', 1, [1, 2, 3]),
        ("Rain fell. Holub said: “We go. We stay.”", 2, [1, 2]),
        # quotations that begin and end in one sentence
        ("Rain fell. “We go,” Holub said. “We stay.”", 1, [1]),
        ("“Rain” fell on the “Gulls”. It was late.", 0, [0]),
        # within one and beside no mark, longer than an answer, never closed, over two paragraphs
        ("“We go. We wait. We stay,” Holub said.", 1, [1]),
        ("“We go. We wait. We rest. We stay,” Holub said.", 0, [0]),
        ("“We go. Rain fell. It was late.", 0, [0]),
        ("“We go.\n\nWe stay,” Holub said.", 0, [0]),
        # a mark for inches
        ("He is 6'2\" tall. She is 5'9\" tall.", 0, [0]),
    ],
)
def test_a_quotation_runs_over_the_sentences_from_its_opening_mark_to_its_closing_one(text, at, expected):
    sentences = split_sentences(text)
    cut = cut_quotation(text, sentences, at) if has_mark(text[slice(*sentences[at])]) else range(at, at + 1)
    assert list(cut) == expected
