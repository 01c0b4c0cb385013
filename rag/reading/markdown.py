"""Markdown → Article: front matter gives what it names, the first `# heading` the title, the rest becomes plain text.

Readers see an article's text as it is, so the conversion happens here, once: links become their words, emphasis goes.
The only file that names markdown-it-py and PyYAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from reprlib import repr as short
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.reading.dates import NO_DATE, parse_written_day
from rag.reading.decode import decode
from rag.reading.identity import Place, make_article
from rag.types import Article

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
MAX_FRONT_MATTER = 2**16  # characters; a page of metadata, not a place to hide a parser's worst case


def markdown_article(raw: bytes, place: Place) -> Article:
    """Read the bytes of a Markdown file. Front matter may name title, date, author(s), source, url, section.

    Raises:
        ReadError: Not text, no body, front matter that is not YAML, or a value in it that cannot be used.
    """
    content = decode(raw, place.charset)
    meta, body = _split_front_matter(content)
    heading, text = render(body)
    given_title = _string(meta, "title")
    if given_title and heading and heading != given_title:
        text = f"{heading}\n\n{text}"  # a heading that says something else is part of the story
    return make_article(
        id=_string(meta, "id"),
        title=given_title or heading or place.name,
        text=text,
        source=_string(meta, "source", "publisher"),
        url=_string(meta, "url", "canonical_url") or place.url,
        authors=_strings(meta, "authors", "author"),
        published=parse_written_day(_string(meta, "date", "published"), "date"),
        section=next(iter(_strings(meta, "section", "category", "categories", "tags")), None),
        origin=place.origin,
        name=place.name,
    )


def _split_front_matter(content: str) -> tuple[Mapping[str, object], str]:
    found = FRONT_MATTER.match(content)
    if not found:
        return {}, content
    meta = _parse_front_matter(found.group(1))
    if meta is None:  # prose between two horizontal rules
        return {}, content
    return meta, content[found.end() :]


def _parse_front_matter(block: str) -> Mapping[str, object] | None:
    import yaml

    if len(block) > MAX_FRONT_MATTER:
        raise ReadError(f"front matter has {len(block)} characters, more than {MAX_FRONT_MATTER}; shorten it")
    try:
        # BaseLoader makes strings, lists and mappings only: a title "2023" or "No" stays what is written.
        meta = yaml.load(block, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ReadError(f"front matter is not YAML ({reason}); correct it or remove the lines between ---") from error
    if not isinstance(meta, dict):
        return None
    return {str(key).lower(): value for key, value in meta.items()}


def _string(meta: Mapping[str, object], *keys: str) -> str | None:
    for key in keys:
        value = meta.get(key)
        if value is None or (isinstance(value, str) and value.strip().lower() in NO_DATE):
            continue
        if not isinstance(value, str):
            raise ReadError(f"{key} in the front matter is {short(value)}; it must be one value")
        return value
    return None


def _strings(meta: Mapping[str, object], *keys: str) -> list[str]:
    for key in keys:
        value = meta.get(key)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return [item for item in value if item.strip()]
        if one := _string(meta, key):
            return [one]
    return []


def render(markdown: str) -> tuple[str | None, str]:
    """Render Markdown as plain text: one block a paragraph, blank lines between, HTML tags dropped.

    Returns:
        The first block if it is a level-1 heading, and the text of all other blocks.
    """
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    heading: str | None = None
    blocks: list[str] = []
    for position, token in enumerate(tokens):
        block = _block(token)
        if not block:
            continue
        opened_by = tokens[position - 1]
        if heading is None and not blocks and opened_by.type == "heading_open" and opened_by.tag == "h1":
            heading = " ".join(block.split())
        else:
            blocks.append(block)
    return heading, "\n\n".join(blocks)


def _block(token: Token) -> str:
    if token.type == "inline":
        return _words(token.children or ()).strip()
    if token.type in {"fence", "code_block"}:
        return token.content.rstrip("\n")
    return ""


def _words(children: Iterable[Token]) -> str:
    """Return the words of inline tokens; a line wrapped in the source is one line."""
    out = []
    for child in children:
        if child.type in {"text", "code_inline", "text_special"}:
            out.append(child.content)
        elif child.type == "softbreak":
            out.append(" ")
        elif child.type == "hardbreak":
            out.append("\n")
        # images (their alternative text is not in the story), raw HTML and the marks of emphasis say nothing
    return "".join(out)
