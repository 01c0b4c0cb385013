import pytest

from rag.answering.draft import Told
from rag.answering.drafts import MAX_WORDS, drafts
from rag.answering.namebook import names_of
from rag.answering.speech import speeches
from rag.reading.sentences import split_sentences
from rag.words import content_stems

ARTICLE = """Ann Holub, the mayor of Ostley, met Karl Garrow, a professor of geology at Harrow University, on Monday.
In Ostley the flood of Monday is what everyone talks of, and so do the Oke Basin Authority and Mary Pell.
The mayor said the dam would be repaired before the winter.
"The dam is the work of a hundred years," Holub said.
Karl Garrow warned that the flood in Ostley was only the first of many.
Holub resigned in June 2023 because the repair had failed.
Garrow was charged with fraud on Tuesday, and he denied it.
Mary Pell accused Karl Garrow of theft in a letter.
Later Mary Pell won the Ostley Prize for her report.
Pell paid $2 million for Harrow House last year.
The Oke Basin Authority evacuated more than 300 people from the valley.
Twelve people were killed in the flood at Ostley, police said.
Garrow was arrested in Brackwater.
Then Pell was fined for speeding.
The Ostley Prize, an award for reports on dams, is given each year.
Mary Pell plans to write a book about the flood.
Karl Garrow is known for his maps of the valley.
The Ostley Fair will take place on 12 June 2024.
"""
CONTEXT = frozenset(content_stems("What happened to the dam in the flood of Ostley?"))


def asked(text, context=CONTEXT):
    spans = split_sentences(text)
    labels = speeches(text, spans)
    names = names_of(text)
    made = [
        d for (s, e), label in zip(spans, labels, strict=True) for d in drafts(Told(text[s:e], label, names, context))
    ]
    return [draft.question for draft in made]


@pytest.mark.parametrize(
    "question",
    [
        "What did Ann Holub say about the dam?",
        "What did Karl Garrow say about the flood?",
        "Who is Karl Garrow?",
        "When did Ann Holub resign?",
        "What was Karl Garrow charged with?",
        "What did Mary Pell accuse Karl Garrow of?",
        "Who won the Ostley Prize?",
        "How much did Mary Pell pay for Harrow House?",
        "How many people did the Oke Basin Authority evacuate?",
        "How many people were killed in the flood at Ostley?",
        "Where was Karl Garrow arrested?",
        "Why was Mary Pell fined?",
        "What is the Ostley Prize?",
        "What does Mary Pell plan to do?",
        "What is Karl Garrow known for?",
        "When will the Ostley Fair take place?",
    ],
)
def test_each_template_asks_for_what_its_sentence_holds(question):
    assert question in asked(ARTICLE)


def test_no_question_has_a_dangling_pronoun_or_too_many_words():
    for question in asked(ARTICLE):
        assert len(question.split()) <= MAX_WORDS
        assert question.endswith("?")
        assert not set(question.lower().rstrip("?").split()) & {"he", "she", "it", "they", "him", "this", "that"}


def test_what_nobody_speaks_of_is_no_topic():
    assert not [q for q in asked(ARTICLE, frozenset()) if q.startswith("What did Ann Holub say")]


@pytest.mark.parametrize(
    "text",
    [
        "He said the dam was old.",
        "She resigned because of it.",
        "Police said 12 people were killed.",
        "Officials won the prize.",
        "CNN said the dam was old. In the dam CNN is told of.",
        "",
        "***",
        "<img src=x onerror=alert(1)> said the dam was old.",
    ],
)
def test_of_nobody_named_nothing_is_asked(text):
    assert asked(text) == []


def test_a_name_that_holds_markup_or_marks_makes_no_question():
    hostile = 'Bob <script>alert("dam")</script>, a professor, said the dam broke. In June Bob <script> met Ann.'
    assert all("<" not in question and '"' not in question for question in asked(hostile))
