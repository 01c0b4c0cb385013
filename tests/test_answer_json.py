import json
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer_json import answer_from_json, answer_to_json
from rag.errors import AnswerInvalid
from rag.types import Answer, Citation, Evidence, Models, Statement

ANSWER = Answer(
    question="What did he raise?",
    standalone_question="What did Blinken raise?",
    as_of=date(2023, 6, 20),
    text="He raised fentanyl. [1]",
    abstained=False,
    confidence=0.123456,
    statements=(Statement("He raised fentanyl.", (1,), 0.98765),),
    citations=(
        Citation(1, "bbc-1", "Blinken meets Xi", "BBC", "https://bbc.example/1", date(2023, 6, 19), (12, 13), 40, 59,
                 "He raised fentanyl.", "sha256:" + "a" * 64, 0.98765, "https://bbc.example/1#:~:text=He"),
    ),
    evidence=(Evidence("bbc-1", 12, 0.98765), Evidence("bbc-1", 3, 0.00004)),
    generation=7,
    models=Models("all-MiniLM-L6-v2", "ours", None),
    timings_ms={"retrieve": 12.345, "evidence": 3},
)  # fmt: skip

FORM = {
    "question": "What did he raise?",
    "standalone_question": "What did Blinken raise?",
    "as_of": "2023-06-20",
    "answer": "He raised fentanyl. [1]",
    "abstained": False,
    "confidence": 0.1235,
    "statements": [{"text": "He raised fentanyl.", "citations": [1], "support": 0.9877}],
    "citations": [
        {
            "number": 1,
            "article_id": "bbc-1",
            "title": "Blinken meets Xi",
            "source": "BBC",
            "url": "https://bbc.example/1",
            "published": "2023-06-19",
            "sentences": [12, 13],
            "start": 40,
            "end": 59,
            "quote": "He raised fentanyl.",
            "digest": "sha256:" + "a" * 64,
            "support": 0.9877,
            "link": "https://bbc.example/1#:~:text=He",
        }
    ],
    "evidence": [
        {"article_id": "bbc-1", "sentence": 12, "score": 0.9877},
        {"article_id": "bbc-1", "sentence": 3, "score": 0.0},
    ],
    "generation": 7,
    "models": {"encoder": "all-MiniLM-L6-v2", "evidence": "ours", "llm": None},
    "timings_ms": {"retrieve": 12.3, "evidence": 3.0},
}


def test_an_answer_has_the_shape_and_key_order_of_the_contract():
    assert json.dumps(answer_to_json(ANSWER)) == json.dumps(FORM)


def test_an_abstention_has_nulls_and_empty_lists():
    form = answer_to_json(replace(ANSWER, as_of=None, abstained=True, statements=(), citations=(), evidence=()))
    assert (form["as_of"], form["abstained"]) == (None, True)
    assert (form["statements"], form["citations"], form["evidence"]) == ([], [], [])


def test_figures_of_numpy_become_plain_numbers():
    import numpy as np

    answer = replace(ANSWER, confidence=np.float32(0.5), timings_ms={"retrieve": np.float64(1.25)})
    assert json.loads(json.dumps(answer_to_json(answer)))["confidence"] == 0.5


probabilities = st.floats(0, 1)
counts = st.integers(0, 2**40)
texts = st.text(st.characters(exclude_categories=["Cs"]))
days = st.none() | st.dates()
optional = st.none() | texts
citations = st.builds(
    Citation, counts, texts, texts, optional, optional, days, st.lists(counts).map(tuple), counts, counts, texts, texts,
    probabilities, optional,
)  # fmt: skip
statements = st.builds(Statement, texts, st.lists(counts).map(tuple), probabilities)
answers = st.builds(
    Answer,
    texts,
    texts,
    days,
    texts,
    st.booleans(),
    probabilities,
    st.lists(statements, max_size=3).map(tuple),
    st.lists(citations, max_size=3).map(tuple),
    st.lists(st.builds(Evidence, texts, counts, probabilities), max_size=3).map(tuple),
    counts,
    st.builds(Models, texts, texts, optional),
    st.dictionaries(texts, st.floats(0, 1e9), max_size=3),
)


