import sys

import pytest

from rag.cli.serving import load_page
from rag.errors import MissingExtra

PAGE = """
from __future__ import annotations
from dataclasses import dataclass

@dataclass
class Call:
    index: str
    host: str
    port: int | None

calls = []

def launch(rag, host="127.0.0.1", port=None, open_browser=False):
    calls.append(Call(str(rag.path), host, port))
"""


def test_serving_launches_the_page_on_the_index(rag, tmp_path, monkeypatch):
    (tmp_path / "app.py").write_text(PAGE)
    monkeypatch.delitem(sys.modules, "app", raising=False)
    page = load_page(tmp_path / "app.py")
    monkeypatch.setattr("rag.cli.serving.load_page", lambda path: page)
    assert rag("serve", "--index", "elsewhere").exit_code == 0
    assert rag("serve", "--host", "0.0.0.0", "--port", "8080").exit_code == 0
    assert page.calls == [page.Call("elsewhere", "127.0.0.1", None), page.Call("index", "0.0.0.0", 8080)]
    monkeypatch.delitem(sys.modules, "app")


def test_without_the_repository_it_is_said_where_the_page_would_be(tmp_path):
    with pytest.raises(MissingExtra, match=r"app\.py, which is not there"):
        load_page(tmp_path / "app.py")
