import pytest

from rag.answering.leaning import lacks_name, stands_alone, with_companions
from tests.answering.made import candidate, texts

NAMES = "Ann Holub, the mayor, arrived early."
WHEN = "When was the bridge opened?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He called the visit a positive sign.", True),
        ("Her sons were handed down to Ruben Tasch.", True),  # another's name doesn't tell whose sons
        ("“It is still city property,” she said.", True),
        ('"It is late," he added on Monday.', True),
        ("He is Emil Straka.", False),
        ("She, Nora Pell, signed first.", False),
        ("“He lied,” said Ann Holub.", False),  # within quotation marks "he" is whom the speaker means
        ("Holub said he would go.", False),
        ("They spoke for 35 minutes.", True),
        ("It recommended a repair.", False),  # about no person
        # what stands before the pronoun names nobody
        ("But he refused.", True),
        ("And yet she came.", True),
        ("Or she stays.", True),
        ("On Tuesday, he resigned.", True),
        ("On 4 June 2023 her sons met.", True),
        ("The next day he was arrested.", True),
        ("Two weeks later, they left.", True),
        ("After the long vote, she wept.", True),
        # … or names the person, or what is told of is another
        ("But he is Emil Straka.", False),
        ("On Tuesday Holub said he was ill.", False),
        ("After Holub left, he sang.", False),
        ("The day he resigned was wet.", False),
        ("The mayor said he was ill.", False),
    ],
)
def test_a_sentence_lacks_a_name_where_a_pronoun_is_all_it_has_for_its_person(text, expected):
    assert lacks_name(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It will reopen in March.", False),
        ("But nobody came.", False),
        ("And it costs five crowns.", False),
        ("So these were sold.", False),
        ("Or it may rain.", False),
        ("Then that was that.", False),
        ("So that all could see, the lamps were lit.", True),
        ("And the ferry sank.", True),
        ("And it will reopen in Port Senn.", True),
        ("It will reopen in Port Senn.", True),
        ("However, Strand Line refused.", True),
        ("He resigned.", False),
        ("On Tuesday he met Ann Holub.", False),
        ("The ferry sank.", True),
    ],
)
def test_a_sentence_stands_alone_unless_a_pronoun_or_a_turn_opens_it_that_nothing_explains(text, expected):
    assert stands_alone(text) is expected


def test_a_sentence_with_only_a_pronoun_brings_the_one_that_names_the_person():
    he = candidate("a", NAMES, "She opened the bridge.", p=0.8)
    (brought, stated) = with_companions([[he]], WHEN)
    assert texts([brought, stated]) == [[NAMES], ["She opened the bridge."]]
    assert (brought[0].sentence.ordinal, brought[0].probability) == (0, 0.8)


def test_the_name_is_looked_for_in_two_sentences_before_and_no_further():
    near = candidate("a", NAMES, "The rain had stopped by then.", "“We are open,” she said.")
    assert texts(with_companions([[near]], WHEN)) == [[NAMES], ["“We are open,” she said."]]
    far = candidate("a", NAMES, "The rain had stopped.", "The band played on and on.", "“We are open,” she said.")
    assert texts(with_companions([[far]], WHEN))[-1] == ["“We are open,” she said."]
    assert [NAMES] not in texts(with_companions([[far]], WHEN))


def test_a_sentence_whose_person_the_pronoun_cannot_mean_is_passed_over():
    she = candidate("a", NAMES, "Robert Garrow stayed away.", "She opened the bridge.")
    assert texts(with_companions([[she]], WHEN))[0] == [NAMES]
    alone = [[candidate("a", "Robert Garrow stayed away.", "She opened the bridge.")]]
    assert with_companions(alone, WHEN) == alone
    both = candidate("a", "Robert Garrow and Ann Holub came.", "She opened the bridge.")
    assert len(with_companions([[both]], WHEN)) == 2


def test_a_person_whom_the_question_names_needs_no_other_sentence():
    groups = [[candidate("a", NAMES, "She opened the bridge.")]]
    assert with_companions(groups, "What did Holub open?") == groups
    they = [[candidate("a", NAMES, "They opened the bridge.")]]
    assert texts(with_companions(they, "What did Holub open?"))[0] == [NAMES]  # who was with her is not told


def test_where_nobody_is_named_before_it_no_sentence_is_brought():
    groups = [[candidate("a", "She was late.", "She opened the bridge.")]]
    assert with_companions(groups, WHEN) == groups
    first = [[candidate("b", "She opened the bridge.")]]
    assert with_companions(first, WHEN) == first


def test_a_sentence_that_names_its_person_or_is_about_a_thing_brings_none():
    groups = [[candidate("a", NAMES, "Holub opened the bridge.")], [candidate("b", NAMES, "It cost 3 million marks.")]]
    assert with_companions(groups, WHEN) == groups


def test_a_companion_that_is_stated_anyway_is_moved_and_not_repeated():
    he, named = candidate("a", NAMES, "She opened the bridge."), candidate("a", NAMES)
    assert texts(with_companions([[he], [named]], WHEN)) == [[NAMES], ["She opened the bridge."]]
    assert texts(with_companions([[named], [he]], WHEN)) == [[NAMES], ["She opened the bridge."]]


def test_two_sentences_about_one_person_share_their_companion():
    a = candidate("a", NAMES, "She opened the bridge.")
    b = candidate("a", NAMES, "She opened the bridge.", "She left at noon.")
    assert texts(with_companions([[a], [b]], WHEN)) == [[NAMES], ["She opened the bridge."], ["She left at noon."]]


def test_at_most_two_sentences_are_brought():
    groups = [[candidate(name, f"{name} Holub arrived.", "She waved.")] for name in ("Ann", "Bea", "Cora")]
    assert texts(with_companions(groups, WHEN)) == [
        ["Ann Holub arrived."], ["She waved."], ["Bea Holub arrived."], ["She waved."], ["She waved."]
    ]  # fmt: skip


JAR = "A shop by the harbour sells sand in a jar."


def test_a_first_sentence_that_only_goes_on_with_another_brings_that_one():
    it = candidate("a", JAR, "And it costs five crowns.", p=0.8)
    late = candidate("b", "The rain had stopped.", "But it was late.", p=0.4)
    assert texts(with_companions([[it], [late]], WHEN)) == [[JAR], ["And it costs five crowns."], ["But it was late."]]


@pytest.mark.parametrize("text", ["It costs five crowns.", "And it is sold in Port Senn.", "And the jar is blue."])
def test_a_first_sentence_about_a_thing_that_begins_anew_or_has_a_name_brings_none(text):
    alone = [[candidate("a", JAR, text)]]
    assert with_companions(alone, WHEN) == alone


def test_a_first_sentence_brings_none_that_leans_itself():
    alone = [[candidate("a", "It was late.", "And it costs five crowns.")]]
    assert with_companions(alone, WHEN) == alone
