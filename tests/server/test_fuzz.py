"""Requests made from the OpenAPI description, and ill-formed ones: no fault of the server, every reply as described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from rag.server import create_app
from rag.settings import Settings
from tests.server.conftest import listening, opened

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
N_EXAMPLES = 12  # of each address: some seconds together; what they found stands as tests of its own


def test_no_request_meets_a_fault(rag):
    with listening(create_app(rag, Settings(rate_limit=0))) as address:
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations()]
        for operation in operations:
            requests_to(operation)()
    assert {operation.path for operation in operations} >= {"/api/ask", "/api/search", "/v1/chat/completions"}


def requests_to(operation):
    @given(case=operation.as_strategy())
    @settings(
        max_examples=N_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def hold(case):
        case.call_and_validate(checks=CHECKS)

    return hold


@pytest.mark.parametrize("path", ["/mcp", "/api/ask", "/v1/chat/completions"])
@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"[[]]", b'"x"', b"1e999", b"NaN", b"\xff\xfe", b"\x00", b'{"jsonrpc": 2}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nothing","arguments":[]}}',
        b'{"question": {"$ref": "#"}}', b'{"messages": [{"role": "user", "content": [{"type": 1}]}]}',
        b'{"question": "Who met Xi\\u0000?"}', b'{"question": "Who met Xi \\ud800\\udc00?"}',
        b'{"question": "Who?", "history": ' + b"[" * 5_000,
    ],
    ids=range(17),
)  # fmt: skip
def test_no_ill_formed_body_meets_a_fault(client: TestClient, path, content):
    for kind in ("application/json", "text/plain", ""):
        headers = {"Content-Type": kind, "Accept": "application/json, text/event-stream"}
        got = client.post(path, content=content, headers=headers)
        assert got.status_code < 500
        assert "Traceback" not in got.text


def test_no_ill_formed_address_meets_a_fault(rag):
    with opened(rag) as client:
        for path in ("/api/articles/%00", "/api/articles/%ff", "/api/articles/..%2f..%2fetc%2fpasswd",
                     "/api/articles/" + "x" * 5_000, "/api/articles?query=%ff", "/api/articles?offset=1e9",
                     "/api/articles?offset=99999999999999999999", "/api/articles?limit=-1", "/v1/models/%ff",
                     "/api/articles?query=%25_'\"", "//api/ask", "/api//ask"):  # fmt: skip
            got = client.get(path)
            assert got.status_code < 500, path
            assert "root:" not in got.text
