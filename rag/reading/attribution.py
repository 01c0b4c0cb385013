"""Who said it: the words that name a speaker and nothing else. They belong to the sentence they speak of."""

from __future__ import annotations

import re

VERB = (
    r"(?:sa(?:id|ys?|ying)|ask(?:s|ed)|add(?:s|ed)|repl(?:ies|ied)|answered|continue[sd]|explain(?:s|ed)|note[sd]|"
    r"wrote|writes|tweeted|recall(?:s|ed)|conclude[sd]|joked|shouted|"
    r"told (?:\w{1,30}|[A-Z][\w&’'.-]{1,30}(?: [A-Z][\w&’'.-]{1,30}){0,2}))"
)
WORD = r"[A-Z][\w’'.-]{0,30}"
NAME = rf"{WORD}(?: {WORD}){{0,4}}"
"""One to five capitalised words, one space between: there is one way to read each text, so matching stays linear."""
WHEN = r"(?: (?:on )?(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day| (?:later|then|again|at the time))?"
WHO = r"(?:he|she|they|it|I|we|He|She|They|We|the [a-z]{2,20})"
EDGE_IN = r"[\s,.;:–—”’\"'-]{0,8}"
EDGE_OUT = r"[\s,.;:!?”’\"'-]{0,8}"
QUESTION = r"(?!(?:What|Who|Why|How|Where|When|Which|Here|Nobody|Everyone|Everybody|Someone|Analysts)\b)"

BARE = re.compile(rf"{EDGE_IN}{QUESTION}(?:(?:{NAME}|{WHO}) {VERB}|{VERB} (?:{NAME}|{WHO})){WHEN}{EDGE_OUT}")
SIGNED = re.compile(rf"[—–-]{{1,2}}\s?(?:@\w{{1,30}}|{NAME}(?: and {NAME})?)")
"""`-A.H.`, `— Rachel Moore and Ann Lee`: who wrote what stands before."""
TAG = re.compile(rf"{QUESTION}{NAME} {VERB}\b")
MAX_BARE = 100
"""Longer text is never a bare attribution: a name of five words, a verb, a day."""


def is_bare_attribution(text: str) -> bool:
    """Tell whether `text` only names who spoke: `, said Rudolf.`, `Blinken said.`, `she added later.` and the like."""
    text = text.strip()
    return len(text) <= MAX_BARE and (BARE.fullmatch(text) or SIGNED.fullmatch(text)) is not None


def opens_with_attribution(text: str) -> bool:
    """Tell whether `text` opens with a name and a verb of speech, as after a quotation: `Delgado asked the panel` …."""
    return TAG.match(text) is not None
