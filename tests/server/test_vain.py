"""Questions that the API could not answer are counted, whichever door they came through."""

from datetime import date

from rag.saved import VainQuestions
from rag.types import Constraints
from tests.server.conftest import opened, stocked

CHESS = "Who plays chess?"


def test_an_abstention_is_counted_with_its_filters_and_nothing_else_is(tmp_path):
    rag = stocked(tmp_path)
    with opened(rag) as client:
        client.post("/api/ask", json={"question": CHESS, "until": "2023-06-30"})
        client.post("/api/ask", json={"question": "How long was the meeting with Xi?"})
        client.post("/api/search", json={"question": CHESS})
        assert client.post("/api/ask", json={"question": ""}).status_code == 422
        message = [{"role": "user", "content": CHESS}]
        client.post("/v1/chat/completions", json={"messages": message})
        client.post("/v1/chat/completions", json={"messages": message, "stream": True}).read()
    found = {one.given: one for one in VainQuestions(rag.settings.index).all()}
    assert {given: one.n_asked for given, one in found.items()} == {
        Constraints(until=date(2023, 6, 30)): 1,
        Constraints(): 2,
    }
    assert {one.question for one in found.values()} == {CHESS}
