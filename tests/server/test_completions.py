"""OpenAI's chat form, asked by the real client of the `openai` package over a real port."""

import json
import re
from dataclasses import replace

import openai
import pytest
from openai import OpenAI

from rag.answer_json import answer_from_json, answer_to_json
from rag.api import Rag
from rag.errors import IndexLocked
from rag.markdown import harmless
from rag.server import create_app
from rag.server.completions import _rest
from rag.server.footnotes import footnotes, message_text, without_footnotes
from rag.settings import Settings
from rag.types import Answer, Article, Citation, Copy, Models, Statement
from tests.fakes import BagOfWordsEncoder, WordOverlapEvidence
from tests.server.conftest import LOCKED, TOKEN, listening

HOW_LONG = {"role": "user", "content": "How long was the meeting with Xi?"}
CONTENT = (
    "The meeting with Xi lasted 35 minutes. [1] Antony Blinken met Xi Jinping in Beijing on Monday. [2]\n\n"
    "[1] Blinken and Xi hold talks — Example Times, 2023-06-19: “The meeting with Xi lasted 35 minutes.” "
    "<https://times.example/talks#:~:text=The%20meeting%20with%20Xi%20lasted%2035%20minutes.>\n\n"
    "[2] Blinken and Xi hold talks — Example Times, 2023-06-19: “Antony Blinken met Xi Jinping in Beijing on Monday.” "
    "<https://times.example/talks#:~:text=Antony%20Blinken%20met%20Xi,in%20Beijing%20on%20Monday.>"
)


@pytest.fixture(scope="module")
def server(rag):
    with listening(create_app(rag, Settings(**LOCKED), page=True)) as address:
        yield address


@pytest.fixture
def chat(server):
    with OpenAI(base_url=f"{server}/v1", api_key=TOKEN, max_retries=0) as client:
        yield client


def timeless(form):
    return {**form, "timings_ms": sorted(form["timings_ms"])}


def test_a_chat_program_gets_the_answer_with_markers_footnotes_and_the_whole_answer(chat, rag):
    got = chat.chat.completions.create(model="rag", messages=[HOW_LONG], temperature=0.7)
    choice = got.choices[0]
    assert (choice.message.role, choice.message.content, choice.finish_reason) == ("assistant", CONTENT, "stop")
    assert got.object == "chat.completion"
    form = got.model_extra["rag"]
    assert timeless(form) == timeless(answer_to_json(rag.ask(HOW_LONG["content"])))
    assert rag.verify(answer_from_json(form)).ok


def test_a_stream_brings_the_same_text_and_the_whole_answer_in_its_last_chunk(chat, rag):
    stream = chat.chat.completions.create(
        model="rag", messages=[HOW_LONG], stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    texts = [delta.content for delta in deltas if delta.content]
    assert texts[:2] == [
        "The meeting with Xi lasted 35 minutes. [1]", " Antony Blinken met Xi Jinping in Beijing on Monday. [2]"
    ]  # fmt: skip
    assert "".join(texts) == CONTENT
    reasons = [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices]
    assert reasons == [None] * (len(deltas) - 1) + ["stop"]
    assert timeless(chunks[-2].model_extra["rag"]) == timeless(answer_to_json(rag.ask(HOW_LONG["content"])))
    assert chunks[-1].usage.total_tokens == 0
    assert len({chunk.id for chunk in chunks}) == 1


def test_earlier_messages_are_the_history_without_their_footnotes(chat, rag, monkeypatch):
    given = []
    ask = rag.ask
    monkeypatch.setattr(rag, "ask", lambda question, **more: given.append(more["history"]) or ask(question, **more))
    first = {"role": "user", "content": [{"type": "text", "text": "Who met Xi Jinping in Beijing?"}]}
    answered = chat.chat.completions.create(model="rag", messages=[first]).choices[0].message.content
    asked = {"role": "user", "content": "And how long was the meeting with him?"}
    system = {"role": "system", "content": "Answer in verse."}
    got = chat.chat.completions.create(
        model="rag", messages=[system, first, {"role": "assistant", "content": answered}, asked]
    )
    assert got.model_extra["rag"]["standalone_question"] == "How long was the meeting with Xi Jinping?"
    turns = [(turn.role, turn.content) for turn in given[1]]
    assert turns == [("user", "Who met Xi Jinping in Beijing?"), ("assistant", answered.partition("\n\n[1] ")[0])]
    assert "“" not in turns[1][1]


def test_filters_go_in_the_extra_body(chat):
    asked = {"role": "user", "content": "How many people were killed in the quake?"}
    got = chat.chat.completions.create(
        model="rag", messages=[asked], extra_body={"rag": {"as_of": "2023-01-01", "sources": ["Daily Post"]}}
    )
    assert (got.model_extra["rag"]["abstained"], got.model_extra["rag"]["as_of"]) == (True, "2023-01-01")
    assert got.choices[0].message.content.startswith("The articles don't say")


def test_the_one_model_is_listed(chat):
    assert [model.id for model in chat.models.list()] == ["rag"]
    assert chat.models.retrieve("rag").owned_by == "rag"
    with pytest.raises(openai.NotFoundError, match="There is no model 'gpt-4o' here, but 'rag'"):
        chat.models.retrieve("gpt-4o")


def test_errors_reach_the_client_as_its_own(chat, server):
    create = chat.chat.completions.create
    with pytest.raises(openai.NotFoundError, match="There is no model 'gpt-4o' here, but 'rag'"):
        create(model="gpt-4o", messages=[HOW_LONG])
    for stream in (False, True):
        with pytest.raises(openai.UnprocessableEntityError, match="has no words in it") as refused:
            create(model="rag", messages=[{"role": "user", "content": "?"}], stream=stream)
        assert refused.value.code == "question_invalid"
    with pytest.raises(openai.UnprocessableEntityError, match="has to come last"):
        create(model="rag", messages=[HOW_LONG, {"role": "assistant", "content": "35 minutes"}])
    with pytest.raises(openai.UnprocessableEntityError, match="messages"):
        create(model="rag", messages=[])
    with pytest.raises(openai.UnprocessableEntityError, match=r"rag\.asof"):
        create(model="rag", messages=[HOW_LONG], extra_body={"rag": {"asof": "2023-01-01"}})
    wrong = OpenAI(base_url=f"{server}/v1", api_key="wrong", max_retries=0)
    with wrong, pytest.raises(openai.AuthenticationError, match="A bearer token is needed"):
        wrong.models.list()


def test_an_error_in_the_middle_of_a_stream_is_told_in_it(chat, rag, monkeypatch):
    def breaks(*_, **__):
        yield from list(stream(HOW_LONG["content"]))[:6]
        raise IndexLocked("Another process is writing.")

    stream = rag.stream
    monkeypatch.setattr(rag, "stream", breaks)
    got, texts = chat.chat.completions.create(model="rag", messages=[HOW_LONG], stream=True), []
    with pytest.raises(openai.APIError, match="Another process is writing"):
        texts += [chunk.choices[0].delta.content for chunk in got]
    monkeypatch.undo()
    assert chat.chat.completions.create(model="rag", messages=[HOW_LONG]).choices[0].message.content == CONTENT


def test_a_text_that_changed_while_it_was_streamed_is_sent_anew():
    assert _rest("One. [1]", "One. [1] Two. [2]") == " Two. [2]"
    assert _rest("", "One. [1]") == "One. [1]"
    assert _rest("One. [1]", "One. [1]") == ""
    assert _rest("One. [1]", "Other. [1]") == "\n\n(Corrected:) Other. [1]"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![x](https://evil.example/x.png)", r"![x]\(https://evil.example/x.png)"),
        ("[a]: https://evil.example", r"[a]\: https://evil.example"),
        ("<img src=x onerror=y>", r"\<img src=x onerror=y>"),
        (r"\<img>", r"\\\<img>"),
        (r"[a\](x)", r"[a\\]\(x)"),
        ("Rates rose 2 % [1][2], he said (again).", "Rates rose 2 % [1][2], he said (again)."),
    ],
)
def test_article_text_is_words_and_nothing_else_to_whatever_shows_markdown(text, shown):
    from markdown_it import MarkdownIt

    assert harmless(text) == shown
    html = MarkdownIt("commonmark").render(harmless(text))
    assert not re.search(r"<(?!/?p>)", html)
    plain = html.removeprefix("<p>").removesuffix("</p>\n").replace("&lt;", "<").replace("&gt;", ">")
    assert plain == text  # it reads the same


