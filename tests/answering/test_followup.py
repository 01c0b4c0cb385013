"""Follow-ups, each with the question before, its answer, and the question as it is read."""

import pytest

from rag.answering.followup import standalone_question
from rag.answering.referents import as_mentioned, is_person, people_in, short_answer
from rag.types import Turn

RAISED = ("what did Blinken raise with Xi?", "Human rights abuses in Xinjiang.")
TRIP = ("Why was the trip postponed?", "A balloon flew over the country.")
DAM = ("What did Holub say about the dam?", "It is safe.")
INQUIRY = "The inquiry was led by judge Mara Ulan, the court said. [1]"


def asked(before, said, question, short=None):
    return standalone_question(question, [Turn("user", before), Turn("assistant", said, short)])


@pytest.mark.parametrize(
    ("before", "question", "read"),
    [
        # a pronoun takes the name it stands for
        (RAISED, "And what did he say about Taiwan?", "What did Blinken say about Taiwan?"),
        (RAISED, "how long was their meeting?", "How long was Blinken's meeting?"),
        (RAISED, "Did he meet Qin Gang there?", "Did Blinken meet Qin Gang there?"),
        (TRIP, "and who postponed it?", "Who postponed the trip?"),
        (TRIP, "Was that expected?", "Was that expected (the trip)?"),
        # … of the one in the answer, where the question was who it is
        (("Who led the inquiry?", "Judge Mara Ulan."), "How old is she?", "How old is Mara Ulan?"),
        (("Who led the inquiry?", INQUIRY), "When did she resign?", "When did Mara Ulan resign?"),
        (("Who told the press?", "Matthew Miller."), "What's his job?", "What's Matthew Miller's job?"),
        (("WHO WON THE CUP?", "ANN HOLUB"), "how old is she", "How old is ANN HOLUB"),
        (("Who met Xi in Ostrava?", "Ann Holub."), "Did the talks with him last?", "Did the talks with Xi last?"),
        # … never of a place or a body
        (("Where did Okafor speak?", "In Ostrava."), "What did he say then?", "What did Okafor say then?"),
        (("Did China hear Ann Holub?", "Yes."), "What did she say?", "What did Ann Holub say?"),
        (("When did Ann Holub meet Bo Ruh?", "On Monday."), "What did she ask him?", "What did Ann Holub ask Bo Ruh?"),
        # things and groups
        (("Which bridge was closed?", "The Aldon bridge."), "When was it built?", "When was the Aldon bridge built?"),
        (("What flew over the coast?", "A balloon, the army said."), "Whose was it?", "Whose was the balloon?"),
        (("What did the repair of the dam cost?", "22 million."), "Was it done?", "Was the repair of the dam done?"),
        (("What did the drivers demand?", "A pay rise."), "Did they get it?", "Did the drivers get the pay rise?"),
        (("Did China and France sign a pact?", "Yes."), "Did they keep it?", "Did China and France keep a pact?"),
        (("Who cut the fuel tax?", "Holub."), "Who voted for it?", "Who voted for the fuel tax?"),
        (("Was the bridge closed?", "Yes."), "Who closed it?", "Who closed the bridge?"),
        (("Which paper accused Ann Holub?", "No paper did."), "Did it pay?", "Did the paper pay (Ann Holub)?"),
        (("Where was the Aldon Star?", "In a barn."), "Who found it?", "Who found the Aldon Star?"),
        (("Who saw Garrow on Sunday?", "Bo Ruh saw him."), "What did they eat?", "What did Garrow eat?"),
        # a question word alone asks the question before again
        (("Did Holub resign?", "Yes, on Monday."), "Why?", "Why did Holub resign?"),
        (TRIP, "When?", "When was the trip postponed?"),
        (RAISED, "When was that?", "When did Blinken raise human rights abuses in Xinjiang with Xi?"),
        (("Why was the match postponed?", "Fog."), "Until when?", "Until when was the match postponed?"),
        (("What did the council close?", "Two schools."), "Why?", "Why did the council close two schools?"),
        (("Which school did Senn close?", "The old one."), "When was that?", "When did Senn close the old one?"),
        (("Who closed the school?", "The council."), "Why?", "Why was it that the council closed the school?"),
        (("Who beat Dunmoor?", "Harrow."), "By how much?", "By how much was it that Harrow beat Dunmoor?"),
        (("Who led the inquiry?", INQUIRY), "Why?", "Why was it that someone led the inquiry?"),
        (("How long did Holub meet Bo?", "An hour."), "In which room?", "In which room did Holub meet Bo?"),
        # a topic, place or time takes its like's place
        (("Did they talk about Ostrava?", "Yes."), "And Lissen?", "Did they talk about Lissen?"),
        (RAISED, "And about Taiwan?", "what did Blinken raise with Xi about Taiwan?"),
        (DAM, "And about the bridge?", "What did Holub say about the bridge?"),
        (DAM, "What about Garrow?", "What did Garrow say about the dam?"),
        (("Who won the vote in Senn?", "Ann Holub."), "And in Ostley?", "Who won the vote in Ostley?"),
        (("Who spoke on Monday?", "Ann Holub."), "And on Tuesday?", "Who spoke on Tuesday?"),
        (("Did exports grow in 2022?", "Yes."), "And in 2023?", "Did exports grow in 2023?"),
        (("Who won the cup?", "The articles don't say."), "And in 2019?", "Who won the cup in 2019?"),
        # an abstention answers with nothing and names nobody
        (("What did Brandt steal?", "The articles don't say."), "Why?", "Why did Brandt steal?"),
        (("What did Senn cut?", "The articles don’t say: no article mentions Senn."), "Why?", "Why did Senn cut?"),
        (("Who cut it?", "The articles don't say: no article mentions Ann Holub."), "Did she pay?", "Did she pay?"),
        # more of the same
        (DAM, "What else?", "What else did Holub say about the dam?"),
        (("Who was arrested?", "Three guards."), "Nobody else?", "Who else was arrested?"),
        (("Whom did the king meet on Thursday?", "Bo."), "And the day after?", "Whom did the king meet on Friday?"),
        (("Whom did the king meet?", "Bo."), "And the day before?", "Whom did the king meet the day before?"),
        (("Who stole the painting?", "Two guards."), "Is that true?", "Who stole the painting, and was it true?"),
        # what leaves something away gets the question before beside it
        (("Did the mayor visit Senn?", "Yes."), "Did Garrow go too?", "Did Garrow go too? (Did the mayor visit Senn?)"),
        (("When does the ferry sail?", "In May."), "Why not sooner?", "Why not sooner? (When does the ferry sail?)"),
        (("Is the strike in Senn over?", "Yes."), "Who led the talks?", "Who led the talks (the strike in Senn)?"),
        # what stands alone stays as it is
        (RAISED, "Who is Moritz Rudolf?", "Who is Moritz Rudolf?"),
        (RAISED, "And who founded the Oke Authority in 1931?", "Who founded the Oke Authority in 1931?"),
        (("What did Xi say?", "Nothing."), "When did Ann Holub found Corvane?", "When did Ann Holub found Corvane?"),
    ],
)  # fmt: skip
def test_a_follow_up_is_made_to_stand_alone(before, question, read):
    assert asked(*before, question) == read


