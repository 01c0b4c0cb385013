"""Text of articles as Markdown: words and nothing else, so that no program that shows it links, embeds or fetches.

Shared by what is sent to chat programs and what the page copies. Knows strings; knows nothing of answers.
"""

from __future__ import annotations

import re
from urllib.parse import quote

# A link or image needs "](" or "](<", its definition "]:"; HTML and autolinks need "<". Backslashes go first, so that
# one in the text can't undo ours.
_ACTIVE = re.compile(r"\\|(?<=\])[(:]|<")
_ENDS_ADDRESS = re.compile(r"[()<>\\\s]")


def harmless(text: str) -> str:
    """Return `text` for Markdown: it reads the same and can neither link, embed nor fetch anything."""
    return _ACTIVE.sub(r"\\\g<0>", text)


def one_line(text: str) -> str:
    """Return `text` as `harmless` does, on one line: a footnote ends with its line."""
    return harmless(" ".join(text.split()))


def link(words: str, address: str | None) -> str:
    """Return the words as a link; alone where there is no address. Which addresses may be linked is the caller's."""
    plain = one_line(words.replace("[", "(").replace("]", ")"))
    if address is None:
        return plain
    return f"[{plain}]({_ENDS_ADDRESS.sub(lambda found: quote(found.group(), safe=''), address)})"
