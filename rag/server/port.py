"""Which port the server listens on."""

from __future__ import annotations

import socket

from rag.errors import SettingInvalid


def free_port(host: str, port: int) -> int:
    """Return the port to listen on: `port` itself; for 0 any free one.

    Raises:
        SettingInvalid: The port is taken, or `host` is not an address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port that was just closed may be used again
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingInvalid(
                f"Cannot listen on {host} port {port}: {reason}. "
                "End the program that uses the port, or choose another: RAG_PORT=7861, or `rag serve --port 7861`."
            ) from error
        return int(probe.getsockname()[1])