@pytest.mark.parametrize(
    ("before", "said", "short", "question", "read"),
    [
        (RAISED[0], "Blinken raised human rights with Xi in Beijing. [1]", "human rights",
         "When was that?", "When did Blinken raise human rights with Xi?"),
        ("What flew over the coast?", "Fishermen saw a balloon over the coast. [1][2]", "a balloon",
         "Whose was it?", "Whose was the balloon?"),
        ("Which bridge was closed in Aldon?", "Police closed the Hatch bridge. [1]", "the Hatch bridge",
         "When was it built?", "When was the Hatch bridge built?"),
        ("What did the drivers demand?", "The drivers demanded a pay rise. [1]", "a pay rise",
         "Did they get it?", "Did the drivers get the pay rise?"),
        ("Who led the inquiry?", "The inquiry into Bo Ruh was led by Mara Ulan. [1]", "Mara Ulan",
         "How old is she?", "How old is Mara Ulan?"),
        ("Who closed the school?", "The school was closed by the council. [1]", "the council",
         "Why?", "Why was it that the council closed the school?"),
        ("Which school did Senn close?", "Senn closed the old one in May. [1]", "the old one",
         "When was that?", "When did Senn close the old one?"),
        ("Who met in Ostley?", "It was in Ostley that China and France met. [1]", "China and France",
         "Did they sign a pact?", "Did China and France sign a pact?"),
        # what was said or done is no thing
        (DAM[0], "Holub said it is safe. [1]", "it is safe", "Who repaired it?", "Who repaired the dam?"),
        ("What did Senn do about the dam?", "Senn closed two locks of it. [1]", "closed two locks",
         "Is it safe?", "Is the dam safe?"),
    ],
)  # fmt: skip
def test_an_answer_with_markers_answers_with_its_short_words(before, said, short, question, read):
    assert asked(before, said, question, short) == read