def rounded(value):
    """The reference: every probability at 4 digits, every timing at 1, all else untouched."""
    if isinstance(value, tuple):
        return tuple(rounded(item) for item in value)
    if isinstance(value, Answer | Statement | Citation | Evidence):
        return replace(value, **{f.name: rounded(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, dict):
        return {step: round(ms, 1) for step, ms in value.items()}
    return round(value, 4) if isinstance(value, float) else value


@given(answers)
def test_a_round_trip_through_json_text_changes_nothing_but_the_rounding(answer):
    assert answer_from_json(json.loads(json.dumps(answer_to_json(answer)))) == rounded(answer)


@given(answers)
def test_a_second_round_trip_changes_nothing_at_all(answer):
    form = answer_to_json(answer)
    assert answer_to_json(answer_from_json(form)) == form


def test_other_keys_are_ignored():
    form = FORM | {"id": "q1", "choice": 2, "models": FORM["models"] | {"reranker": "x"}}
    form["citations"] = [FORM["citations"][0] | {"note": None}]
    assert answer_from_json(form) == rounded(ANSWER)


def edit(path, value):
    """FORM with the value at `path` replaced, or dropped where `value` is ..."""
    form = json.loads(json.dumps(FORM))
    *way, last = path
    inner = form
    for key in way:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return form


def paths(value, way=()):
    """Every key of FORM, nested ones too."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(key, str) and (not way or way[0] != "timings_ms"):
            yield (*way, key)
        yield from paths(inner, (*way, key))


def written(path):
    """A path as messages write it: citations[0].start."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


@pytest.mark.parametrize("path", list(paths(FORM)), ids=written)
def test_a_missing_key_is_named(path):
    with pytest.raises(AnswerInvalid) as caught:
        answer_from_json(edit(path, ...))
    assert f"has no {written(path)!r}," in str(caught.value)


@pytest.mark.parametrize("path", list(paths(FORM)), ids=written)
def test_a_value_of_another_kind_is_named_with_its_key(path):
    with pytest.raises(AnswerInvalid) as caught:
        answer_from_json(edit(path, -2.5))
    assert f"{written(path)!r} must be " in str(caught.value)
    assert "not -2.5." in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (["as_of"], "20230620", "'as_of' must be a day as YYYY-MM-DD, or null, not '20230620'."),
        (["citations", 0, "published"], "2023-02-30", "'citations[0].published' must be a day as YYYY-MM-DD"),
        (["confidence"], 1.5, "'confidence' must be a number in [0, 1], not 1.5."),
        (["confidence"], True, "'confidence' must be a number in [0, 1], not True."),
        (["evidence", 1, "score"], float("nan"), "'evidence[1].score' must be a number in [0, 1], not nan."),
        (["citations", 0, "start"], -1, "'citations[0].start' must be a whole number from 0, not -1."),
        (["citations", 0, "end"], True, "'citations[0].end' must be a whole number from 0, not True."),
        (["citations", 0, "sentences"], [12, "13"], "'citations[0].sentences[1]' must be a whole number from 0"),
        (["abstained"], 0, "'abstained' must be true or false, not 0."),
        (["statements"], {}, "'statements' must be a list of objects, not {}."),
        (["statements", 0], "text", "'statements[0]' must be an object, not 'text'."),
        (["timings_ms", "retrieve"], "12", "'timings_ms.retrieve' must be milliseconds, not '12'."),
        (["timings_ms", "retrieve"], 10**400, "'timings_ms.retrieve' must be milliseconds, not 1000"),
        (["question"], None, "'question' must be text, not None."),
    ],
)
def test_a_value_that_cannot_be_is_told_with_what_it_should_be(path, value, complaint):
    with pytest.raises(AnswerInvalid) as caught:
        answer_from_json(edit(path, value))
    assert complaint in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_what_is_not_an_object_is_no_answer(data):
    with pytest.raises(AnswerInvalid, match="'the answer' must be an object"):
        answer_from_json(data)


@pytest.mark.parametrize("key", ["question", "answer"])
def test_text_with_a_lone_surrogate_is_refused_since_nothing_can_be_searched_or_printed_with_it(key):
    with pytest.raises(AnswerInvalid, match=f"'{key}' must be text without lone surrogates"):
        answer_from_json(FORM | {key: "Who \udcff?"})
    with pytest.raises(AnswerInvalid, match=r"citations\[0\].article_id"):
        answer_from_json(FORM | {"citations": [FORM["citations"][0] | {"article_id": "\ud800"}]})
    with pytest.raises(AnswerInvalid, match="timings_ms"):
        answer_from_json(FORM | {"timings_ms": {"\ud800": 1.0}})
