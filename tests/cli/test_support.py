import json
from datetime import date


def test_a_claim_that_is_backed_is_shown_with_its_sentences(rag):
    result = rag("support", "Blinken raised fentanyl with Xi")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:4] == [
        "supported  support 0.75 (supported from 0.50 on)",
        "",
        "[1] Blinken meets Xi — BBC, 2023-06-19",
        "    “He raised fentanyl with Xi.”",
    ]


def test_a_claim_that_is_not_backed_is_not_found(rag):
    result = rag("support", "Bananas ripen")
    assert (result.exit_code, result.stdout) == (0, "not found  support 0.12 (supported from 0.50 on)\n")


def test_support_as_json_has_the_keys_of_an_answer(rag):
    data = json.loads(rag("support", "Blinken raised fentanyl", "--as-of", "2023-06-20", "--json").stdout)
    assert list(data) == [
        "claim", "as_of", "verdict", "support", "threshold", "citations", "evidence", "generation", "models",
        "timings_ms",
    ]  # fmt: skip
    assert (data["claim"], data["as_of"]) == ("Blinken raised fentanyl", "2023-06-20")
    assert (data["verdict"], data["support"], data["threshold"]) == ("supported", 0.75, 0.5)
    assert data["citations"][0]["quote"] == "He raised fentanyl with Xi."


def test_the_filters_reach_the_index(rag, fake):
    rag("support", "Xi", "--since", "2023-01-01", "--until", "2023-12-31", "--as-of", "2023-06-30", "--source", "BBC")
    assert ("support", "Xi", date(2023, 6, 30), date(2023, 1, 1), date(2023, 12, 31), ("BBC",)) in fake.calls