@pytest.mark.parametrize(
    ("before", "said", "short", "question", "read"),
    [
        # a thing is named with all its words, and what belongs to it
        ("When is the vice presidential debate?", "On May 3. [1]", "May 3", "Who will moderate it?",
         "Who will moderate the vice presidential debate?"),
        ("When was the debate between Ann Holub and Bo Ruh?", "It was in Senn. [1]", None, "Who moderated it?",
         "Who moderated the debate between Ann Holub and Bo Ruh?"),
        ("What happened to the Oke-3 spacecraft?", "Oke-3 crashed on the moon. [1]", "crashed", "Where did it crash?",
         "Where did the Oke-3 spacecraft crash?"),
        ("How many died in the Ostley wildfires?", "At least 36. [1]", "36", "What caused them?",
         "What caused the Ostley wildfires?"),
        ("Did Oke's Starling return to Earth?", "Starling returned on Sept. 7. [1]", None, "Why was it late?",
         "Why was Oke's Starling late?"),
        ("When did the Ostley oil refinery close?", "In April. [1]", "April", "Who owns it?",
         "Who owns the Ostley oil refinery?"),
        ("Was the city's main line closed?", "Yes. [1]", None, "Who closed it?", "Who closed the city's main line?"),
        ("Is the Aldon bridge open?", "No. [1]", None, "When will it reopen?", "When will the Aldon bridge reopen?"),
        ("When did the trial of Karl Brandt begin?", "In May. [1]", "May", "Where is it held?",
         "Where is the trial of Karl Brandt held?"),
        # a storm is no person, and a day no thing
        ("When did Hurricane Marra hit Lissen?", "Olga, which hit Lissen on Sept. 26, killed ten. [1]", "Sept. 26",
         "How fast were its winds?", "How fast were Hurricane Marra's winds?"),
        ("When did Typhoon Marra reach Taiwan?", "On July 24. [1]", "July 24", "How many did it kill?",
         "How many did Typhoon Marra kill?"),
        # what did one thing did the other
        ("When did the storm hit the coast?", "On Monday. [1]", "Monday", "How many did it kill?",
         "How many did the storm kill?"),
        ("When did Corvane release the headset?", "In May. [1]", "May", "How much does it cost?",
         "How much does the headset cost?"),
        # a noun without a determiner, with what else was named
        ("Why did West Bank port workers go on strike?", "Over pay. [1]", None, "When did it end?",
         "When did the strike end (West Bank port workers)?"),
        ("Why are junior doctors on strike in Lissen?", "Over pay. [1]", None, "What do they want?",
         "What do the junior doctors want?"),
        ("Did inflation fall?", "Yes. [1]", None, "What caused it?", "What caused inflation?"),
        ("What is bird flu?", "It is a disease. [1]", "a disease", "Can it spread?", "Can bird flu spread?"),
        # a short answer is not always what "it" is
        ("What is the Lissen bill?", "A bill that forces a sale. [1]", "a bill", "Who voted against it?",
         "Who voted against the Lissen bill?"),
        ("What caused the blackout?", "A tree fell on a line. [1]", "a tree", "How long did it last?",
         "How long did the blackout last?"),
        ("What was stolen from the museum?", "A crown was stolen. [1]", "a crown", "When was it found?",
         "When was the crown found?"),
        ("Where did the plane crash?", "It crashed in Aldon. [1]", "in Aldon", "Why did it crash?",
         "Why did the plane crash?"),
        ("Which countries vetoed the resolution?", "Lissen and Senn vetoed it. [1]", "Lissen and Senn",
         "Why did they veto it?", "Why did Lissen and Senn veto the resolution?"),
        ("Who won the Ostley Cup?", "The Herons won it. [1]", "the Herons", "Who did they beat?",
         "Who did the Herons beat?"),
        ("What did divers find on the wreck?", "They found a bell. [1]", "a bell", "How old is it?",
         "How old is the bell?"),
        ("What is Project Heron?", "It is a plan. [1]", "a plan", "Who wrote it?", "Who wrote Project Heron?"),
        ("Is there a ban on smoking in Senn?", "Yes. [1]", None, "When does it start?",
         "When does a ban on smoking in Senn start?"),
        # nobody and nothing rather than the wrong one
        ("Were there any survivors of the crash?", "Two. [1]", None, "Where are they?",
         "Where are they (the crash)?"),
        ("Who leaked the secret Aldon papers?", "In that Parley group, one man leaked papers. [1]", None,
         "What is he charged with?", "What is he charged with (the secret Aldon papers)?"),
        ("Why did Bo Ruh leave Harrow FC?", "For money. [1]", None, "What did they say about it?",
         "What did Harrow FC say about it (Bo Ruh)?"),
        # after "who …?", somebody else than those whom the question names; never the place of a dateline
        ("Who shot at Karl Brandt?", "ALDON PARK, Pa. − A guard saw Thomas Wren. [1]", None, "How old was he?",
         "How old was Thomas Wren?"),
        ("Who was arrested for the killing of Brian Senn?", "Luke Hale was arrested for killing Brian Senn. [1]",
         "Brian Senn", "How old is he?", "How old is Luke Hale?"),
        ("Who attacked Mara Ulan?", "Karl Brandt attacked her. [1]", None, "Was he arrested?",
         "Was Karl Brandt arrested?"),
        ("Who attacked Mary Ulan?", "Karl Brandt attacked her. [1]", None, "How did she react?",
         "How did Mary Ulan react?"),
        ("Who is Karl Brandt?", "He is a trader in Senn. [1]", "a trader in Senn", "Why was he arrested?",
         "Why was Karl Brandt arrested?"),
        ("Is the mayor of Ostley resigning?", "Yes. [1]", None, "Who will replace her?",
         "Who will replace the mayor of Ostley?"),
        ("How did Garrow's widow react?", "She wept. [1]", None, "What did she say?", "What did Garrow's widow say?"),
        # a like thing takes its like's place
        ("Who won the Booker Prize?", "Ada Pell won it. [1]", "Ada Pell", "And the Nobel Prize?",
         "Who won the Nobel Prize?"),
        ("When does the Ostley music festival begin?", "In June. [1]", "June", "What about the Senn festival?",
         "When does the Senn festival begin?"),
        ("Did they throw soup at a painting?", "Yes. [1]", None, "Which painting was it?",
         "Which painting was it? (Did they throw soup at a painting?)"),
        ("When is the summit?", "In May. [1]", "May", "Which day is that?", "Which day is the summit?"),
    ],
)  # fmt: skip
def test_a_follow_up_names_the_thing_or_person_that_a_reader_would(before, said, short, question, read):
    assert asked(before, said, question, short) == read


