"""An answer as one message for chat programs: the text with markers, then a footnote for each citation.

Chat programs show messages as Markdown. Article text is words and nothing else: what could make it a link, an image
that is fetched, or HTML is escaped. The verbatim quotes are in the structured answer beside the message.
"""

from __future__ import annotations

import re

from rag.display import also_in
from rag.markdown import harmless, one_line
from rag.types import Answer, Citation, Copy

GAP = "\n\n"
_FOOTNOTES = re.compile(r"\n\n\[1\] .*\Z", re.DOTALL)


def message_text(answer: Answer) -> str:
    """Return the words of the answer, with its markers."""
    return harmless(answer.text)


def footnotes(answer: Answer) -> str:
    """Return a footnote for each citation and the notice, each after an empty line; nothing where there is none."""
    notice = f"{GAP}({one_line(answer.notice)})" if answer.notice else ""
    return "".join(GAP + _footnote(citation) for citation in answer.citations) + notice


def _footnote(citation: Citation) -> str:
    day = citation.published.isoformat() if citation.published else None
    place = ", ".join(part for part in (citation.source, day) if part)
    title = citation.title or "(no title)"
    head = one_line(f"{title} — {place}" if place else title)
    parts = [f"[{citation.number}] {head}:", f"“{one_line(citation.quote)}”", _address(citation.link or "")]
    also = also_in(citation, _copy)
    return " ".join(part for part in (*parts, f"({also})" if also else "") if part)


def _copy(copy: Copy, name: str) -> str:
    return " ".join(part for part in (one_line(name), _address(copy.link or "")) if part)


def _address(link: str) -> str:
    """Return an http(s) address as an autolink; any other as nothing: a click on it could run a script."""
    if not re.fullmatch(r"https?://[^\s<>\\]+", link):
        return ""
    return f"<{link}>"


def without_footnotes(message: str) -> str:
    """Return the answer in a message that was made here, without its footnotes: what a later question leans on."""
    return _FOOTNOTES.sub("", message)
