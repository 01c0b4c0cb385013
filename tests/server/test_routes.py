"""Every address of the HTTP API, with the exact JSON of the answers."""

import json
from dataclasses import replace
from datetime import date

import pytest

from rag.answer_json import answer_from_json, answer_to_json
from rag.forms import corroboration_form, hits_form, shown_form, support_form
from rag.server.replies import AnswerReply, CorroborationReply, HitsReply, StatusReply, SupportReply, WholeArticleReply
from tests.server.conftest import opened, stocked
from tests.test_api import ARTICLES

HOW_LONG = "How long was the meeting with Xi?"
QUOTE = "The meeting with Xi lasted 35 minutes."
DIGEST = "sha256:13ed0c26152d565f3013c8618794a988f44c721ca07b9f7d20ba7b724f3ade59"


def timeless(form):
    return {**form, "timings_ms": sorted(form["timings_ms"])}


def test_an_answer_has_exactly_the_json_of_the_command_line(client, rag):
    got = client.post("/api/ask", json={"question": HOW_LONG})
    assert got.status_code == 200
    form = got.json()
    assert timeless(form) == timeless(answer_to_json(rag.ask(HOW_LONG)))
    assert list(form) == [
        "question", "standalone_question", "as_of", "answer", "abstained", "confidence", "statements", "citations",
        "evidence", "generation", "models", "timings_ms",
    ]  # fmt: skip
    assert form["citations"][0] == {
        "number": 1, "article_id": "talks", "title": "Blinken and Xi hold talks", "source": "Example Times",
        "url": "https://times.example/talks", "published": "2023-06-19", "sentences": [1], "start": 52, "end": 90,
        "quote": QUOTE, "digest": DIGEST, "support": form["statements"][0]["support"],
        "link": "https://times.example/talks#:~:text=The%20meeting%20with%20Xi%20lasted%2035%20minutes.",
    }  # fmt: skip
    assert form["answer"].startswith(f"{QUOTE} [1]")
    assert rag.verify(answer_from_json(form)).ok


def test_an_answer_leans_on_the_history_that_is_given(client):
    history = [
        {"role": "user", "content": "Who met Xi Jinping in Beijing?"},
        {"role": "assistant", "content": "Antony Blinken."},
    ]
    asked = {"question": "And how long was the meeting with him?", "history": history}
    assert client.post("/api/ask", json=asked).json()["standalone_question"] == (
        "How long was the meeting with Xi Jinping?"
    )


def test_filters_leave_out_what_they_exclude(client):
    question = {"question": "How many people were killed in the quake?"}
    assert client.post("/api/ask", json=question).json()["citations"][0]["article_id"] == "quake"
    for filters in ({"as_of": "2023-01-01"}, {"since": "2023-03-01"}, {"sources": ["example times"]}):
        form = client.post("/api/ask", json=question | filters).json()
        assert {one["article_id"] for one in form["evidence"]} <= {"talks"}
        assert form["as_of"] == filters.get("as_of")
    hits = client.post("/api/search", json=question | {"until": "2023-02-06"}).json()["hits"]
    assert [hit["article_id"] for hit in hits] == ["quake"]


def test_an_abstention_is_an_answer_too(client):
    form = client.post("/api/ask", json={"question": "What is the capital of Madagascar?"}).json()
    assert (form["abstained"], form["citations"], form["statements"]) == (True, [], [])
    assert form["answer"] == "The articles don't say: no article mentions Madagascar."


def test_a_search_returns_the_hits_of_the_library(client, rag):
    hits = rag.search("meeting with Xi", 1)
    got = client.post("/api/search", json={"question": "meeting with Xi", "k": 1})
    assert got.json() == hits_form(hits, {"talks": ARTICLES[0], "quake": ARTICLES[1]})
    assert (got.json()["hits"][0]["start"], got.json()["hits"][0]["text"]) == (0, ARTICLES[0].text)


