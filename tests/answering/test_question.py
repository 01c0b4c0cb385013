import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.expected import (
    LACKS_FIGURE,
    SAYS_NOTHING_NEW,
    could_answer,
    form_odds,
    n_new_stems,
    says_nothing_new,
    speaks,
)
from rag.answering.question import kind_of, names_in, read_question


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How long was the meeting with Xi?", "how long"),
        ("for how many hours did they talk", "how long"),
        ("How much did the trip cost?", "how much"),
        ("What is the price of oil?", "how much"),
        ("What is the tram supposed to cost now?", "how much"),
        ("What did the police pay him?", "how much"),
        ("What did the miners get besides the pay rise?", "other"),
        ("How much time did the thieves need?", "how long"),
        ("What proportion of the miners voted?", "how many"),
        ("How many people died?", "how many"),
        ("What is the population of Beijing?", "how many"),
        ("When was the trip originally planned?", "when"),
        ("In which year did he resign?", "when"),
        ("Since when has she led it?", "when"),
        ("What did he write when he left?", "other"),  # on which occasion, not which day
        ("What did the teacher say when he left?", "said"),
        ("Was it open when they came?", "polar"),
        ("Who sat in the room where they met?", "who"),
        ("What did the men who left get?", "other"),  # asks for nobody
        ("Was it the captain who rang?", "polar"),
        ("Of those who rang, which left?", "other"),
        ("Did the WHO act?", "polar"),
        ("What is the ship whose bell rang?", "what is"),
        ("What is the name of the man who rang?", "who"),
        ("What did they find, and who rang?", "who"),
        ("What rang? And by whom was it heard?", "who"),
        ("After the vote, who left?", "who"),
        ("Do we know who rang?", "who"),
        ("Has the court decided who owns the bell?", "who"),
        ("What is known about who rang?", "who"),
        ("In whose house did they meet?", "who"),
        ("Why did the number of ferries fall?", "why"),
        ("Who counted the number of ferries?", "who"),
        ("What was the total number of ferries?", "how many"),
        ("number of ferries", "how many"),
        ("And the number of injured?", "how many"),
        ("Give me the number of ferries.", "how many"),
        ("What will be the estimated number of ferries?", "how many"),
        ("Do you know the number of ferries?", "how many"),
        ("A number of ferries sank; which?", "other"),
        ("What was the reaction to the number of ferries?", "what is"),
        ("Who knows the number of ferries?", "who"),
        ("In 2023, who rang, when?", "who"),
        ("What does the number of spots mean?", "other"),
        ("Where could Xi and Biden meet?", "where"),
        ("Which country hosted it?", "where"),
        ("Why was the trip postponed?", "why"),
        ("What caused the delay?", "why"),
        ("What did Wang Yi say about the state of relations?", "said"),
        ("Who is Moritz Rudolf?", "who is"),
        ("who won the cup", "who"),
        ("What is a weather balloon?", "what is"),
        ("Did China apologise?", "polar"),
        ("what did Blinken raise with Xi?", "said"),
        ("How did the balloon get there?", "other"),
    ],
)
def test_the_kind_of_a_question_is_read_off_its_words(question: str, kind: str):
    assert kind_of(question) == kind


def test_names_are_runs_of_capitalised_words_without_the_question_word():
    assert names_in("What did Wang Yi tell Antony Blinken in Beijing?") == ["Wang Yi", "Antony Blinken", "Beijing"]
    assert names_in("When did a US Secretary of State last visit?") == ["US Secretary of State"]
    assert names_in("Describe the trip") == []


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Timeline of the strike", []),
        ("Timeline of Garrow's trip", ["Garrow's"]),
        ("According to whom?", []),
        ("Besides Garrow, who came?", ["Garrow"]),
        ("Hello. Anything new on Garrow?", ["Garrow"]),
        ("List Senn's exports", ["Senn's"]),
        ("Is Timeline a firm?", ["Timeline"]),
        ("Who sings Hello?", ["Hello"]),
    ],
)
def test_a_word_that_is_capitalised_since_it_opens_a_question_is_no_name(question: str, names: list[str]):
    assert names_in(question) == names