@pytest.mark.parametrize("history", [[], [Turn("assistant", "Hello.")], [Turn("user", "  ")]])
def test_without_a_question_before_nothing_changes(history):
    assert standalone_question("  Why?", history) == "Why?"


def test_a_chain_of_follow_ups_resolves_through_the_earlier_ones():
    history = [Turn("user", RAISED[0]), Turn("assistant", RAISED[1])]
    history += [Turn("user", "And what did he say about Taiwan?"), Turn("assistant", "Peace is needed. [1]")]
    assert standalone_question("When was that?", history) == "When did Blinken say about Taiwan?"
    assert standalone_question("And about Cuba?", history) == "What did Blinken say about Cuba?"
    named = [Turn("user", "Whom did Blinken see on Monday?"), Turn("assistant", "Xi.")]
    named += [Turn("user", "Nobody else?"), Turn("assistant", "Wang Yi.")]
    assert standalone_question("And the day before?", named) == "Whom did Blinken see on Sunday?"


def test_the_context_of_an_earlier_follow_up_is_not_handed_on_as_what_was_asked():
    history = [Turn("user", "Is the strike in Senn over?"), Turn("assistant", "Yes.")]
    history += [Turn("user", "Who led the talks?"), Turn("assistant", "Two judges.")]
    assert standalone_question("Who was the other one?", history) == "Who was the other one? (Who led the talks?)"


def test_two_questions_in_a_row_and_an_answer_of_many_sentences_are_understood():
    history = [Turn("user", "Who led the inquiry?"), Turn("user", "Who led it?"), Turn("assistant", INQUIRY * 50)]
    assert standalone_question("How old is she?", history) == "How old is Mara Ulan?"


@pytest.mark.parametrize("char", ["a", "A ", "the ", "who ", "it ", "(", "’s ", "and "])
def test_long_and_odd_turns_do_no_harm(char):
    long = char * 20_000
    history = [Turn("user", long), Turn("assistant", long)] * 30
    assert standalone_question("Why did it close?", history)
    assert standalone_question(long, [Turn("user", "Who closed it?")])


@pytest.mark.parametrize(
    ("said", "phrase"),
    [
        ("A balloon, the army said.", "A balloon"),
        ("Yes, on Monday.", ""),
        ("The dam broke. [1]", ""),
        ("It broke " + "and broke " * 9, ""),
        ("", ""),
    ],
)
def test_an_answer_of_a_few_words_is_told_from_sentences_of_articles(said, phrase):
    assert short_answer(said) == phrase


def test_what_was_an_answer_is_mentioned_again_with_the():
    assert [as_mentioned(p) for p in ("A balloon", "At the port", "Shaft one", "China", "The Ledger")] == [
        "the balloon",
        "the port",
        "shaft one",
        "China",
        "the Ledger",
    ]


def test_people_are_told_from_places_bodies_months_and_titles():
    assert people_in("Judge Mara Ulan met Foreign Minister Qin Gang in Beijing on Monday.") == ["Mara Ulan", "Qin Gang"]
    assert not is_person("Oke Authority")
    assert not is_person("Anneke Strand", "When does the Anneke Strand return?")
    assert not is_person("6")
