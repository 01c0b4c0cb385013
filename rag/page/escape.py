"""Text and addresses made safe for the page; the one place that does it.

A message of the conversation passes through a Markdown renderer and a sanitiser before the browser parses it, and the
panel through neither. One escape serves both: every character that either HTML or Markdown (or a template language, or
LaTeX) gives a meaning to becomes a numeric character reference, and so does the newline, since a blank line would end
the HTML block that keeps Markdown out.
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

# `.` `,` `;` `:` `?` `-` `/` `%` `@` keep their plain form: within an HTML block they mean nothing to either renderer.
_REFERENCES = {ord(mark): f"&#{ord(mark)};" for mark in "&<>\"'`${}*_[]()#\\~|!=+^\n"}
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # control characters and lone surrogates


def escape(text: str) -> str:
    """Make `text` literal: fit for element content and for a double-quoted attribute, in the panel and in the chat.

    Returns a single line. Control characters and lone surrogates, which no page can show, become U+FFFD, one for one.
    """
    return _UNSHOWABLE.sub("\ufffd", text.replace("\r\n", "\n")).translate(_REFERENCES)


def safe_address(url: str | None) -> str | None:
    """Return `url` if a link may lead there (http or https, with a host), else None."""
    if url is None or _UNSHOWABLE.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # e.g. an unfinished IPv6 host
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def link_out(url: str | None, label: str, css_class: str = "rag-out") -> str:
    """Return a link that opens `url` in a new tab, or nothing where the address is absent or unsafe."""
    address = safe_address(url)
    if address is None:
        return ""
    return (
        f'<a class="{css_class}" href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">'
        f'{escape(label)}<span aria-hidden="true"> ↗</span></a>'
    )


def day(published: date | None) -> str:
    """Return a date as the page writes it, `19 June 2023`; "undated" for None."""
    return f"{published.day} {published:%B %Y}" if published else "undated"


def time_tag(published: date | None) -> str:
    """Return the date as a `<time>` element, or "undated"."""
    return f'<time datetime="{published.isoformat()}">{day(published)}</time>' if published else "undated"