def test_words_that_only_name_the_form_of_the_answer_are_no_content():
    assert read_question("How long was the meeting with Xi?").stems == ("meet", "xi")
    assert read_question("In which year did Xi visit Moscow?").stems == ("xi", "visit", "moscow")


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("How long did it last?", "They spoke for more than seven hours.", "They spoke at length."),
        ("How long was the meeting?", "the 35-minute encounter", "the encounter at 35 Main Street"),
        ("When was it planned?", "It was scheduled for February.", "It was scheduled with care."),
        ("How much did it cost?", "The bill came to $3 million.", "The bill came in late."),
        ("How much did it cost?", "It cost 18,000 marks.", "It cost him his post."),
        ("How many came?", "Some 300 came.", "Nobody counted."),
        ("Where will they meet?", "They will meet in San Francisco.", "They will meet again."),
        ("Why was it postponed?", "It was postponed after a balloon was seen.", "It was postponed."),
        ("Who called it off?", "Antony Blinken called it off.", "They called it off."),
    ],
)
def test_a_sentence_could_answer_only_with_something_of_the_kind_asked_for(question: str, holds: str, lacks: str):
    asked = read_question(question)
    assert could_answer(asked, holds)
    assert not could_answer(asked, lacks)


def test_what_the_question_already_says_is_no_answer():
    assert not could_answer(read_question("What happened to Xi in May 2023 and when?"), "In May 2023 Xi spoke.")


def test_another_event_or_a_year_may_answer_where_a_figure_is_asked_for():
    when, since = read_question("When did Blinken brief the press?"), read_question("How long had they waited?")
    assert form_odds(when, "He spoke before his departure.") == (0.0, 0.0)
    assert form_odds(since, "They won for the first time since 1979.") == (0.0, 0.0)
    assert form_odds(when, "He spoke in Beijing.") == form_odds(since, "They won at last.") == (LACKS_FIGURE,) * 2
    assert form_odds(read_question("How many rowers drowned?"), "All of the rowers drowned.")[0] > LACKS_FIGURE
    assert not could_answer(when, "He spoke before his departure.")  # what the networks look for stays a date


def test_a_name_speaks_when_it_stands_beside_a_verb_of_speech():
    asked = read_question("What did Wang say about relations?")
    assert speaks(asked, "According to a reading, Wang said relations are at a juncture.")
    assert not speaks(asked, "Blinken said that he had met the foreign minister, whose name is Wang.")


def test_a_sentence_that_repeats_the_question_answers_only_where_the_question_may_hold_the_answer():
    sentence = "The captain sold the ferry."
    for question in ("Why did the captain sell the ferry?", "What did the captain sell the ferry for?"):
        assert form_odds(read_question(question), "The captain sells the ferry.") == (SAYS_NOTHING_NEW,) * 2
        assert form_odds(read_question(question), "The captain sold the ferry to pay for it.")[0] == 0.0
    for question in ("Has the captain sold the ferry?", "The captain sold the ferry"):
        assert form_odds(read_question(question), sentence) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Did the captain who sold the ferry leave?", "The captain who sold the ferry left."),
        ("Which did the captain sell, the ferry or the barge?", "The captain sold the ferry."),
        ("Who sold it: Rourke, Garrow?", "Garrow sold it."),
        ("Which of Garrow and Rourke sold it?", "Garrow sold it."),
        ("Who won the race between Garrow and Rourke?", "Garrow won the race."),
        ("Which ship sold first, Anneke vs. Solveig?", "Anneke sold first."),
        ("What was the answer of the board to Garrow?", "The board's answer to Garrow was no."),
        ("When will the strike begin?", "The strike will begin in May."),
        ("How many goals did Garrow score?", "Garrow scored one goal."),
    ],
)
def test_a_sentence_in_the_words_of_the_question_may_answer_it(question: str, sentence: str):
    assert (
        not says_nothing_new(read_question(question), sentence) or form_odds(read_question(question), sentence)[0] >= 0
    )


def test_new_words_are_counted_by_stem():
    assert n_new_stems(read_question("Who postponed the trip?"), "The trip was postponed over a balloon.") == 1


@given(st.text(max_size=300))
def test_any_text_can_be_taken_apart(text: str):
    asked = read_question(text)
    assert all(text[start:end] for start, end in asked.spans)
    assert could_answer(asked, text) in (True, False)
