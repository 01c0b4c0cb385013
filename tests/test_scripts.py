"""Every module of benchmarks/, evals/ and training/ that can be run says what it does when asked, and does nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("benchmarks", "evals", "training")
SCRIPTS = sorted(
    str(path.relative_to(ROOT))
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.py")
    if '\nif __name__ == "__main__":' in path.read_text(encoding="utf-8")
)
OPTIONAL = {"torch", "nncf", "pysbd", "blingfire", "syntok"}  # of the extras `train` and `bench`; torch is slow to load

# All in one process: each by itself would load the same libraries once more, a second or two a script.
RUN_ALL = """
import contextlib, io, json, runpy, sys
told = {}
for script in json.loads(sys.argv[1]):
    sys.argv = [script, "--help"]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            runpy.run_path(script, run_name="__main__")
            code = "went on"
        except SystemExit as exit:
            code = exit.code
        except ImportError as error:
            code = f"needs {error.name}"
        except Exception as error:
            code = repr(error)
    told[script] = [code, said.getvalue()]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, tuple[object, str]]:
    """What each script says to --help, run in a folder that is empty and stays so, without any data."""
    empty = tmp_path_factory.mktemp("empty")
    paths = [str(ROOT), str(ROOT / "training"), str(ROOT / "benchmarks")]
    environment = {"PATH": "", "HOME": str(empty), "RAG_CACHE": str(empty), "RAG_DATA": str(empty / "none")}
    scripts = json.dumps([str(ROOT / script) for script in SCRIPTS])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN_ALL, scripts],
        cwd=empty,
        env=environment | {"PYTHONPATH": ":".join(paths)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert list(empty.iterdir()) == []
    return {str(Path(path).relative_to(ROOT)): tuple(found) for path, found in json.loads(done.stdout).items()}


def test_there_are_scripts_in_each_folder():
    assert {script.split("/")[0] for script in SCRIPTS} == set(FOLDERS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_that_is_asked_for_help_gives_it_and_does_nothing(told, script):
    code, said = told[script]
    if isinstance(code, str) and code.removeprefix("needs ") in OPTIONAL:
        pytest.skip(code)
    assert (code, said[:6]) == (0, "usage:")
    assert len(said.split("\n\n")) > 2, "it says what it does, not only how it is called"
