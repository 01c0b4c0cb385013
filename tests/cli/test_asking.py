import json
from datetime import date

import pytest

BBC = "https://bbc.example/1"


def test_an_answer_is_printed_with_its_citations_and_where_to_look(rag):
    result = rag("ask", "Who raised fentanyl?")
    assert result.exit_code == 0
    assert result.stdout == (
        "He raised fentanyl with Xi. [1]\n"
        "\n"
        "[1] Blinken meets Xi — BBC, 2023-06-19\n"
        "    “He raised fentanyl with Xi.”\n"
        "    rag show bbc-1 --sentences\n"
    )
    assert result.stderr == ""


def test_an_abstention_is_done_and_what_comes_nearest_is_said_not_to_be_an_answer(rag):
    result = rag("ask", "Who won?", "--since", "2023-06-01")
    assert result.exit_code == 0
    assert result.stdout == (
        "The articles don't say.\n"
        "\n"
        "Nearest passages, which are not an answer:\n"
        "  - Blinken meets Xi — BBC, 2023-06-19\n"
        "    Blinken met Xi in Beijing.\n"
        "    rag show bbc-1 --sentences\n"
        "  - Blinken meets Xi — BBC, 2023-06-19\n"
        "    He raised fentanyl with Xi.\n"
        "    rag show bbc-1 --sentences\n"
        "  - Blinken meets Xi — BBC, 2023-06-19\n"
        "    Both spoke for 35 minutes.\n"
        "    rag show bbc-1 --sentences\n"
    )


def test_json_of_an_answer_is_one_line_and_the_whole_of_standard_output(rag):
    result = rag("ask", "Who raised fentanyl?", "--as-of", "2023-06-20", "--json")
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    answer = json.loads(result.stdout)
    assert answer["as_of"] == "2023-06-20"
    assert [(c["article_id"], c["start"], c["end"], c["quote"]) for c in answer["citations"]] == [
        ("bbc-1", 27, 54, "He raised fentanyl with Xi.")
    ]


def test_filters_and_model_reach_the_facade(rag, fake):
    rag("ask", "tides?", "--as-of", "2023-07-01", "--since", "2023-06-01", "--until", "2023-06-30", "--source", "BBC",
        "--source", "AP", "--index", "elsewhere")  # fmt: skip
    opened, asked = fake.calls
    assert str(opened[1]) == "elsewhere"
    assert opened[2] == {}
    assert asked == ("ask", "tides?", 0, date(2023, 7, 1), date(2023, 6, 1), date(2023, 6, 30), ("BBC", "AP"))


def test_a_refused_chat_model_is_a_reported_failure(rag, fake):
    result = rag("ask", "tides?", "--llm", "openai:gpt", "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "error: No chat model 'openai:gpt' yet.\n")
    assert fake.calls[0] == ("open", None, {"llm": "openai:gpt"})


@pytest.mark.parametrize("value", ["2023-13-01", "20230619", "2023-W25-1", "yesterday", "2023-06-19T00:00", ""])
@pytest.mark.parametrize("option", ["--since", "--until", "--as-of"])
def test_a_day_that_is_not_written_as_one_is_wrong_usage(rag, fake, option, value):
    result = rag("search", "tides", option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}': {value!r} is not a day; write it as YYYY-MM-DD" in result.stderr
    assert fake.calls == []


@pytest.mark.parametrize("later", ["--until", "--as-of"])
def test_limits_that_leave_no_day_are_wrong_usage(rag, later):
    result = rag("ask", "tides?", "--since", "2023-06-02", later, "2023-06-01")
    assert result.exit_code == 2
    assert f"--since 2023-06-02 is after {later} 2023-06-01" in result.stderr


def test_one_day_alone_is_a_fair_limit(rag):
    assert rag("ask", "fentanyl?", "--since", "2023-06-19", "--until", "2023-06-19").stdout.startswith("He raised")


def test_search_prints_rank_score_and_passage(rag):
    result = rag("search", "Blinken raised fentanyl", "-k", "2")
    assert result.exit_code == 0
    assert result.stdout == (
        " 1. 0.2500  Blinken meets Xi — BBC, 2023-06-19\n"
        "    He raised fentanyl with Xi.\n"
        "    rag show bbc-1 --sentences\n"
        "\n"
        " 2. 0.1250  Blinken meets Xi — BBC, 2023-06-19\n"
        "    Blinken met Xi in Beijing.\n"
        "    rag show bbc-1 --sentences\n"
    )


def test_search_json_has_exactly_the_keys_of_the_contract(rag):
    assert json.loads(rag("search", "fentanyl or tides", "--json").stdout) == {
        "hits": [
            {
                "article_id": "bbc-1",
                "title": "Blinken meets Xi",
                "published": "2023-06-19",
                "score": 0.125,
                "start": 27,
                "end": 54,
                "text": "He raised fentanyl with Xi.",
            },
            {
                "article_id": "tides",
                "title": "Spring tides",
                "published": None,
                "score": 0.125,
                "start": 0,
                "end": 29,
                "text": "High tides are due on Monday.",
            },
        ]
    }


def test_search_without_a_hit_says_so_and_is_done(rag):
    result = rag("search", "zebra")
    assert (result.exit_code, result.stdout) == (0, "No passage found.\n")
    assert rag("search", "zebra", "--json").stdout == '{"hits": []}\n'


def test_an_empty_question_and_an_absent_index_are_reported(rag):
    assert rag("ask", " ").stderr == "error: The question is empty. Ask something.\n"
    result = rag("ask", "tides?", "--index", "none")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: There is no index in none. Make one with `rag add PATH --index none`.\n"


def test_an_interruption_is_one_line_and_130(rag):
    result = rag("ask", "wait!")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "interrupted\n")


def test_a_bug_is_not_swallowed(rag, fake, monkeypatch):
    monkeypatch.setattr(fake.FakeRag, "ask", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rag("ask", "tides?")
