"""What the server tells whoever runs it: ids, log lines, measures."""

import json
import logging
import re
import subprocess
import sys

import pytest

from rag.server.logs import JsonLines, Lines, event, request_id
from rag.server.watch import route_of
from tests.server.conftest import LOCKED, TOKEN, opened

HOW_LONG = {"question": "How long was the meeting with Xi?"}


def test_a_request_keeps_the_id_it_came_with_or_gets_one(client):
    assert client.get("/health", headers={"X-Request-ID": "trace-1.a_B"}).headers["x-request-id"] == "trace-1.a_B"
    for forged in ("", "x" * 65, "a b", "a\tb", "ä", '"}{"'):
        got = client.get("/health", headers={"X-Request-ID": forged.encode("latin-1")}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", got)


def test_every_request_is_logged_with_its_id_and_neither_question_nor_token(rag, caplog):
    with opened(rag, **LOCKED) as client, caplog.at_level(logging.INFO, logger="rag.server"):
        headers = {"X-Request-ID": "mine", "Authorization": f"Bearer {TOKEN}"}
        client.post("/api/ask?secret=1", json=HOW_LONG, headers=headers)
        client.get("/health")
    lines = [record for record in caplog.records if record.name == "rag.server.watch"]
    assert len(lines) == 1  # machines ask for the health all day
    line = lines[0]
    assert (line.method, line.path, line.status, line.client) == ("POST", "/api/ask", 200, "testclient")
    assert re.fullmatch(r"POST /api/ask 200 \d+\.\d ms", line.getMessage())
    assert not any(secret in caplog.text for secret in (TOKEN, "secret", "meeting with Xi"))


def record(message="asked", **fields):
    made = logging.makeLogRecord({"name": "rag.server", "levelname": "INFO", "msg": message, "created": 0.25, **fields})
    made.msecs = 250.0
    return made


def test_a_json_line_has_the_fields_of_its_event():
    line = json.loads(JsonLines().format(record(request_id="r1", status=200, elapsed_ms=1.5)))
    assert line == {
        "time": "1970-01-01T00:00:00.250Z", "level": "info", "logger": "rag.server", "message": "asked",
        "request_id": "r1", "status": 200, "elapsed_ms": 1.5,
    }  # fmt: skip
    try:
        raise ValueError("two\nlines")
    except ValueError:
        text = JsonLines().format(record(exc_info=sys.exc_info()))
    assert "\n" not in text
    assert json.loads(text)["exception"].endswith("ValueError: two\nlines")


def test_a_text_line_cannot_be_forged():
    line = Lines().format(record("GET /a\n00:00:00 info all is well\x1b[31m", request_id="r1"))
    assert line.split(" ", 1)[1] == "info GET /a 00:00:00 info all is well [31m [r1]"


def test_the_log_of_a_process_goes_to_standard_error_with_the_id_of_its_request():
    program = (
        "import logging\n"
        "from rag.server.logs import event, log_to_stderr, request_id\n"
        "log_to_stderr('json')\n"
        "request_id.set('r7')\n"
        "event(logging.getLogger('rag.server.x'), 'asked', status=200)\n"
        "logging.getLogger('uvicorn.error').info('not shown')\n"
        "logging.getLogger('uvicorn.error').warning('shown')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.stdout == ""
    assert [(line["message"], line["request_id"]) for line in lines] == [("asked", "r7"), ("shown", "r7")]
    assert lines[0]["status"] == 200
    assert request_id.get() is None
    assert event(logging.getLogger("nobody"), "x") is None


def test_requests_and_questions_are_counted_by_what_came_of_them(rag):
    with opened(rag) as client:
        client.post("/api/ask", json=HOW_LONG)
        client.post("/api/ask", json={"question": "What is the capital of Madagascar?"})
        client.post("/api/ask", json={"question": "?"})
        client.post("/api/support", json={"claim": "The meeting with Xi lasted 35 minutes"})
        client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": HOW_LONG["question"]}]})
        client.get("/api/articles/talks")
        client.get("/api/articles/nope")
        client.get("/api/made-up/by/anyone")
        client.request("BREW", "/api/ask")
        got = client.get("/metrics")
    assert got.headers["content-type"].startswith("text/plain; version=")
    figures = dict(line.rsplit(" ", 1) for line in got.text.splitlines() if not line.startswith("#"))
    wanted = {
        'rag_questions_total{outcome="answered",via="api"}': "1.0",
        'rag_questions_total{outcome="abstained",via="api"}': "1.0",
        'rag_questions_total{outcome="invalid",via="api"}': "1.0",
        'rag_questions_total{outcome="supported",via="api"}': "1.0",
        'rag_questions_total{outcome="answered",via="openai"}': "1.0",
        'rag_requests_total{method="POST",route="/api/ask",status="200"}': "2.0",
        'rag_requests_total{method="POST",route="/api/ask",status="422"}': "1.0",
        'rag_requests_total{method="GET",route="/api/articles/{article_id:path}",status="200"}': "1.0",
        'rag_requests_total{method="GET",route="/api/articles/{article_id:path}",status="404"}': "1.0",
        'rag_requests_total{method="GET",route="other",status="404"}': "1.0",
        'rag_request_seconds_count{route="/api/ask"}': "4.0",
        'rag_step_seconds_count{step="retrieve"}': "4.0",
        "rag_index_articles": "2.0",
        "rag_index_generation": "1.0",
        "rag_questions_waiting": "0.0",
    }
    assert {name: figures.get(name) for name in wanted} == wanted
    assert not any("made-up" in name or "BREW" in name for name in figures)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "page"), ("/gradio_api/queue/join", "page"), ("/x", "page"), ("/mcp", "/mcp"), ("/mcp/x", "other"),
        ("/api", "other"), ("/apix", "page"), ("/health", "/health"), ("/v1/x", "other"),
    ],
)  # fmt: skip
def test_a_path_is_counted_under_a_name_that_no_client_makes_up(path, route):
    assert route_of(path, {"type": "http"}) == route
