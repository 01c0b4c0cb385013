import json
from dataclasses import replace

import pytest


@pytest.fixture
def saved(rag, tmp_path):
    """A saved answer of the fake facade."""
    path = tmp_path / "answer.json"
    path.write_text(rag("ask", "Who raised fentanyl?", "--json").stdout)
    return path


def test_an_answer_just_given_stands(rag, saved):
    result = rag("verify", str(saved))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Who raised fentanyl?\n  [1] ok      bbc-1\n1 checked: 1 ok\n"


def test_an_abstention_has_nothing_to_check_and_stands(rag):
    answer = rag("ask", "zebra?", "--json").stdout
    result = rag("verify", "-", input=answer)
    assert result.exit_code == 0
    assert result.stdout == "zebra?\n  nothing to check: an abstention\n0 checked: 0 ok\n"


def test_an_article_that_has_changed_since_is_told_with_where_the_quote_stands_now(rag, fake, saved):
    articles = fake.stores[fake.Path("index")].articles
    articles["bbc-1"] = replace(articles["bbc-1"], text="UPDATE. " + articles["bbc-1"].text)
    result = rag("verify", str(saved))
    assert result.exit_code == 1
    assert result.stdout == (
        "Who raised fentanyl?\n"
        "  [1] changed bbc-1\n"
        "      The article's text is another one now; the quote still stands in it, now at 35–62.\n"
        "1 checked: 0 ok, 1 changed\n"
    )


def test_many_answers_are_read_on_a_line_each_or_indented(rag, saved, tmp_path):
    answer = json.loads(saved.read_text())
    wrong = answer | {"citations": [answer["citations"][0] | {"quote": "He raised taxes."}]}
    many = tmp_path / "answers.jsonl"
    many.write_text(f"\ufeff{json.dumps(answer)}\n\n{json.dumps(wrong, indent=2)}\n")
    result = rag("verify", str(many), "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["ok"] is False
    assert [a["ok"] for a in report["answers"]] == [True, False]
    assert report["answers"][0] == {
        "question": "Who raised fentanyl?",
        "ok": True,
        "citations": [{"number": 1, "article_id": "bbc-1", "status": "ok", "detail": ""}],
    }
    assert report["answers"][1]["citations"][0]["status"] == "wrong"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is empty; there is no answer to check."),
        (b'{"question": "q"\n  oops', ":2: not JSON: Expecting ',' delimiter."),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"generation": ' + b"1" * 5000 + b"}", "not JSON: it has a number that is too long"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b'{"question": "q"}', "The answer has no 'models'"),
        (b"3 4", "answer 1: In the answer, 'the answer' must be an object, not 3."),
    ],
)
def test_what_is_not_an_answer_is_a_reported_failure(rag, tmp_path, content, complaint):
    path = tmp_path / "answer.json"
    path.write_bytes(content)
    result = rag("verify", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {path}")
    assert complaint in result.stderr


def test_a_file_that_is_not_there_is_a_reported_failure(rag, tmp_path):
    result = rag("verify", str(tmp_path / "none.json"))
    assert result.exit_code == 1
    assert "none.json cannot be read: No such file or directory." in result.stderr


def test_an_answer_whose_words_are_forged_is_wrong(rag, saved):
    answer = json.loads(saved.read_text())
    lie = [answer["statements"][0] | {"text": "Blinken took bribes."}]
    saved.write_text(json.dumps(answer | {"statements": lie, "answer": "Blinken took bribes. [1]"}))
    result = rag("verify", str(saved))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == [
        "  [1] ok      bbc-1",
        "  answer wrong   ",
        "      Statement 1, 'Blinken took bribes.', is not what a citation of it quotes.",
        "2 checked: 1 ok, 1 wrong",
    ]
