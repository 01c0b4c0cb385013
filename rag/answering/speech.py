"""Who said it: each sentence of an article is a quote, attributed, or narration, with the speaker the text names.

    quote        words in quotation marks that somebody speaks: at least MIN_QUOTED of them, or a whole clause
    attributed   told as somebody's words without (enough) quotation marks: "The mayor said the bridge was safe"
    narration    the paper's own words; a title or a word in quotation marks (“Barbie”) changes nothing

Reads text alone, in order, and remembers who was named: "she said" is the last one named as subject or speaker who
fits. Knows no models and no index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.answering.memory import Memory
from rag.answering.question import Question
from rag.answering.quotations import Span, quoted_spans
from rag.answering.speakers import Attribution, attribution
from rag.answering.subjects import QUOTE, subject
from rag.words import content_stems, stem, words

MIN_QUOTED = 5
"""Quoted words from which on a sentence with an attribution is a quote; below it the marks pick out a turn of phrase
(`said the crew had "acted by the book"`). By reading: the shortest clause that was quoted for its content had five."""
_WHOLE = 0.6  # share of a sentence's characters within marks from which on it needs no verb of speech to be a quote

_FIRST_PERSON = re.compile(r"\b(?:I|I[’'](?:m|ve|d|ll)|[Mm]y|me|[Mm]yself)\b")
_SMALL = frozenset(
    ["a", "an", "the", "of", "in", "on", "to", "at", "for", "and", "or", "by", "with", "from", "is", "as"]
)
_HEADED = re.compile(r"\s*(?P<name>[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,4}) ?: ")
_PLACE_LINE = re.compile(r"^[A-Z][A-Z .,’'-]+(?:\([\w ]+\) ?)?[—–-] ")


@dataclass(frozen=True, slots=True)
class Speech:
    """Whose words a sentence is.

    Attributes:
        speaker: As the text names them: a name at its fullest so far ("Wang Yi" for "Wang"), or a noun ("police", "a
            spokeswoman"); None for narration, and where the text names nobody.
    """

    kind: Literal["quote", "attributed", "narration"]
    speaker: str | None = None


NARRATION = Speech("narration")
"""The paper's own words."""


def in_words(speech: Speech) -> str:
    """Return a label as people read it: "quote · Wang Yi", "attributed" where nobody is named, "" for narration."""
    if speech.kind == "narration":
        return ""
    return f"{speech.kind} · {speech.speaker}" if speech.speaker else speech.kind


@dataclass(frozen=True, slots=True)
class _Seen:
    """One sentence with its quoted words hidden.

    Attributes:
        masked: The sentence with QUOTE for each quoted span that is speech; titles stay as they are.
        quoted: The text of those spans, marks off.
        share: How much of the sentence lies within them, in [0, 1].
        spans: Numbers of those spans in the article: sentences with a number in common share a quote.
        paragraph: Number of its paragraph.
    """

    text: str
    masked: str
    quoted: tuple[str, ...]
    share: float
    spans: frozenset[int]
    paragraph: int
    found: Attribution | None


def speeches(article_text: str, sentences: Sequence[Span]) -> list[Speech]:
    """Label consecutive sentences of an article; never fails.

    Args:
        article_text: A whole article, or a passage: a longer context names more speakers.
        sentences: Start and end of each sentence in `article_text`, ordered and disjoint, as `split_sentences` gives.

    Returns:
        One label for each sentence, in order.
    """
    seen = list(_look(article_text.replace(QUOTE, " "), sentences))
    memory = Memory()
    labels: list[Speech] = []
    for at, sentence in enumerate(seen):
        if sentence.paragraph != (seen[at - 1].paragraph if at else -1):
            memory.turn_page()
        label = _label(seen, at, labels, memory)
        labels.append(label)
        memory.note(subject(sentence.masked), sentence.text)
        if label.speaker is not None:
            memory.hear(label.speaker)
    return _quotes_that_go_on(seen, labels)


def spoken_by(question: Question, speech: Speech, sentence: str) -> bool:
    """Tell whether the one whom `question` asks about speaks in `sentence`, as `speech` labels it.

    Part of a name is enough ("Xi" for "Xi Jinping"), a shared word is not ("Ann Holub" is not "Karl Holub"). Where the
    question does not say who, any of its names will do; where it has no name, any of its words. Talks that the text
    reports as narration ("Blinken raised trade with Xi") count where the one asked about stands before the verb.
    """
    named = question.names or tuple((one,) for one in question.stems)
    wanted = [set(question.speaker)] if question.speaker else [set(name) for name in named]
    if speech.kind != "narration" and speech.speaker is not None:
        speaker = set(content_stems(speech.speaker))
        if speaker and any(name and (name <= speaker or speaker <= name) for name in wanted):
            return True
    return any(_brought_up(name, sentence) for name in wanted)


_BROUGHT_UP = frozenset(
    ["raised", "raises", "discussed", "discusses", "mentioned", "mentions", "addressed", "addresses", "brought"]
)
_BEFORE = 4  # words between the one who raises something and the verb: "Blinken had also privately raised"


def _brought_up(name: set[str], sentence: str) -> bool:
    cut = words(sentence)
    return any(
        word.lower() in _BROUGHT_UP and any(stem(near) in name for near in cut[max(0, at - _BEFORE) : at])
        for at, word in enumerate(cut)
    )


def _look(text: str, sentences: Sequence[Span]) -> Iterator[_Seen]:
    """Cut each sentence into what is quoted in it and the rest."""
    spans = quoted_spans(text, sentences)
    first, paragraph, last_end = 0, 0, 0
    for start, end in sentences:
        paragraph += "\n" in text[last_end:start]
        last_end = end
        while first < len(spans) and spans[first][1] <= start:
            first += 1
        near = []
        at = first
        while at < len(spans) and spans[at][0] < end:
            near.append(at)
            at += 1
        yield _see(text, (start, end), {number: spans[number] for number in near}, paragraph)


def _see(text: str, sentence: Span, near: dict[int, Span], paragraph: int) -> _Seen:
    start, end = sentence
    masked, quoted, numbers, at, inside = [], [], [], start, 0
    for number, (opens, closes) in near.items():
        left, right = max(start, opens), min(end, closes)
        inner = text[left:right].strip("“”„«»\"'‘’` ")
        word = left == start and inner[:-1].isalpha() and inner.endswith(",")  # "No," she said
        if not _may_be_speech(inner, whole=opens < start or closes > end or word):
            continue
        masked += [text[at:left], f" {QUOTE} "]
        quoted.append(inner)
        numbers.append(number)
        at, inside = right, inside + right - left
    masked.append(text[at:end])
    rest = _PLACE_LINE.sub("", "".join(masked))
    share = inside / max(1, end - start)
    return _Seen(text[start:end], rest, tuple(quoted), share, frozenset(numbers), paragraph, attribution(rest))


def _may_be_speech(inner: str, *, whole: bool) -> bool:
    """Tell whether quoted words can be spoken: not those set like a title (“The Power of the Dog”, “Taste NY”)."""
    cut = words(inner)
    if not cut:
        return False
    if whole or inner[-1:] in "!?":
        return True
    big = all(word[:1].isupper() or word[:1].isdigit() or word.lower() in _SMALL for word in cut)
    return not (big and len(cut) <= 10 and (len(cut) > 1 or inner[-1:] not in ".!?"))


def _label(seen: Sequence[_Seen], at: int, labels: Sequence[Speech], memory: Memory) -> Speech:
    """Label one sentence, given the labels of those before it."""
    sentence = seen[at]
    if sentence.found is not None:
        speaker = memory.resolve(sentence.found.speaker, sentence.found.verb, sentence.masked)
        return Speech("quote" if _is_quote(sentence) else "attributed", speaker)
    headed = _HEADED.match(sentence.masked)
    if headed and sentence.quoted and len(words(sentence.quoted[0])) > 1:
        return Speech("quote", memory.full(headed["name"]))  # a headline: `Holub: "We won"`
    if sentence.quoted and _stands_alone(sentence):
        return Speech("quote", _neighbour(seen, at, labels, memory))
    return _unmarked(seen, at, labels, memory)


def _is_quote(sentence: _Seen) -> bool:
    """Tell whether enough of an attributed sentence is in the speaker's own words."""
    n_words = sum(len(words(quoted)) for quoted in sentence.quoted)
    return n_words >= MIN_QUOTED or sentence.share >= _WHOLE or any(map(_is_clause, sentence.quoted))


def _is_clause(quoted: str) -> bool:
    """Tell whether quoted words stand by themselves: "No," he said."""
    return quoted[:1].isupper() and quoted[-1:] in ",.!?"


def _stands_alone(sentence: _Seen) -> bool:
    """Tell whether a sentence without any attribution is speech: (almost) all of it within marks, or after a colon."""
    n_words = max(len(words(quoted)) for quoted in sentence.quoted)
    introduced = re.search(rf": *{QUOTE}", sentence.masked) is not None
    return (sentence.share >= _WHOLE and n_words > 1) or (
        introduced and n_words >= MIN_QUOTED and len(sentence.quoted) == 1
    )


def _neighbour(seen: Sequence[_Seen], at: int, labels: Sequence[Speech], memory: Memory) -> str | None:
    """Return who speaks a quote without a verb of speech: by the paragraph before it, behind it, then further back."""
    sentence = seen[at]
    if at and (labels[at - 1].speaker is not None):
        before = seen[at - 1]
        if before.paragraph == sentence.paragraph or before.spans & sentence.spans:
            return labels[at - 1].speaker
    if at + 1 < len(seen):
        behind = seen[at + 1]
        near = behind.paragraph == sentence.paragraph or not behind.quoted
        if behind.found is not None and near and (behind.quoted or len(words(behind.text)) <= MIN_QUOTED):
            return memory.resolve(behind.found.speaker, behind.found.verb, behind.masked)
    told = subject(sentence.masked) if QUOTE in sentence.masked.strip()[1:] else ""
    if told:
        return memory.resolve(told, "", sentence.masked)
    if at and seen[at - 1].paragraph == sentence.paragraph and memory.last_subject:
        return memory.last_subject
    return labels[at - 1].speaker if at and labels[at - 1].kind == "quote" else memory.last_subject


def _unmarked(seen: Sequence[_Seen], at: int, labels: Sequence[Speech], memory: Memory) -> Speech:
    """Label a sentence in the first person without marks, beside one that is told as speech: marks can be lost.

    "It's a process, Blinken said. I heard the same thing." — the second is Blinken's too.
    """
    sentence = seen[at]
    if sentence.quoted or not _FIRST_PERSON.search(sentence.masked):
        return NARRATION
    if at and _same_breath(seen[at - 1], sentence) and labels[at - 1].kind == "attributed":
        return labels[at - 1]
    if at + 1 < len(seen) and _same_breath(seen[at + 1], sentence):
        found = seen[at + 1].found
        if found is not None and found.rank == 1:
            return Speech("attributed", memory.resolve(found.speaker, found.verb, seen[at + 1].masked))
    return NARRATION


def _same_breath(beside: _Seen, sentence: _Seen) -> bool:
    return beside.paragraph == sentence.paragraph and not beside.quoted


def _quotes_that_go_on(seen: Sequence[_Seen], labels: list[Speech]) -> list[Speech]:
    """Give all sentences of one quote the speaker that one of them names, as in `"A. B. C," she said`."""
    spoken: dict[int, str] = {}
    for sentence, label in zip(seen, labels, strict=True):
        if sentence.found is not None and sentence.found.rank == 0 and label.speaker is not None:
            spoken |= {number: label.speaker for number in sentence.spans if number not in spoken}
    return [
        replace(label, speaker=next((spoken[number] for number in sentence.spans if number in spoken), label.speaker))
        if label.kind == "quote" and sentence.found is None
        else label
        for sentence, label in zip(seen, labels, strict=True)
    ]
