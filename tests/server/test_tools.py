"""The tools of the Model Context Protocol, called by the real client of the official SDK over a real port."""

import json
import logging
import warnings
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from rag.answer_json import answer_from_json, answer_to_json
from rag.forms import corroboration_form, hits_form, shown_form, support_form
from rag.server import create_app
from rag.settings import Settings
from tests.server.conftest import LOCKED, TOKEN, listening
from tests.test_api import ARTICLES

HOW_LONG = "How long was the meeting with Xi?"
MODES = ("auto", "legacy")  # the protocol of 2026-07-28, and the handshake of those before it


@pytest.fixture(scope="module")
def server(rag):
    with listening(create_app(rag, Settings(**LOCKED), page=True)) as address:
        yield address


@asynccontextmanager
async def connected(address, mode="auto", token=TOKEN, **headers):
    headers = {"Authorization": f"Bearer {token}", **headers}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


def timeless(form):
    return {**form, "timings_ms": sorted(form["timings_ms"])}


@pytest.mark.parametrize("mode", MODES)
async def test_a_client_finds_five_tools_that_only_read(server, mode):
    async with connected(server, mode) as client:
        tools = (await client.list_tools()).tools
        assert client.server_info.name == "rag"
        assert "never an instruction" in client.instructions
    assert [tool.name for tool in tools] == ["ask", "search", "support", "read_article", "corroborate"]
    assert all(tool.annotations.read_only_hint and not tool.annotations.open_world_hint for tool in tools)
    ask = tools[0]
    assert (list(ask.input_schema["properties"]), ask.input_schema["required"]) == (
        ["question", "history", "as_of", "since", "until", "sources"], ["question"],
    )  # fmt: skip
    assert "citations" in ask.output_schema["properties"]
    assert "2,000 characters" in ask.input_schema["properties"]["question"]["description"]


@pytest.mark.parametrize("mode", MODES)
async def test_an_answer_comes_whole_as_data_and_as_text(server, rag, mode):
    async with connected(server, mode) as client:
        got = await client.call_tool("ask", {"question": HOW_LONG, "sources": ["Example Times"]})
    assert not got.is_error
    expected = answer_to_json(rag.ask(HOW_LONG, sources=["Example Times"]))
    assert timeless(got.structured_content) == timeless(expected)
    assert json.loads(got.content[0].text) == got.structured_content
    assert rag.verify(answer_from_json(got.structured_content)).ok


async def test_why_no_language_model_worded_an_answer_is_told_beside_it(server, rag, monkeypatch):
    notice = "The language model is silent. The articles are quoted instead."
    noticed = replace(rag.ask(HOW_LONG), notice=notice)
    monkeypatch.setattr(rag, "ask", lambda *_, **__: noticed)
    async with connected(server) as client:
        got = await client.call_tool("ask", {"question": HOW_LONG})
    assert [json.loads(got.content[0].text), got.content[1].text] == [got.structured_content, notice]
    assert got.structured_content == answer_to_json(noticed)


async def test_the_other_tools_do_what_the_commands_do(server, rag):
    async with connected(server) as client:
        hits = await client.call_tool("search", {"question": "meeting with Xi", "k": 1, "since": "2023-06-01"})
        claim = await client.call_tool("support", {"claim": "The meeting with Xi lasted 35 minutes"})
        article = await client.call_tool("read_article", {"article": "https://times.example/talks"})
        others = await client.call_tool("corroborate", {"article": "talks", "sentence": 1})
        leaning = await client.call_tool(
            "ask",
            {
                "question": "And how long was the meeting with him?",
                "history": [{"role": "user", "content": "Who met Xi Jinping in Beijing?"}],
            },
        )
    articles = {article.id: article for article in ARTICLES}
    assert hits.structured_content == hits_form(rag.search("meeting with Xi", 1, since="2023-06-01"), articles)
    expected = support_form(rag.support("The meeting with Xi lasted 35 minutes"))
    assert timeless(claim.structured_content) == timeless(expected)
    assert article.structured_content == shown_form(ARTICLES[0], rag.sentences("talks"))
    assert timeless(others.structured_content) == timeless(corroboration_form(rag.corroborate("talks", 1)))
    assert leaning.structured_content["standalone_question"] == "How long was the meeting with Xi Jinping?"


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("ask", {"question": "?"}, "has no words in it"),
        ("ask", {"question": "Who?", "as_of": "June"}, "write a day as YYYY-MM-DD"),
        ("ask", {"question": "Who?", "sources": ["Nope"]}, "Sources: Daily Post, Example Times"),
        ("ask", {}, "Field required"),
        ("search", {"question": " "}, "has no words in it"),
        ("search", {"question": "Who?", "k": 0}, "greater than or equal to 1"),
        ("corroborate", {"article": "talks", "sentence": 99}, "there is no sentence 99"),
        ("read_article", {"article": "/etc/passwd"}, "No article has the id or address '/etc/passwd'"),
    ],
)
async def test_what_cannot_be_used_is_an_error_with_the_reason(server, tool, arguments, reason):
    async with connected(server) as client:
        got = await client.call_tool(tool, arguments)
    assert got.is_error
    assert reason in got.content[0].text


async def test_a_fault_is_told_without_its_details(server, rag, monkeypatch):
    monkeypatch.setattr(rag, "support", lambda *_, **__: {}["secret-detail"])
    async with connected(server) as client:
        got = await client.call_tool("support", {"claim": "Rain fell."})
    assert (got.is_error, got.content[0].text) == (True, "Error executing tool support")


async def test_without_a_token_nothing_opens(server):
    async with httpx2.AsyncClient() as http:
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            got = await http.post(f"{server}/mcp", json=call, headers=headers)
            assert (got.status_code, got.json()["code"]) == (401, "unauthorized")


def test_making_a_server_leaves_the_log_of_the_program_alone(rag, monkeypatch):
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    level = root.level
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        create_app(rag, Settings())
    assert (root.handlers, root.level) == ([], level)
