"""The program as a process: what a shell sees. Few tests, since each starts Python anew."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITH_FAKE = "from tests.cli import fake_rag; fake_rag.install(); from rag.cli import main; main()"
ENV = os.environ | {"PYTHONWARNINGS": "error"}


def start(*args, code=WITH_FAKE, **kwargs):
    command = [sys.executable, "-c", code, *args]
    return subprocess.Popen(command, cwd=ROOT, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kwargs)


def test_json_alone_goes_to_standard_output_and_feeds_verify():
    ask = start("ask", "fentanyl?", "--json")
    out, err = ask.communicate(timeout=60)
    assert (ask.returncode, err) == (0, b"")
    assert json.loads(out)["abstained"] is False
    verify = start("verify", "-", stdin=subprocess.PIPE)
    out, err = verify.communicate(out.replace(b"fentanyl with", b"taxation with"), timeout=60)
    assert (verify.returncode, err) == (1, b"")
    assert b"[1] wrong" in out


def test_failures_and_wrong_usage_have_their_codes_and_no_traceback():
    for args, code in ((["show", "nobody"], 1), (["show"], 2), (["ask", "wait!"], 130)):
        process = start(*args)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (code, b"")
        assert b"Traceback" not in err


def test_arguments_and_input_that_are_no_utf_8_are_no_traceback():
    cases = [
        (["show", b"\xff"], 1, b""),
        (["remove", b"\xff"], 1, b""),
        (["list", "--query", b"\xff"], 0, b""),
        (["ask", b"fentanyl\xff"], 0, b""),
        (["chat"], 0, b"fentanyl \xff?\n"),
    ]
    for args, code, given in cases:
        process = start(*args, stdin=subprocess.PIPE)
        _, err = process.communicate(given, timeout=60)
        assert (args, process.returncode) == (args, code)
        assert b"Traceback" not in err
        assert b"\xff" not in err


def test_a_pipe_closed_by_its_reader_ends_the_program_quietly():
    many = (
        "from tests.cli import fake_rag; fake_rag.install(); from rag.types import Article; from pathlib import Path\n"
        "fake_rag.stores[Path('index')].articles = {str(n): Article(str(n), 'x' * 100, '') for n in range(20000)}\n"
        "from rag.cli import main; main()"
    )
    process = start("list", code=many)
    assert process.stdout.readline().startswith(b"0\t")
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=60) == 0


def test_control_c_is_one_line_and_130():
    slow = (
        "from tests.cli import fake_rag; fake_rag.install(); import signal, sys, time\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background is born deaf to it
        "def ask(*args, **kwargs): print('asked', file=sys.stderr, flush=True); time.sleep(60)\n"
        "fake_rag.FakeRag.ask = ask; from rag.cli import main; main()"
    )
    process = start("ask", "tides?", code=slow)
    assert process.stderr.readline() == b"asked\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"interrupted\n")


def test_help_loads_neither_models_nor_indexes():
    code = (
        "import sys, atexit; from rag.cli import main\n"
        "heavy = {'torch', 'numpy', 'openvino', 'faiss', 'tantivy', 'langchain_core', 'gradio', 'pydantic', 'rich'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        "main()"
    )
    process = start("--help", code=code)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"Usage: rag" in out
    assert err == b"[]\n"


def test_a_full_disk_is_a_reported_failure_and_a_closed_output_is_none():
    def shell(redirection):
        line = f'"$0" -c "$1" list {redirection}'
        return subprocess.run(["bash", "-c", line, sys.executable, WITH_FAKE], cwd=ROOT, capture_output=True)

    full = shell("> /dev/full")
    assert full.returncode == 1
    assert full.stderr.startswith(b"error: No space left on device")
    closed = shell(">&-")
    assert (closed.returncode, closed.stderr) == (0, b"")
