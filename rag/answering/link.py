"""Links that open the publisher's page with the cited sentence highlighted (URL text fragments).

Source: https://wicg.github.io/scroll-to-text-fragment/ (draft, 2023): `#:~:text=start` or `#:~:text=start,end`.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

# Up to this many words a quote is named whole; a longer one by its first and last words. Browsers match the fragment
# against the page's text, and a short one survives the publisher's own mark-up better than a long one.
_WHOLE_WORDS = 8
_END_WORDS = 4


def _encode(text: str) -> str:
    # "-" marks a prefix or suffix in the fragment's grammar, so it is escaped; quote() escapes "," and "&" itself.
    return quote(text, safe="").replace("-", "%2D")


def text_fragment_link(url: str | None, quoted: str) -> str | None:
    """Return `url` with a text fragment that highlights `quoted`; None without an http(s) address or any word."""
    if not url or urlsplit(url).scheme not in ("http", "https"):
        return None
    words = quoted.split()
    if not words:
        return None
    if len(words) <= _WHOLE_WORDS:
        fragment = _encode(" ".join(words))
    else:
        fragment = f"{_encode(' '.join(words[:_END_WORDS]))},{_encode(' '.join(words[-_END_WORDS:]))}"
    base, _, anchor = quote(url, safe="%/:=&?~#+!$,;'@()*[]").partition("#")  # what no address may hold is escaped
    return f"{base}#{anchor.partition(':~:')[0]}:~:text={fragment}"
