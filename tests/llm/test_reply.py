import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.llm.prompt import answer_messages
from rag.llm.reply import Written, declined, sentences_of, written
from rag.llm.sources import numbered
from rag.types import Article, Passage, PassageInContext, Reading, Sentence


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("He met Xi. [1] They talked. [2]", [("He met Xi.", (1,)), ("They talked.", (2,))]),
        ("He met Xi [1]. They talked [2].", [("He met Xi.", (1,)), ("They talked.", (2,))]),
        ("He met Xi [1] and raised Taiwan [2].", [("He met Xi and raised Taiwan.", (1, 2))]),
        ("He met Xi [1, 2][3]. Nobody knows.", [("He met Xi.", (1, 2, 3)), ("Nobody knows.", ())]),
        ("He met Xi [2-4]. He left [9-1].", [("He met Xi.", (2, 3, 4)), ("He left.", ())]),
        ("- **He** met Xi【3】.\n- `They` talked [3] [3].", [("He met Xi.", (3,)), ("They talked.", (3,))]),
        ("# News\n1. He met Xi [1].", [("News", ()), ("He met Xi.", (1,))]),
        ("The U.S. said [1] no.", [("The U.S. said no.", (1,))]),
        ("[1] He met Xi.", [("He met Xi.", ())]),
        ("", []),
        ("[1][2]", []),
    ],
)
def test_a_reply_is_cut_into_sentences_with_the_numbers_they_cite(reply, expected):
    assert sentences_of(reply) == [Written(text, numbers) for text, numbers in expected]


SENTENCES = ["He met Xi [1]. ", "They talked [2][3]. ", "“Yes,” he said. ", "Nobody knows! ", "- It ended [2-4].\n"]


@given(st.lists(st.sampled_from(SENTENCES)), st.integers(1, 7))
def test_however_a_reply_is_broken_into_pieces_its_sentences_are_the_same(parts, size):
    reply = "".join(parts)
    assert list(written(reply[at : at + size] for at in range(0, len(reply), size))) == sentences_of(reply)


@given(
    st.lists(st.sampled_from(["He met Xi", ". ", " [1]", "[2", "]", " They", "!", "\n", "3]", "“Yes"])),
    st.integers(1, 7),
)
def test_a_broken_reply_loses_at_most_a_sentence(parts, size):
    reply = "".join(parts)
    assert (
        len(list(written(reply[at : at + size] for at in range(0, len(reply), size)))) >= len(sentences_of(reply)) - 1
    )


def test_a_sentence_is_given_out_once_the_next_has_begun():
    given_out, pieces = [], ["He met Xi.", " [1", "] The", "y talked [2]."]

    def told():
        for piece in pieces:
            given_out.append(piece)
            yield piece

    first = next(written(told()))
    assert first == Written("He met Xi.", (1,))
    assert len(given_out) == 3


def test_what_declines_is_told_whatever_follows():
    assert declined("NOT IN THE ARTICLES.")
    assert declined("Not in the articles: they are about chess.")
    assert not declined("That is not in the articles.")


def reading(text, spans):
    article = Article("a", "Title", text)
    sentences = tuple(Sentence("a", n, start, end) for n, (start, end) in enumerate(spans))
    context = PassageInContext(article, Passage(1, "a", 0, len(spans) - 1, 0, len(text), text), sentences)
    return Reading(context, 0.9, (0.5,) * len(spans))


@given(st.text(min_size=1, max_size=80))
def test_no_text_of_an_article_can_leave_its_line_in_the_prompt(hostile):
    text = f"Xi met Blinken in the hall. {hostile} They talked about trade for long."
    found = reading(text, [(0, 27), (28, len(text))])
    sources = numbered([found])
    prompt = answer_messages("Who?", sources, None)[1][1]
    heads = [line.partition(" ")[0] for line in prompt.splitlines()]
    assert heads == ["Sources:", "", "Article", *(f"[{source.number}]" for source in sources), "", "Question:"]
