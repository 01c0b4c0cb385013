import json
from datetime import date

import pytest

from rag.errors import SetInvalid
from rag.evaluation.questions import Quote, read_questions
from rag.types import Turn

WHOLE = {
    "id": "f1",
    "question": "And then?",
    "as_of": "2023-06-20",
    "history": [{"role": "user", "content": "Who came?"}, {"role": "assistant", "content": "Ann."}],
    "answerable": True,
    "answers": ["Ann"],
    "choices": ["Ann", "Bo"],
    "answer": [0],
    "evidence": [{"article_id": "a", "quote": "Ann came."}],
    "any": True,
    "also": [{"article_id": "a", "quote": "Bo did not."}],
    "reference": "Ann came first.",
    "published": {"gpt": 1},
    "kind": "who",
    "other": "ignored",
}


def read(tmp_path, *lines):
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return read_questions(path)


def test_every_key_of_a_record_is_read(tmp_path):
    (q,) = read(tmp_path, WHOLE)
    assert (q.id, q.question, q.as_of, q.answerable) == ("f1", "And then?", date(2023, 6, 20), True)
    assert q.history == (Turn("user", "Who came?"), Turn("assistant", "Ann."))
    assert (q.answers, q.choices, q.right) == (("Ann",), ("Ann", "Bo"), (0,))
    assert q.evidence == (Quote("a", "Ann came."),)
    assert (q.any_evidence, q.also) == (True, (Quote("a", "Bo did not."),))
    assert (q.reference, q.published, q.kind, q.line) == ("Ann came first.", {"gpt": 1}, "who", 1)


def test_a_record_needs_no_more_than_id_and_question(tmp_path):
    (q,) = read(tmp_path, {"id": "a", "question": "Who?"})
    assert q.answerable is None
    assert q.evidence == q.answers == q.choices == q.right == q.history == ()


def test_blank_lines_are_passed_over_but_counted(tmp_path):
    assert [q.line for q in read(tmp_path, "", {"id": "a", "question": "Who?"}, "", {"id": "b", "question": "x"})] == [
        2,
        4,
    ]


@pytest.mark.parametrize(
    ("changes", "key", "value"),
    [
        ({"id": ""}, "'id'", "''"),
        ({"question": None}, "'question'", "None"),
        ({"as_of": "June"}, "'as_of'", "'June'"),
        ({"answerable": "yes"}, "'answerable'", "'yes'"),
        ({"answers": ["x", ""]}, "'answers[1]'", "''"),
        ({"answer": [2]}, "'answer[0]'", "2"),
        ({"answer": [True]}, "'answer[0]'", "True"),
        ({"answer": []}, "'answer'", "[]"),
        ({"choices": ["one"]}, "'choices'", "['one']"),
        ({"history": [{"role": "system", "content": "x"}]}, "'history[0].role'", "'system'"),
        ({"evidence": [{"article_id": "a"}]}, "'evidence[0].quote'", "None"),
        ({"evidence": "a"}, "'evidence'", "'a'"),
        ({"also": ["a"]}, "'also[0]'", "'a'"),
        ({"published": 3}, "'published'", "3"),
        ({"answerable": False}, "'evidence'", "left away"),
    ],
)
def test_a_broken_line_is_named_with_file_line_key_and_value(tmp_path, changes, key, value):
    with pytest.raises(SetInvalid) as caught:
        read(tmp_path, {"id": "a", "question": "fine"}, WHOLE | changes)
    message = str(caught.value)
    assert f"{tmp_path / 'questions.jsonl'}:2: {key} is " in message
    assert value in message


def test_an_id_stands_once(tmp_path):
    with pytest.raises(SetInvalid, match=r":2: 'id' is 'a'; it must be an id of its own; line 1 has this one"):
        read(tmp_path, {"id": "a", "question": "x"}, {"id": "a", "question": "y"})


@pytest.mark.parametrize(("line", "says"), [("{", ":1: not JSON"), ("[1]", ":1: is [1], not a JSON object")])
def test_a_line_that_is_no_object_is_named(tmp_path, line, says):
    with pytest.raises(SetInvalid) as caught:
        read(tmp_path, line)
    assert says in str(caught.value)


def test_an_empty_file_and_a_missing_one_are_told(tmp_path):
    with pytest.raises(SetInvalid, match="has no questions in it"):
        read(tmp_path, "")
    with pytest.raises(SetInvalid, match="cannot be read: No such file"):
        read_questions(tmp_path / "none" / "questions.jsonl")
