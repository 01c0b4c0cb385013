from __future__ import annotations

import socket

import pytest

from rag.errors import SettingInvalid
from rag.server.port import free_port


def test_a_port_that_is_taken_is_refused_with_the_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingInvalid, match=f"port {port}: .*RAG_PORT"):
            free_port("127.0.0.1", port)
    assert free_port("127.0.0.1", port) == port
    assert free_port("127.0.0.1", 0) > 0
