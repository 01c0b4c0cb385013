"""What the served page refuses: uploads too large or of another kind, files by their path, too many at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import app as page

ROOT = Path(__file__).parents[2]
USER, PASSWORD = "ada", "correct horse"
LOCKED = {"RAG_USER": USER, "RAG_PASSWORD": PASSWORD, "RAG_TOKENS": "a-token-of-20-chars-"}


class Page:
    """The page as a program meets it that sends what a browser would, and more."""

    def __init__(self, client: httpx.Client, events: dict[str, int], folder: Path) -> None:
        self.client, self.events, self.folder = client, events, folder

    def get(self, path):
        return self.client.get(path)

    def upload(self, name, content):
        return self.client.post("/gradio_api/upload", files={"files": (name, content)})

    def send(self, event, data, session):
        number = self.events[event]
        sent = {"data": data, "fn_index": number, "session_hash": session}
        return self.client.post("/gradio_api/queue/join", json=sent)

    def outcome(self, session):
        """Wait until what was sent in a session has been done, and return what came of it."""
        done = {}
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as reply:
            for line in reply.iter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {"msg": ""}
                done = message if message["msg"] == "process_completed" else done
        return done


@contextmanager
def served(folder, **settings):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAG_")}
    environment |= {"PYTHONPATH": str(ROOT), "RAG_VECTOR_CACHE_MB": "0", **settings}
    command = [sys.executable, "-m", "tests.page.limited_page"]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            address, _, events = process.stdout.readline().partition(" ")
            with httpx.Client(base_url=address, timeout=60) as client:
                yield Page(client, json.loads(events), folder)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def open_page(tmp_path_factory):
    with served(tmp_path_factory.mktemp("open"), RAG_MAX_UPLOAD="2000", RAG_MAX_WAITING="1", RAG_PARALLEL="1") as made:
        yield made


@pytest.fixture(scope="module")
def locked_page(tmp_path_factory):
    with served(tmp_path_factory.mktemp("locked"), **LOCKED) as made:
        yield made


def test_an_upload_over_the_limit_is_413_with_the_reason(open_page):
    refused = open_page.upload("large.txt", b"x" * 3_000)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert refused.json()["detail"] == "The body is larger than 2,000 bytes, as much as is read."
    assert open_page.upload("small.txt", b"Storm\nIt rained.").status_code == 200


def test_an_upload_of_another_kind_or_from_elsewhere_is_not_read(open_page):
    secret = open_page.folder / "secret.txt"
    secret.write_text("The secret\nNobody may read it.", encoding="utf-8")
    program = open_page.upload("program.exe", b"Program\nIt runs.").json()[0]
    story = open_page.upload("story.txt", b"Storm\nIt rained on Friday.").json()[0]
    told = {}
    for path in (program, str(secret), f"{open_page.client.base_url}/health?story.txt", story):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}, "orig_name": "story.txt"}
        assert open_page.send("upload", [[file], "", "newest"], path).status_code == 200
        told[path] = open_page.outcome(path)
        assert "Nobody may read it" not in json.dumps(told[path])
    assert [one["success"] for one in told.values()] == [False, False, False, True]
    assert "Invalid file type" in told[program]["output"]["error"]
    articles = open_page.get("/api/articles").json()["articles"]
    assert {article["title"] for article in articles} == {"Blinken and Xi hold talks", "Quake hits Hatay", "Storm"}


def test_no_file_is_served_by_its_path_not_even_one_that_was_uploaded(open_page):
    kept = open_page.upload("story.txt", b"Storm\nIt rained on Friday.").json()[0]
    database = str(open_page.folder / "index" / "articles.db")
    for path in (kept, database, "/etc/passwd", page.__file__, "../../etc/passwd", "http://127.0.0.1:9/"):
        for place in ("gradio_api/file=", "gradio_api/file/", "file=", "static/", "assets/", "gradio_api/proxy="):
            for written in (path, path.replace("/", "%2f"), path.replace("../", "..%2f")):
                reply = open_page.get(f"/{place}{written}")
                assert reply.status_code in (400, 403, 404), (place, written)
                assert not any(text in reply.text for text in ("rained", "root:", "SQLite", "import gradio"))


def test_a_question_too_many_is_refused_by_the_page_with_the_reason(open_page):
    n_taken = 0  # one is being answered and one waits, at most
    while (reply := open_page.send("ask", ["wait: who met Xi?", None, None, None], f"s{n_taken}")).status_code == 200:
        n_taken += 1
        assert n_taken <= 2
    assert (reply.status_code, n_taken >= 1) == (503, True)
    assert "full" in reply.json()["detail"]
    assert open_page.get("/api/status").status_code == 200  # everything else goes on
    (open_page.folder / "go").touch()
    assert open_page.outcome("s0")["success"] is True


def test_as_many_questions_as_the_server_takes_are_answered_at_once_and_nothing_light_waits_for_them(tmp_path):
    with served(tmp_path, RAG_PARALLEL="2") as shared:
        shared.send("ask", ["wait: who met Xi?", None, None, None], "slow")
        shared.send("ask", ["Who met Xi?", None, None, None], "quick")
        assert shared.outcome("quick")["success"] is True
        for session in ("slow too", "slow three"):
            shared.send("ask", ["wait: who met Xi?", None, None, None], session)
        shared.send("bar", [None], "light")
        assert shared.outcome("light")["success"] is True
        assert not (tmp_path / "go").exists()
        (tmp_path / "go").touch()
        assert [shared.outcome(one)["success"] for one in ("slow", "slow too", "slow three")] == [True] * 3


def test_nothing_of_the_page_opens_before_the_login(locked_page):
    before = locked_page.get("/")
    assert before.headers["cache-control"] == "no-store"
    assert "<title>Log in · Ask the news</title>" in before.text
    assert "gradio_config" not in before.text
    assert locked_page.send("ask", ["Who met Xi?", None, None, None], "a").status_code == 401
    assert locked_page.upload("story.txt", b"Storm\nIt rained.").status_code == 401
    assert "components" not in locked_page.get("/config").text
    client = locked_page.client
    assert client.post("/login", data={"username": USER, "password": PASSWORD + "x"}).status_code == 400
    assert client.post("/login", data={"username": USER, "password": PASSWORD}).status_code == 200
    assert "gradio_config" in locked_page.get("/").text
    known = dict(client.cookies)
    client.cookies.clear()
    client.cookies.update({name: value[::-1] for name, value in known.items()})
    assert "gradio_config" not in locked_page.get("/").text
    client.cookies.clear()


def test_a_password_is_guessed_ten_times_a_minute_at_most(locked_page):
    tries = [locked_page.client.post("/login", data={"username": USER, "password": f"guess {n}"}) for n in range(11)]
    statuses = [reply.status_code for reply in tries]
    assert statuses == sorted(statuses)
    assert statuses[-1] == 429
    assert "Too many requests" in tries[-1].json()["detail"]
