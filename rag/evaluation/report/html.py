"""HTML that cannot be injected into: every text is escaped unless it was made here. Knows tags, not reports."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

VOID = frozenset({"meta", "br", "hr", "input", "line", "rect", "circle", "path"})


class Html(str):
    """Markup that is safe to write out; only `tag` and `join` make it, and `raw` for files of this package."""

    __slots__ = ()


def raw(markup: str) -> Html:
    """Take markup of our own as it is; never anything from a set, an article or a system."""
    return Html(markup)


def join(children: Iterable[object]) -> Html:
    """Join children: markup as it is, text escaped, None left out."""
    return Html(
        "".join(child if isinstance(child, Html) else escape(str(child)) for child in children if child is not None)
    )


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """Make an element; an attribute that is None or False is left out, True has no value.

    A trailing `_` of an attribute's name is dropped and other underscores become hyphens: `class_`, `data_id`.
    """
    text = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.rstrip("_").replace("_", "-")
        text += f" {word}" if value is True else f' {word}="{escape(str(value), quote=True)}"'
    if name in VOID:
        return Html(f"<{name}{text}>" if name in ("meta", "br", "hr", "input") else f"<{name}{text}/>")
    return Html(f"<{name}{text}>{join(children)}</{name}>")


def slug(words: str) -> str:
    """Return words as a class name."""
    return "".join(char if char.isalnum() else "-" for char in words.lower())
