import pytest

from rag.answering.followup import standalone_question
from rag.types import Turn

ABOUT_XI = [Turn("user", "what did Blinken raise with Xi?"), Turn("assistant", "Human rights abuses in Xinjiang.")]
ABOUT_TRIP = [Turn("user", "Why was the trip postponed?"), Turn("assistant", "A balloon flew over the country.")]


@pytest.mark.parametrize(
    ("history", "question", "standalone"),
    [
        (ABOUT_XI, "And what did he say about Taiwan?", "What did Blinken say about Taiwan?"),
        (ABOUT_XI, "When was that?", "When did Blinken raise with Xi?"),
        (ABOUT_XI, "And about Taiwan?", "what did Blinken raise with Xi about Taiwan?"),
        (ABOUT_XI, "how long was their meeting?", "How long was Blinken's meeting?"),
        (ABOUT_XI, "Did he meet Qin Gang there?", "Did Blinken meet Qin Gang there?"),
        (ABOUT_XI, "Who is Moritz Rudolf?", "Who is Moritz Rudolf?"),
        (ABOUT_TRIP, "When?", "When was the trip postponed?"),
        (ABOUT_TRIP, "and who postponed it?", "Who postponed the trip?"),
        (ABOUT_TRIP, "Was that expected?", "Was that expected (the trip)?"),
        ([], "Why?", "Why?"),
    ],
)
def test_a_follow_up_is_made_to_stand_alone(history: list[Turn], question: str, standalone: str):
    assert standalone_question(question, history) == standalone


def test_a_chain_of_follow_ups_resolves_through_the_earlier_ones():
    history = [
        *ABOUT_XI,
        Turn("user", "And what did he say about Taiwan?"),
        Turn("assistant", "Peace and stability."),
    ]
    assert standalone_question("When was that?", history) == "When did Blinken say about Taiwan?"
    assert standalone_question("And about Cuba?", history) == "What did Blinken say about Cuba?"
