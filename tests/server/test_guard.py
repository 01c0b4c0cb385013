"""Who may ask what, how often and how much."""

import pytest

from rag.server.buckets import MAX_CLIENTS, Buckets
from rag.server.guard import host_of
from tests.server.conftest import LOCKED, OTHER_TOKEN, PASSWORD, TOKEN, opened

ASK = {"question": "How long was the meeting with Xi?"}
BEHIND_TOKENS = [
    ("POST", "/api/ask"), ("POST", "/api/search"), ("POST", "/api/support"), ("GET", "/api/articles"),
    ("GET", "/api/articles/talks"), ("GET", "/api/status"), ("GET", "/api/nothing"), ("GET", "/metrics"),
    ("POST", "/v1/chat/completions"), ("GET", "/v1/models"), ("POST", "/mcp"), ("GET", "/mcp"), ("POST", "/mcp/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), BEHIND_TOKENS)
def test_nothing_of_the_api_opens_without_one_of_the_tokens(rag, method, path):
    with opened(rag, **LOCKED) as client:
        for header in ({}, {"Authorization": f"Bearer {TOKEN[:-1]}"}, {"Authorization": f"Basic {TOKEN}"},
                       {"Authorization": "Bearer"}, {"Authorization": f"Bearer {PASSWORD}"}):  # fmt: skip
            got = client.request(method, path, headers=header)
            assert (got.status_code, got.json()["code"]) == (401, "unauthorized")
            assert got.headers["www-authenticate"] == 'Bearer realm="rag"'
            assert not any(secret in got.text for secret in (TOKEN, OTHER_TOKEN, PASSWORD))


def test_each_token_opens_the_api_and_health_needs_none(rag):
    with opened(rag, **LOCKED) as client:
        for token in (TOKEN, OTHER_TOKEN):
            got = client.post("/api/ask", json=ASK, headers={"Authorization": f"bearer {token}"})
            assert got.status_code == 200
        for path in ("/health", "/ready", "/docs", "/openapi.json"):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[", "10.0.0.1"])
def test_a_name_that_is_not_the_servers_is_refused_as_in_a_rebinding_attack(client, host):
    got = client.get("/api/status", headers={"Host": host})
    assert (got.status_code, got.json()["code"]) == (400, "host_not_allowed")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:7860", "127.0.0.1", "127.0.0.1:1", "[::1]:7860"])
def test_the_names_of_this_machine_are_let_in(client, host):
    assert client.get("/api/status", headers={"Host": host}).status_code == 200


def test_a_name_that_the_settings_give_is_let_in_and_others_are_not(rag):
    with opened(rag, allowed_hosts=["news.example"], **LOCKED) as client:
        token = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/status", headers={"Host": "News.example", **token}).status_code == 200
        assert client.get("/api/status", headers={"Host": "old.example", **token}).status_code == 400


def test_a_server_for_others_without_names_takes_any_name(rag):
    with opened(rag, host="0.0.0.0", **LOCKED) as client:
        token = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/status", headers={"Host": "192.0.2.7:7860", **token}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:9999", "http://[", "http://localhost:7860"]
)
def test_the_script_of_another_site_is_refused_and_may_not_read_why(client, origin):
    for method, path in (("POST", "/api/ask"), ("GET", "/api/status"), ("POST", "/mcp"), ("GET", "/docs")):
        got = client.request(method, path, headers={"Origin": origin})
        assert (got.status_code, got.json()["code"]) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in got.headers


def test_a_script_of_the_servers_own_page_is_let_in(client):
    assert client.post("/api/ask", json=ASK, headers={"Origin": "http://127.0.0.1:7860"}).status_code == 200


def test_cors_answers_only_the_origins_that_are_configured(rag):
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    with opened(rag) as client:
        refused = client.options("/api/ask", headers={"Origin": "https://app.example", **asks})
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers
    with opened(rag, allowed_origins=["https://app.example"]) as client:
        allowed = client.options("/api/ask", headers={"Origin": "https://app.example", **asks})
        assert allowed.headers["access-control-allow-origin"] == "https://app.example"
        assert "access-control-allow-credentials" not in allowed.headers
        got = client.post("/api/ask", json=ASK, headers={"Origin": "https://app.example"})
        assert (got.status_code, got.headers["access-control-allow-origin"]) == (200, "https://app.example")
        assert client.post("/api/ask", json=ASK, headers={"Origin": "https://app.example.evil"}).status_code == 403


def test_a_body_over_the_limit_is_413_whether_its_length_is_told_or_not(rag):
    with opened(rag, max_body=1_000) as client:
        large = b'{"question": "' + b"x" * 1_000 + b'"}'
        kind = {"Content-Type": "application/json"}
        for path in ("/api/ask", "/v1/chat/completions", "/mcp"):
            for content in (large, iter([large[:500], large[500:]])):
                got = client.post(path, content=content, headers=kind)
                assert got.status_code == 413
                assert got.json()["detail"] == "The body is larger than 1,000 bytes, as much as is read."
        fits = b'{"question": "' + b"x" * 900 + b'"}'
        assert client.post("/api/ask", content=fits, headers=kind).status_code == 200


def test_a_length_that_is_no_number_is_refused(client):
    got = client.post("/api/ask", content=b"{}", headers={"Content-Length": "-1"})
    assert (got.status_code, got.json()["code"]) == (400, "bad_length")


def test_too_many_requests_are_429_with_when_to_come_back_and_tokens_have_a_bucket_each(rag):
    with opened(rag, rate_limit=12, **LOCKED) as client:  # two at once, then one every five seconds
        status = [client.get("/api/status", headers={"Authorization": f"Bearer {TOKEN}"}) for _ in range(3)]
        assert [got.status_code for got in status] == [200, 200, 429]
        assert (status[2].headers["retry-after"], status[2].json()["code"]) == ("5", "too_many_requests")
        assert client.get("/api/status", headers={"Authorization": f"Bearer {OTHER_TOKEN}"}).status_code == 200
        guesses = [client.get("/api/status", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(3)]
        assert guesses == [401, 401, 429]
        assert [client.get("/health").status_code for _ in range(5)] == [200] * 5


def test_a_limit_of_zero_is_none(rag):
    with opened(rag, rate_limit=0) as client:
        assert {client.get("/api/status").status_code for _ in range(50)} == {200}


def test_a_bucket_fills_at_its_rate_up_to_its_burst():
    now = 100.0
    buckets = Buckets(per_minute=60, burst=3, clock=lambda: now)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("b") == 0
    now = 100.25
    assert buckets.take("a") == 0.75
    now = 101.0
    assert [buckets.take("a"), buckets.take("a")] == [0, 1]
    now = 1000.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]


def test_no_more_clients_are_remembered_than_may():
    buckets = Buckets(60, 1, clock=lambda: 0.0)
    assert [buckets.take("first"), buckets.take("first")] == [0, 1]
    for n in range(MAX_CLIENTS):
        buckets.take(str(n))
    assert buckets.take("first") == 0  # forgotten, so its bucket is full again
    assert len(buckets._left) == MAX_CLIENTS


@pytest.mark.parametrize(
    ("header", "host"),
    [("a.example:80", "a.example"), ("[::1]:7860", "::1"), ("A.Example", "a.example"), ("", None), ("[", None)],
)
def test_a_host_is_read_without_its_port(header, host):
    assert host_of(header) == host


def test_every_reply_has_the_headers_that_keep_browsers_careful(client):
    for got in (client.get("/health"), client.get("/api/nothing"), client.get("/health", headers={"Host": "x"})):
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["x-frame-options"] == "DENY"
        assert got.headers["referrer-policy"] == "same-origin"