def test_a_claim_is_supported_or_not_found(client, rag):
    claim = QUOTE.rstrip(".")
    got = client.post("/api/support", json={"claim": claim}).json()
    assert timeless(got) == timeless(support_form(rag.support(claim)))
    assert (got["verdict"], got["support"], got["citations"][0]["quote"]) == ("supported", 1.0, QUOTE)
    missing = client.post("/api/support", json={"claim": "The parliament of Norway dissolved itself"}).json()
    assert (missing["verdict"], missing["citations"]) == ("not found", [])


def test_other_reports_of_a_sentence_come_with_their_days_and_within_the_filters(tmp_path):
    rag = stocked(tmp_path)
    rag.add_article(
        replace(ARTICLES[0], id="later", url=None, source="Daily Post", published=date(2023, 6, 21), title="Xi meets")
    )
    rag.add_article(
        replace(ARTICLES[0], id="copy", url=None, text=ARTICLES[0].text + " Snow fell.", published=date(2023, 6, 18))
    )
    with opened(rag) as client:
        got = client.get("/api/corroboration", params={"article": "https://times.example/talks", "sentence": 1})
        early = client.get("/api/corroboration?article=talks&sentence=1&until=2023-06-18&sources=Example+Times")
    form = got.json()
    assert got.status_code == 200
    assert CorroborationReply.model_validate(form).model_dump() == form
    assert (form["article_id"], form["sentence"], form["quote"]) == ("talks", 1, QUOTE)
    assert [(r["article_id"], r["days"], r["verbatim"], r["quote"]) for r in form["reports"]] == [
        ("copy", -1, True, QUOTE)
    ]  # "later" has the very text of the article: a copy of it
    assert [r["article_id"] for r in early.json()["reports"]] == ["copy"]
    assert timeless(form) == timeless(corroboration_form(rag.corroborate("talks", 1)))


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("article=nowhere&sentence=0", 404, "No article has the id or address 'nowhere'"),
        ("article=talks&sentence=99", 404, "there is no sentence 99"),
        ("article=talks&sentence=-1", 422, "greater than or equal to 0"),
        ("article=talks&sentence=one", 422, "integer"),
        ("article=talks", 422, "required"),
        ("article=talks&sentence=1&as_of=June", 422, "YYYY-MM-DD"),
        ("article=talks&sentence=1&until_day=2023-01-01", 422, "until_day"),
    ],
)
def test_a_sentence_that_cannot_be_asked_about_is_refused_with_the_reason(client, query, status, reason):
    got = client.get(f"/api/corroboration?{query}")
    assert got.status_code == status
    assert reason in got.text


def test_articles_come_page_by_page_newest_first(client):
    first = client.get("/api/articles", params={"limit": 1}).json()
    assert first == {
        "articles": [{
            "id": "talks", "title": "Blinken and Xi hold talks", "source": "Example Times",
            "url": "https://times.example/talks", "authors": [], "published": "2023-06-19", "section": None,
            "digest": DIGEST, "n_chars": 109,
        }],
        "n_articles": 2,
        "next_offset": 1,
    }  # fmt: skip
    second = client.get("/api/articles", params={"limit": 1, "offset": first["next_offset"]}).json()
    assert ([one["id"] for one in second["articles"]], second["next_offset"]) == (["quake"], None)
    found = client.get("/api/articles", params={"query": "hatay"}).json()
    assert ([one["id"] for one in found["articles"]], found["n_articles"]) == (["quake"], 2)


def test_an_article_is_read_by_id_or_address_with_its_sentences(client, rag):
    by_id = client.get("/api/articles/talks").json()
    assert by_id == shown_form(ARTICLES[0], rag.sentences("talks"))
    assert [by_id["text"][s["start"] : s["end"]] for s in by_id["sentences"]][1] == QUOTE
    assert client.get("/api/articles/https://times.example/talks").json() == by_id


