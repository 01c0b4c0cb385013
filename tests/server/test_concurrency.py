"""Many at once, over a real port, while the index changes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import anyio
import httpx2
import pytest

from rag.errors import ModelFailed
from rag.server import create_app
from rag.settings import Settings
from tests.server.conftest import listening, stocked, until
from tests.test_api import ARTICLES

N_THREADS = 16
N_EACH = 8


def test_sixteen_threads_ask_while_articles_come_and_go_and_every_quote_is_exact(tmp_path):
    rag = stocked(tmp_path)
    storm = replace(ARTICLES[1], id="storm", title="Storm", text="A storm hit the coast on Friday. Nobody was killed.")
    questions = {
        "How long was the meeting with Xi?": "talks",
        "How many people were killed in the quake?": "quake",
        "Who met Xi Jinping in Beijing?": "talks",
    }
    texts = {article.id: article.text for article in (*ARTICLES, storm)}
    app = create_app(rag, Settings(rate_limit=0, parallel=4, max_waiting=N_THREADS))
    with listening(app) as address, httpx2.Client(base_url=address, timeout=60) as http:

        def ask(thread: int) -> list[tuple[str, httpx2.Response]]:
            asked = [list(questions)[(thread + n) % len(questions)] for n in range(N_EACH)]
            return [(question, http.post("/api/ask", json={"question": question})) for question in asked]

        with ThreadPoolExecutor(N_THREADS) as pool:
            asking = [pool.submit(ask, thread) for thread in range(N_THREADS)]
            for _ in range(3):
                rag.add_article(storm)
                rag.remove("storm")
            answers = [one for done in asking for one in done.result(60)]
        measures = http.get("/metrics").text
    assert [got.status_code for _, got in answers] == [200] * N_THREADS * N_EACH
    assert len({got.headers["x-request-id"] for _, got in answers}) == len(answers)
    for question, got in answers:
        form = got.json()
        assert form["question"] == question
        assert form["citations"][0]["article_id"] == questions[question]
        for citation in form["citations"]:
            assert texts[citation["article_id"]][citation["start"] : citation["end"]] == citation["quote"]
    assert f'rag_questions_total{{outcome="answered",via="api"}} {N_THREADS * N_EACH}.0' in measures


def test_a_reader_who_leaves_in_the_middle_of_a_stream_frees_the_place(tmp_path):
    rag = stocked(tmp_path)
    app = create_app(rag, Settings(parallel=1, max_waiting=0))
    body = {"stream": True, "messages": [{"role": "user", "content": "How long was the meeting with Xi?"}]}
    gate = app.state.service.gate
    with listening(app) as address, httpx2.Client(base_url=address, timeout=60) as http:
        for _ in range(3):
            with http.stream("POST", "/v1/chat/completions", json=body) as got:
                assert got.status_code == 200
                next(got.iter_bytes())
            until(lambda: gate._n_inside == 0, "the place to be free")
        assert http.post("/api/ask", json={"question": body["messages"][0]["content"]}).status_code == 200


async def test_a_reader_who_takes_his_time_holds_no_place(tmp_path):
    service = create_app(stocked(tmp_path), Settings(parallel=1, max_waiting=0)).state.service
    question = "How long was the meeting with Xi?"
    slow = service.stream("openai", question)
    first = await anext(slow)
    with anyio.fail_after(20):
        while service.gate._n_inside:
            await anyio.sleep(0.01)
    assert (await service.ask("api", question)).citations
    rest = [item async for item in slow]
    assert (first.name, rest[-1].question) == ("standalone", question)


async def test_an_error_in_the_middle_reaches_the_reader_and_frees_the_place(tmp_path, monkeypatch):
    rag = stocked(tmp_path)
    service = create_app(rag, Settings(parallel=1, max_waiting=0)).state.service
    steps = iter(rag.stream("Who met Xi?"))

    def broken(*given, **filters):
        yield next(steps)
        raise ModelFailed("The reader is gone.")

    monkeypatch.setattr(rag, "stream", broken)
    slow = service.stream("openai", "Who met Xi?")
    await anext(slow)
    with pytest.raises(ModelFailed, match="is gone"):
        await anext(slow)
    assert service.gate._n_inside == 0
