import pytest
from typer.testing import CliRunner

from tests.cli import fake_rag


@pytest.fixture
def fake(monkeypatch):
    """The fake facade, with the two stories of `fake_rag.STORIES` in `index`."""
    import sys

    monkeypatch.setitem(sys.modules, "rag.api", fake_rag)
    fake_rag.reset()
    return fake_rag


@pytest.fixture
def rag(fake, monkeypatch):
    """Run the program with these arguments; a bug's exception comes through."""
    from rag.cli.app import app

    for name in ("FORCE_COLOR", "COLUMNS", "RAG_INDEX"):
        monkeypatch.delenv(name, raising=False)

    def run(*args, input=None):
        return CliRunner().invoke(app, list(args), input=input, catch_exceptions=False, prog_name="rag")

    return run