def test_an_article_whose_id_has_a_slash_is_read_too(tmp_path):
    rag = stocked(tmp_path)
    rag.add_article(replace(ARTICLES[1], id="world/2023/quake", text="Other words. " + ARTICLES[1].text))
    with opened(rag) as client:
        assert client.get("/api/articles/world/2023/quake").json()["id"] == "world/2023/quake"


def test_the_status_does_not_tell_where_the_index_lies(client, rag):
    got = client.get("/api/status")
    assert (got.json()["n_articles"], got.json()["n_sentences"], got.json()["sources"]) == (
        2, 5, {"Daily Post": 1, "Example Times": 1},
    )  # fmt: skip
    assert str(rag.settings.index) not in got.text
    assert "path" not in got.json()


def test_replies_fit_their_published_forms_key_by_key(client):
    asked = {
        AnswerReply: client.post("/api/ask", json={"question": HOW_LONG}),
        HitsReply: client.post("/api/search", json={"question": HOW_LONG}),
        SupportReply: client.post("/api/support", json={"claim": QUOTE}),
        CorroborationReply: client.get("/api/corroboration?article=talks&sentence=1"),
        WholeArticleReply: client.get("/api/articles/talks"),
        StatusReply: client.get("/api/status"),
    }
    for form, got in asked.items():
        assert form.model_validate(got.json()).model_dump() == got.json()


@pytest.mark.parametrize(
    ("body", "status", "code", "reason"),
    [
        ({"question": ""}, 422, "question_invalid", "no words in it"),
        ({"question": "x" * 2001}, 422, "question_invalid", "2,000"),
        ({"question": "Who met Xi?", "as_of": "19 June"}, 422, "invalid_request", "as_of: write a day as YYYY-MM-DD"),
        ({"question": "Who met Xi?", "as_of": 1687132800}, 422, "invalid_request", "as_of: write a day as YYYY-MM-DD"),
        ({"question": "Who met Xi?", "asof": "2023-06-19"}, 422, "invalid_request", "asof: Extra inputs"),
        ({"question": "Who met Xi?", "sources": ["Nope"]}, 422, "setting_invalid", "Sources: Daily Post, Example"),
        ({"question": "Who?", "since": "2023-02-02", "until": "2023-02-01"}, 422, "setting_invalid", "since is after"),
        ({"question": "Who \ud800 met Xi?"}, 422, "invalid_request", "half of a surrogate pair"),
        ({"question": "Who?", "\ud800": 1}, 422, "invalid_request", "body: Input should be a valid string"),
        ({}, 422, "invalid_request", "question: Field required"),
        (["Who met Xi?"], 422, "invalid_request", "valid dictionary"),
    ],
)
def test_a_question_that_cannot_be_used_is_refused_with_the_reason(client, body, status, code, reason):
    kind = {"Content-Type": "application/json"}
    got = client.post("/api/ask", content=json.dumps(body), headers=kind)
    assert (got.status_code, got.headers["content-type"]) == (status, "application/problem+json")
    form = got.json()
    assert (form["status"], form["code"], form["request_id"]) == (status, code, got.headers["x-request-id"])
    assert reason in form["detail"]


@pytest.mark.parametrize(("path", "key"), [("search", "question"), ("support", "claim")])
@pytest.mark.parametrize(("text", "reason"), [("", "no words in it"), ("?!", "no words in it"), ("x" * 2001, "2,000")])
def test_what_cannot_be_asked_can_be_neither_searched_nor_checked(client, path, key, text, reason):
    got = client.post(f"/api/{path}", json={key: text})
    assert (got.status_code, got.json()["code"]) == (422, "question_invalid")
    assert reason in got.json()["detail"]


def test_a_body_that_is_no_json_is_400_and_one_not_sent_as_json_415(client):
    kind = {"Content-Type": "application/json"}
    broken = client.post("/api/ask", content='{"question": "Who', headers=kind)
    assert (broken.status_code, broken.json()["code"]) == (400, "no_json")
    assert broken.json()["detail"].startswith("The body is no JSON: Unterminated string")
    form = client.post("/api/ask", data={"question": "Who met Xi?"})
    assert (form.status_code, form.json()["code"]) == (415, "no_json")
    nested = client.post("/api/ask", content="[" * 100_000, headers=kind)
    assert nested.status_code == 400


