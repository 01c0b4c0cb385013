"""Halves of surrogate pairs: a Python string, and JSON, can hold one alone; no text in UTF-8 can."""

from __future__ import annotations

import re

SURROGATE = re.compile("[\ud800-\udfff]")


def without_surrogates(text: str) -> str:
    """Put U+FFFD in the place of each half of a surrogate pair; one code point for another keeps every offset."""
    return text if text.isascii() else SURROGATE.sub("\ufffd", text)
