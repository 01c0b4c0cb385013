import re
from pathlib import Path

import pytest
from typer.main import get_command

from rag.cli.app import app

ROOT = Path(__file__).parents[2]
COMMANDS = get_command(app).commands


def test_these_are_the_commands():
    assert list(COMMANDS) == [
        "add", "remove", "list", "show", "ask", "search", "support", "chat", "saved", "eval", "verify", "status",
            "check", "rebuild", "export", "import", "serve",
    ]  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_helped_with_an_example(rag, name):
    result = rag(name, "--help")
    assert result.exit_code == 0
    examples = result.stdout.partition("Example")[2].splitlines()[1:]
    assert examples
    assert all(re.match(rf"    rag .*\b{name}\b", line) or f"rag {name}" in line for line in examples)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_argument_of_a_command_is_explained(name):
    assert [p.name for p in COMMANDS[name].params if p.name != "help" and not p.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_an_index_and_json(name):
    options = {opt for param in COMMANDS[name].params for opt in param.opts}
    assert "--index" in options
    assert ("--json" in options) is (name != "serve")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(name):
    assert re.search(rf"\brag {name}\b", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_short_help_of_no_command_is_cut(rag):
    assert "..." not in rag("--help").stdout.partition("Commands:")[2]


def test_the_version_is_that_of_the_package(rag):
    from importlib.metadata import version

    assert rag("--version").stdout == f"rag {version('rag')}\n"


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (["sak"], "No such command 'sak'. Did you mean 'ask'?"),
        (["ask"], "Missing argument 'QUESTION'."),
        (["ask", "a", "b"], "Got unexpected extra argument"),
        (["search", "a", "-k", "0"], "Invalid value for '-k'"),
        (["list", "--limit", "x"], "Invalid value for '--limit'"),
        (["serve", "--port", "65536"], "Invalid value for '--port'"),
        (["show", "a", "--sentence"], "No such option: --sentence"),
        (["add"], "Missing argument"),
        (["status", "--index", ""], "The folder's name is empty"),
    ],
)
def test_wrong_usage_is_2_and_says_what(rag, args, complaint):
    result = rag(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert complaint in result.stderr
    assert "Try 'rag" in result.stderr
