"""The things that questions speak of, told from verbs and from what is said of them."""

import pytest

from rag.answering.phrases import bare_subject, things_in


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("Who won the women's Ostley final?", ["the women's Ostley final"]),
        ("Was the norovirus outbreak in Senn over?", ["the norovirus outbreak in Senn"]),
        ("Is the bridge open?", ["the bridge"]),
        ("Who opened the open prison?", ["the open prison"]),
        ("When was the line closed?", ["the line"]),
        ("Who backed the proposed law?", ["the proposed law"]),
        ("Did the council ban smoking?", ["the council"]),
        ("Did the army shoot down planes over Senn?", ["the army"]),
        ("When did the government cut fuel duty?", ["the government"]),
        ("Who opposed the tax cut?", ["the tax cut"]),
        ("Why did the bridge collapse happen?", ["the bridge collapse"]),
        ("What did the repair of the dam cost?", ["the repair of the dam"]),
        ("Where was the mass shooting?", ["the mass shooting"]),
        ("Why was the volcano erupting?", ["the volcano"]),
        ("Who met in the Senn museum this week?", ["the Senn museum"]),
        ("What's the latest on the Senn flood?", ["the Senn flood"]),
        ("Did Wang's confrontational tone shock them?", ["Wang's confrontational tone"]),
        ("What's new?", []),
        ("Who told her in May?", []),
    ],
)
def test_a_thing_ends_before_the_verb_and_before_what_is_said_of_it(question, things):
    assert things_in(question) == things


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Why are junior doctors on strike?", "junior doctors"),
        ("Why did Harrow port workers walk out?", "Harrow port workers"),
        ("Did inflation fall in May?", "inflation"),
        ("Did Ann Holub resign?", ""),
        ("Was Harrow angry about it?", ""),
        ("What was stolen from the museum?", ""),
        ("Did they talk?", ""),
        ("Who won?", ""),
    ],
)
def test_a_subject_without_determiner_is_no_name_and_no_verb(question, subject):
    assert bare_subject(question) == subject
