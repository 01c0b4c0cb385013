"""Which sentences can be cited: one that states nothing is covered by the split, but never quoted as evidence."""

from __future__ import annotations

import re

from rag.reading.attribution import NAME, is_bare_attribution

MAX_BOILERPLATE = 200
"""A longer line states something, whatever it opens with; it also bounds the work of the patterns."""

MEDIA = r"(?:twitter|facebook|instagram|tiktok|x|youtube|threads)"
WHOLE = re.compile(
    r"(?:advertisement(?: - scroll to continue)?|(?:story|article) continues (?:below|after)(?: (?:this |the )?\w+)?|"
    r"(?:read|see|show|learn|load|watch|view) (?:more|also|less|all|next)(?: (?:here|stories|comments|videos?))?|"
    r"(?:click|tap|sign up|subscribe|register|log in|join) (?:here|now|today|free)(?: to .*)?|"
    r"skip to (?:main )?content|share(?: this)?(?: (?:article|story|page|on \w+))?|"
    r"print|email|comments?|trending|related|recommended|topics?|tags?|related (?:articles?|stories|content|coverage)|"
    r"most (?:read|popular)|more (?:from \w+(?: \w+)?|on this (?:topic|story)|stories(?: like this)?)|"
    rf"all rights reserved|(?:follow|find|like) (?:us|me|him|her|them|\w+(?: \w+)?) on {MEDIA}\b.*|"
    r"continue reading(?: the main story)?|"
    r"editor['’]s picks?|cookie (?:policy|settings)|privacy policy|terms of (?:use|service))\W*",
    re.IGNORECASE,
)
OPENS = re.compile(
    r"(?:read|see) (?:more|also|the full story) ?:|read (?:more|also) (?:about|from|at|on|here)\b|"
    r"©|\(c\) ?\d{4}|copyright (?:©|\(c\)|\d{4})|"
    r"(?:sign up|subscribe) (?:here |now |today )?(?:for|to) (?:our\b|your\b|\S+['’]s |.{0,40}\bnewsletter|"
    r"receive\b|get\b)|get .{0,60}(?:to|in) your inbox|download (?:the|our) .{0,30}\bapp\b|"
    r"(?:photos?|pictures?|images?|photographs?|caption|credit) ?: ?\S|"
    r"(?:photo|image|photograph|illustration) (?:credit|by|courtesy|via)\b|"
    r"this (?:story|article|post|report) (?:was|has been) (?:originally published|first published|updated|corrected)\b|"
    r"(?:reach|contact|email) .{1,40} (?:at|on|via) .{0,20}(?:@|\d{3}\)?[ .-]\d{3})",
    re.IGNORECASE,
)
LINK = re.compile(
    r"(?:more|related|recommended|up next|watch|listen|video|source|don['’]t miss) ?: ?\S.*[^.”\"]", re.IGNORECASE
)
"""The headline of another article; with a final stop it may be a statement (`Video: This video was corrected …`)."""
HEADING_LINK = re.compile(r"[^:“”\"]{3,80}[A-Za-z?!’']:[A-Z‘“\"'$\d][^\s].*[^.”\"!]")
"""`Storm updates:What the city has closed`: the name of a series grown together with a headline."""
QUESTION = re.compile(
    r"(?:(?:so|and|but|or|then|now),? )?(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|"
    r"has|have|had|can|could|will|would|should)(?:['’]s)?\b[^“”\"]*\?",
    re.IGNORECASE,
)
ANNOUNCED = re.compile(
    r"(?:[^:]{1,60}: ?)?here(?:['’]s| is| are) (?:a (?:look|list|guide)|the latest|what|how|where|why|who|when|more|"
    r"all|everything|(?:some|a few|\w+) (?:of the )?(?:things|tips|takeaways|facts))\b.*",
    re.IGNORECASE,
)
"""`Here's what to know about the storm.`: what follows may answer, not this."""
LABEL = re.compile(r"[^“”\"\d]{1,80}:")
CONTRIBUTED = re.compile(
    r"[^.]{2,120}\bcontributed (?:reporting )?to (?:this|the) (?:report|story|article)\W*", re.IGNORECASE
)
BYLINE = re.compile(rf"B[yY] {NAME}(?:(?:,? and|,) {NAME}){{0,5}}\W*")
CREDIT = re.compile(rf"{NAME}/(?:\w+/)?(?:AP|AFP|Reuters|Getty Images|Getty|EPA|Sipa|Shutterstock|USA TODAY)\W*")
DATELINE = re.compile(r"[A-Z][\w .,()/’'-]{1,40}\s[—–-]")
ADDRESS = re.compile(
    r"(?:(?:e-?mail|twitter)[: ]\s?)?(?:https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.\w+|@\w+)\W*", re.IGNORECASE
)
STAMP_WORDS = (
    "last updated published posted at on am pm a p m et est edt ct pt gmt utc bst mon tue wed thu fri sat sun monday "
    "tuesday wednesday thursday friday saturday sunday jan feb mar apr may jun jul aug sep sept oct nov dec january "
    "february march april june july august september october november december ago hour hours minute minutes"
)
STAMP = frozenset(STAMP_WORDS.split())
"""A line of nothing but these words and figures says when the page was made."""
SHAPES = (WHOLE, LINK, HEADING_LINK, QUESTION, ANNOUNCED, LABEL, CONTRIBUTED, BYLINE, CREDIT, DATELINE, ADDRESS)
LEAD = re.compile(r"[\s•·▪●►▶◦*|>»_#–—-]{0,8}")
WORD = re.compile(r"[^\W\d_]+")
CHARACTER = re.compile(r"[^\W_]")


def is_citable(sentence: str) -> bool:
    """Tell whether a sentence states anything.

    Not citable are text without a letter or digit, a bare attribution (`, said Rudolf.`), bylines, time stamps, picture
    credits, bare addresses and the notices of a web page (`Advertisement`, `Read more: …`, `Reuters contributed to this
    report`), questions that nobody is quoted with, and what only announces or heads what follows (`Here's what to
    know.`). The patterns name such lines as a whole or by an opening that no statement has, and nothing longer than
    MAX_BOILERPLATE is refused but an address, so that news that speaks of newsletters or photographs stays citable.
    """
    text = sentence.strip()
    if CHARACTER.search(text) is None:
        return False
    if len(text) > MAX_BOILERPLATE:
        return not (text.startswith(("http://", "https://")) and len(text.split(maxsplit=1)) == 1)
    if is_bare_attribution(text) or _is_stamp(text):
        return False
    lead = LEAD.match(text)
    text = text[lead.end() :] if lead else text
    if OPENS.match(text):
        return False
    return not any(shape.fullmatch(text) for shape in SHAPES)


def _is_stamp(text: str) -> bool:
    words = WORD.findall(text.lower())
    return len(words) > 1 and words[0] in {"last", "updated", "published", "posted"} and STAMP.issuperset(words)
