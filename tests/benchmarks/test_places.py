import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.peers.places import ChunkMisplaced, checked, located
from rag.evaluation import Span
from rag.types import Article


def article(text):
    return Article("a", "title", text)


@given(
    st.lists(st.text(alphabet="ab.(* \n", max_size=12), max_size=6), st.sampled_from(["\n\n", "\n\n\n\n", "\n \n\n"])
)
def test_paragraphs_with_collapsed_spaces_are_found_where_they_stand(paragraphs, separator):
    text = separator.join(paragraphs)
    pieces = [match.span() for match in re.finditer(r"(?:(?!\n\n).)+", text, re.DOTALL)]
    places = [(s + len(p) - len(p.lstrip()), s + len(p.rstrip())) for s, e in pieces if (p := text[s:e]).strip()]
    chunks = [re.sub(" +", " ", text[start:end]) for start, end in places]
    assert located(article(text), chunks) == [Span("a", start, end) for start, end in places]


def test_a_repeated_paragraph_is_found_at_each_of_its_places():
    text = "Read more\n\nRain fell.\n\nRead  more\n\nRead more"
    chunks = ["Read more", "Rain fell.", "Read more", "Read more"]
    assert located(article(text), chunks) == [Span("a", s, e) for s, e in ((0, 9), (11, 21), (23, 33), (35, 44))]


def test_a_chunk_that_does_not_follow_is_an_error_that_names_it():
    with pytest.raises(ChunkMisplaced, match=r"'Rain fell\.'… of article 'a' does not stand at 0"):
        located(article("Snow fell."), ["Rain fell."])


@pytest.mark.parametrize("start", [None, -1, 3, 100])
def test_an_offset_that_is_not_the_chunks_is_an_error(start):
    with pytest.raises(ChunkMisplaced, match=f"at {start}, where its library says"):
        checked(article("Rain fell."), start, "Rain")
    assert checked(article("Rain fell."), 5, "fell") == Span("a", 5, 9)