def test_what_is_not_there_is_404_and_a_wrong_method_405_as_a_problem(client):
    missing = client.get("/api/articles/nope")
    assert (missing.status_code, missing.json()["code"]) == (404, "article_not_found")
    assert missing.json()["detail"].startswith("No article has the id or address 'nope'.")
    for path in ("/api", "/api/", "/api/nothing", "/v1/nothing", "/api/ask/more"):
        got = client.get(path)
        assert (got.status_code, got.json()["code"], got.json()["status"]) == (404, "not_found", 404)
    wrong = client.get("/api/ask")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert client.delete("/api/articles/talks").headers["allow"] == "GET"


def test_an_index_without_articles_is_503_and_not_ready_but_healthy(tmp_path):
    rag = stocked(tmp_path)
    rag.remove("talks", "quake")
    with opened(rag) as client:
        got = client.post("/api/ask", json={"question": HOW_LONG})
        assert (got.status_code, got.json()["code"], got.headers["retry-after"]) == (503, "index_not_found", "5")
        ready = client.get("/ready")
        assert (ready.status_code, ready.json()["detail"]) == (
            503, "There are no articles yet. Add some with `rag add PATH`.",
        )  # fmt: skip
        assert client.get("/health").json() == {"status": "ok"}
        rag.add_article(ARTICLES[0])
        assert client.get("/ready").json() == {"status": "ready"}
        assert client.post("/api/ask", json={"question": HOW_LONG}).json()["citations"][0]["quote"] == QUOTE


def test_a_fault_that_nobody_foresaw_is_told_without_its_trace(client, rag, monkeypatch, caplog):
    monkeypatch.setattr(rag, "search", lambda *_, **__: {}["secret-detail"])
    got = client.post("/api/search", json={"question": HOW_LONG})
    assert (got.status_code, got.json()["code"]) == (500, "fault")
    assert "secret-detail" not in got.text
    assert "Traceback" not in got.text
    assert "secret-detail" in caplog.text  # whoever runs the server sees it
    assert got.json()["request_id"] == got.headers["x-request-id"]


def test_an_article_removed_between_search_and_reply_is_not_among_the_hits(client, rag, monkeypatch):
    found = rag.search("quake or meeting", 2)
    gone = replace(found[0], passage=replace(found[0].passage, article_id="gone"))
    monkeypatch.setattr(rag, "search", lambda *_, **__: [gone, found[1]])
    hits = client.post("/api/search", json={"question": "quake or meeting"}).json()["hits"]
    assert [hit["article_id"] for hit in hits] == [found[1].passage.article_id]


def test_the_documentation_shows_every_address_and_loads_nothing(client):
    got = client.get("/docs")
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/ask", "/api/search", "/api/support", "/api/corroboration", "/api/articles", "/api/articles/{article_id}",
        "/api/status",
        "/v1/chat/completions", "/v1/models", "/v1/models/{model}", "/health", "/ready", "/metrics",
    }  # fmt: skip
    assert all(f"<code>{path}</code>" in got.text for path in described["paths"])
    assert "src=" not in got.text
    assert "<script" not in got.text
    assert "default-src 'none'" in got.headers["content-security-policy"]
    command = "curl http://127.0.0.1:7860/api/ask -H &#x27;Content-Type: application/json&#x27; -d"
    assert command in got.text
    assert "curl &#x27;http://127.0.0.1:7860/api/corroboration?article=ARTICLE&amp;sentence=SENTENCE&#x27;" in got.text


def test_history_takes_turns_and_nothing_else(client):
    for turn in ({"role": "robot", "content": "x"}, {"role": "user"}, "x"):
        assert client.post("/api/ask", json={"question": HOW_LONG, "history": [turn]}).status_code == 422
