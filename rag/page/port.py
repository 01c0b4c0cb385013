"""Which port the page is served on."""

from __future__ import annotations

import os
import socket

from rag.errors import SettingInvalid

DEFAULT_PORT = 7860  # Gradio's own, which its users expect


def free_port(host: str, port: int | None = None) -> int:
    """Return the port to listen on: `port`, else `RAG_PORT`, else 7860; for 0 any free one.

    Raises:
        SettingInvalid: `RAG_PORT` is no port number, the port is taken, or `host` is not an address of this machine.
    """
    wanted = _configured() if port is None else port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just closed may be used again
        try:
            probe.bind((host, wanted))
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingInvalid(
                f"Cannot listen on {host} port {wanted}: {reason}. "
                "End the program that uses the port, or choose another: RAG_PORT=7861, or `rag serve --port 7861`."
            ) from error
        return int(probe.getsockname()[1])


def _configured() -> int:
    value = os.environ.get("RAG_PORT") or str(DEFAULT_PORT)
    if not value.isdecimal() or int(value) > 65535:
        raise SettingInvalid(
            f"RAG_PORT cannot be {value!r}: a port is a number from 0 to 65535. Correct it or unset it."
        )
    return int(value)
