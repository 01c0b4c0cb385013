"""The API on one page, made from its OpenAPI description. Needs no script and loads nothing from anywhere.

FastAPI's own pages load Swagger UI from a content network: nothing would show without one, and what that network sends
would run beside the page's login.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-bottom:1px solid #8886}
h3{margin:2rem 0 .3rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{background:#8882;padding:.7rem;overflow-x:auto;border-radius:6px}
table{border-collapse:collapse;width:100%}
td{border-top:1px solid #8884;padding:.3rem .6rem .3rem 0;vertical-align:top;overflow-wrap:anywhere}
td:first-child{white-space:nowrap}
b.m{font-size:.75em;padding:.15em .5em;border-radius:4px;background:#0a5c3a;color:#fff;margin-right:.5em}
"""
_PLACE = re.compile(r"{(\w+)}")
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Show the API."""
    described = request.app.openapi()
    base = str(request.base_url).rstrip("/")
    return HTMLResponse(page_html(described, base), headers={"Content-Security-Policy": CONTENT_POLICY})


def page_html(described: Mapping[str, Any], base: str) -> str:
    """Return the page of an OpenAPI description for a server at the address `base`."""
    info = described["info"]
    parts = [f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>"]
    parts += [f"<p>{escape(text)}</p>" for text in info["description"].strip().split("\n\n")]
    parts.append('<p>The same for programs: <a href="/openapi.json">/openapi.json</a></p>')
    operations = list(_operations(described))
    for tag in dict.fromkeys(operation["tags"][0] for _, _, operation in operations):
        parts.append(f"<h2>{escape(tag)}</h2>")
        parts += [_operation_html(described, base, *one) for one in operations if one[2]["tags"][0] == tag]
    return f"<!doctype html><html lang=en><title>{escape(info['title'])}</title><style>{STYLE}</style>{''.join(parts)}"


def _operations(described: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _operation_html(
    described: Mapping[str, Any], base: str, method: str, path: str, operation: Mapping[str, Any]
) -> str:
    head = f"<h3><b class=m>{method}</b><code>{escape(path)}</code></h3>"
    return f"{head}<p>{escape(operation.get('description', ''))}</p>" + "".join(
        (
            _fields_html("Parameters", [_parameter(described, p) for p in operation.get("parameters", ())]),
            _fields_html("Body", _members(described, _schema_of(operation.get("requestBody")))),
            f"<pre>{escape(_command(described, base, method, path, operation))}</pre>",
            _fields_html("Reply", _members(described, _schema_of(operation["responses"].get("200")))),
        )
    )


def _fields_html(title: str, fields: list[tuple[str, str, str]]) -> str:
    if not fields:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code><td><small>{escape(kind)}</small><td>{escape(about)}"
        for name, kind, about in fields
    )
    return f"<p><b>{title}</b></p><table>{rows}</table>"


def _schema_of(body: Mapping[str, Any] | None) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = ((body or {}).get("content") or {}).get("application/json", {}).get("schema", {})
    return schema


def _parameter(described: Mapping[str, Any], parameter: Mapping[str, Any]) -> tuple[str, str, str]:
    return parameter["name"], _kind(described, parameter["schema"]), parameter.get("description", "")


def _members(described: Mapping[str, Any], schema: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    whole = _found(described, schema)
    needed = whole.get("required", ())
    return [
        (name, _kind(described, one) + (", required" if name in needed else ""), one.get("description", ""))
        for name, one in whole.get("properties", {}).items()
    ]


def _found(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a schema refers to, or itself."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = described["components"]["schemas"][name] if name else schema
    return found


def _kind(described: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Word the type of a value: `list of text`, `date or null`."""
    if "anyOf" in schema:
        return " or ".join(_kind(described, one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(described, schema.get('items', {}))}"
    if "enum" in schema:
        return " or ".join(json.dumps(one) for one in schema["enum"])
    if "$ref" in schema:
        members = _found(described, schema).get("properties", {})
        return "{" + ", ".join(members) + "}"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    kind = str(schema.get("format") or schema.get("type") or "anything")
    return words.get(kind, kind)


def _command(described: Mapping[str, Any], base: str, method: str, path: str, operation: Mapping[str, Any]) -> str:
    """Return the shell command that asks for it, with the values that the description gives as examples."""
    schema = _found(described, _schema_of(operation.get("requestBody")))
    if method != "POST":
        asked = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query" and p.get("required")]
        query = "?" + "&".join(f"{name}={name.upper()}" for name in asked) if asked else ""
        return f"curl '{base}{_PLACE.sub(lambda place: place[1].upper(), path)}{query}'"
    example = {name: one["examples"][0] for name, one in schema.get("properties", {}).items() if one.get("examples")}
    if "messages" in schema.get("properties", {}):
        example["messages"] = [{"role": "user", "content": "What did Blinken raise with Xi?"}]
    body = json.dumps(example, ensure_ascii=False).replace("'", "’")
    return f"curl {base}{path} -H 'Content-Type: application/json' -d '{body}'"
