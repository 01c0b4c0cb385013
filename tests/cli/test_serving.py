import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx
import pytest

from rag.cli.serving import load_page
from rag.errors import MissingExtra
from tests.server.test_tools import connected

ROOT = Path(__file__).parents[2]
QUESTION = "How long was the meeting with Xi?"


RAG = ("-c", "from rag.cli import main; main()")


@contextmanager
def running(*args, folder, program=RAG, **environment):
    process = subprocess.Popen(
        [sys.executable, *program, *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def finished(*args, folder):
    with running(*args, folder=folder) as process:
        _, told = process.communicate(timeout=120)
        return process.returncode, told


def test_one_port_has_the_page_the_api_openais_form_and_the_description(tmp_path):
    assert finished("add", str(ROOT / "seeds"), folder=tmp_path)[0] == 0
    with running("serve", "--port", "7931", folder=tmp_path) as server:
        told = server.stdout.readline()
        address = re.match(r"Ask the news at (http://127\.0\.0\.1:\d+)  ", told).group(1)
        with httpx.Client(base_url=address, timeout=60) as client:
            assert "gradio" in client.get("/").text
            assert "/api/ask" in client.get("/openapi.json").json()["paths"]
            answer = client.post("/api/ask", json={"question": QUESTION}).json()
            assert "35-minute" in answer["citations"][0]["quote"]
            messages = [{"role": "user", "content": QUESTION}]
            message = client.post("/v1/chat/completions", json={"messages": messages}).json()["choices"][0]["message"]
            assert "35-minute" in message["content"]
            assert client.get("/health").status_code == 200
        assert "35-minute" in anyio.run(asked_by_mcp, address)["citations"][0]["quote"]
        server.send_signal(signal.SIGINT)
        _, told = server.communicate(timeout=30)
    assert "POST /api/ask 200" in told
    assert "Traceback" not in told


async def asked_by_mcp(address):
    async with connected(address) as client:
        return (await client.call_tool("ask", {"question": QUESTION})).structured_content


def test_make_chat_serves_the_page_behind_the_same_guard_and_publishes_nothing(tmp_path):
    assert finished("add", str(ROOT / "seeds"), folder=tmp_path)[0] == 0
    environment = {"RAG_PORT": "0", "RAG_RATE_LIMIT": "6", "GRADIO_SHARE": "true"}
    with running(folder=tmp_path, program=(str(ROOT / "app.py"),), **environment) as chat:
        assert chat.stdout.readline() == "Opening …\n"
        line = r"Ask the news at (http://127\.0\.0\.1:\d+)  \(Ctrl\+C ends it\)\n"
        address = re.fullmatch(line, chat.stdout.readline()).group(1)
        with httpx.Client(base_url=address, timeout=60) as client:
            assert "gradio" in client.get("/").text
            rebound = client.get("/", headers={"Host": "evil.example"})
            assert (rebound.status_code, rebound.json()["code"]) == (400, "host_not_allowed")
            assert [client.post("/gradio_api/queue/join", json={}).status_code for _ in range(2)][1] == 429
            with client.stream("GET", "/gradio_api/heartbeat/tab"):  # a tab that is open is not waited for
                chat.send_signal(signal.SIGINT)
                told, complaints = chat.communicate(timeout=30)
    assert (chat.returncode, told, complaints) == (0, "", "")


def test_others_are_not_let_in_without_credentials(tmp_path):
    assert finished("add", str(ROOT / "seeds"), folder=tmp_path)[0] == 0
    code, told = finished("serve", "--host", "0.0.0.0", folder=tmp_path)
    assert code == 1
    assert "RAG_USER and RAG_PASSWORD" in told
    assert "RAG_TOKENS" in told


def test_without_the_repository_it_is_said_where_the_page_would_be(tmp_path):
    with pytest.raises(MissingExtra, match=r"app\.py, which is not there"):
        load_page(tmp_path / "app.py")
