"""The HTTP API, the OpenAI-compatible endpoint and MCP on one port; `rag serve` mounts the page beside them.

`app` puts it together. A request passes `watch` (its id, its log line, its measures), CORS, `guard` (host, origin,
rate, token, size) and then reaches `routes`, `completions` or `tools`, which ask `service`. `problems` is the one place
where errors become HTTP statuses.
"""

from __future__ import annotations

from rag.server.app import create_app

__all__ = ["create_app"]
