"""How many questions are answered at once and how many may wait."""

import threading

import anyio
import pytest

from rag.server.gate import Gate
from rag.server.problems import Busy
from tests.server.conftest import opened, stocked, until

HOW_LONG = {"question": "How long was the meeting with Xi?"}


async def test_as_many_as_may_are_inside_and_the_next_waits_for_one_to_leave():
    gate, inside, seen = Gate(2, 1), [], []
    leave = anyio.Event()

    async def ask(name):
        async with gate.place():
            inside.append(name)
            seen.append(gate.n_waiting)
            await leave.wait()

    async with anyio.create_task_group() as group:
        for name in "abc":
            group.start_soon(ask, name)
        await anyio.wait_all_tasks_blocked()
        assert (inside, gate.n_waiting) == (["a", "b"], 1)
        with pytest.raises(Busy, match="1 questions are waiting already"):
            async with gate.place():
                pass
        leave.set()
    assert (inside, gate.n_waiting) == (["a", "b", "c"], 0)


async def test_a_question_that_is_given_up_leaves_its_place():
    gate = Gate(1, 0)
    with anyio.move_on_after(0.01):
        async with gate.place():
            await anyio.sleep_forever()
    async with gate.place():
        assert gate.n_waiting == 0


async def test_an_error_leaves_the_place_too():
    gate = Gate(1, 0)
    with pytest.raises(ValueError, match="x"):
        async with gate.place():
            raise ValueError("x")
    async with gate.place():
        pass


def test_a_question_too_many_is_503_while_the_server_stays_healthy(tmp_path, monkeypatch):
    rag = stocked(tmp_path)
    go, answering, statuses = threading.Event(), [], []
    answer = rag.ask

    def slowly(*given, **filters):
        answering.append(1)
        assert go.wait(20)
        return answer(*given, **filters)

    monkeypatch.setattr(rag, "ask", slowly)
    with opened(rag, parallel=1, max_waiting=1) as client:
        asking = [
            threading.Thread(target=lambda: statuses.append(client.post("/api/ask", json=HOW_LONG).status_code))
            for _ in range(2)
        ]
        for thread in asking:
            thread.start()
        until(lambda: client.app.state.service.gate.n_waiting == 1, "a question to wait")
        refused = client.post("/api/ask", json=HOW_LONG)
        assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (503, "busy", "1")
        assert client.get("/health").status_code == 200
        assert "rag_questions_waiting 1.0" in client.get("/metrics").text
        assert len(answering) == 1
        go.set()
        for thread in asking:
            thread.join(20)
    assert statuses == [200, 200]