def made(title="", quote="Rain fell.", link=None, **more):
    citation = Citation(1, "a", title, more.get("source"), None, None, (0,), 0, 10, quote, "sha256:0", 0.9, link)
    statement = Statement("Rain fell.", (1,), 0.9)
    return Answer("q", "q", None, "Rain fell. [1]", False, 0.9, (statement,), (citation,), (), 1, Models("a", "b"))


def test_a_footnote_is_one_line_with_what_is_known():
    assert footnotes(made()) == "\n\n[1] (no title): “Rain fell.”"
    assert footnotes(made("Rain", "Rain\n\nfell.", source="BBC")) == "\n\n[1] Rain — BBC: “Rain fell.”"
    assert footnotes(made("Rain", link="https://a.example/#:~:text=Rain")).endswith(
        "” <https://a.example/#:~:text=Rain>"
    )


def test_a_footnote_names_the_other_outlets_with_the_sentence():
    answer = made("Rain", source="BBC", link="https://a.example/")
    copies = (Copy("b", "x", "[CNN](x)", "https://b.example/#:~:text=Rain"), Copy("c", "y", "Post", "javascript:1"))
    answer = replace(answer, citations=(replace(answer.citations[0], also=copies),))
    assert footnotes(answer) == (
        "\n\n[1] Rain — BBC: “Rain fell.” <https://a.example/> "
        r"(also in [CNN]\(x) <https://b.example/#:~:text=Rain>, Post)"
    )


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a.example/> <img src=x>", "data:text/html,x", "//a"])
def test_an_address_that_is_none_of_the_web_is_left_out(link):
    assert footnotes(made("Rain", link=link)) == "\n\n[1] Rain: “Rain fell.”"


def test_a_message_without_its_footnotes_is_the_answer():
    answer = made("Rain")
    assert without_footnotes(message_text(answer) + footnotes(answer)) == "Rain fell. [1]"
    assert without_footnotes("Two paragraphs.\n\nNo footnotes. [1]") == "Two paragraphs.\n\nNo footnotes. [1]"


def test_an_article_with_markup_in_every_field_stays_words_in_the_message(tmp_path):
    payload = "![x](https://evil.example/x.png) <img src=x>"
    rag = Rag(Settings(index=tmp_path / "index"), BagOfWordsEncoder(), WordOverlapEvidence())
    rag.add_article(Article("zebra", f"Zebra {payload}", f"The zebra escaped from {payload} the zoo.", source=payload))
    with (
        listening(create_app(rag, Settings())) as address,
        OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0) as client,
    ):
        asked = [{"role": "user", "content": "From where has the zebra escaped?"}]
        got = client.chat.completions.create(model="rag", messages=asked)
    assert payload in got.model_extra["rag"]["citations"][0]["quote"]  # verbatim where it is data
    assert got.choices[0].message.content.count(r"![x]\(https://evil.example/x.png) \<img src=x>") == 4
    assert "](" not in got.choices[0].message.content
    assert json.dumps(got.model_extra["rag"])
