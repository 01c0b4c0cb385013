"""Bytes → text: byte-order marks, declared charsets, UTF-8, then detection; NFC and LF. Knows no formats.

The only file that names charset-normalizer.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from rag.errors import ReadError

BYTE_ORDER_MARKS = (  # UTF-32 first: its little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What pages declare and what browsers therefore read (WHATWG Encoding Standard, section 4.2, "Names and labels").
AS_BROWSERS_READ = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
}

# Text has line breaks, tabs, form feeds and, in terminal logs, escapes; other control characters mean binary data.
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAX_CONTROL_SHARE = 0.001  # one stray control character in a thousand is dirt; more is not text
LATIN = frozenset(
    ("cp1250", "cp1254", "cp1257", "cp1258", "latin_1", "iso8859_2", "iso8859_15", "mac_roman", "mac_latin2")
)
"""Encodings between which a few curly quotes, dashes and accents in English text do not decide."""
LATIN_SHARE = 0.04  # of bytes beyond ASCII: English has below 2 %, Polish, Czech and Turkish 6 to 12 %
SAMPLE_BYTES = 2**18  # enough to tell an encoding; detection tries dozens, each on all it is given
MIN_VALID_PER_INVALID = 10  # multi-byte characters that are valid UTF-8 for each byte that is not


def normalise(text: str) -> str:
    """Return `text` in NFC with LF newlines; nothing else is changed. Applying it twice changes nothing more."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def check_storable(value: str, key: str) -> None:
    r"""Refuse what neither UTF-8, SQLite nor HTML can hold.

    Raises:
        ReadError: `value` has a NUL character (SQLite's text functions stop there, HTML forbids it) or a lone
            surrogate such as `"\ud800"` (no UTF-8 form).
    """
    if found := UNSTORABLE.search(value):
        raise ReadError(
            f"{key} has the character U+{ord(found.group()):04X} at position {found.start()}, "
            "which cannot be stored as text; remove it at the source"
        )


def decode(raw: bytes, declared: str | None = None) -> str:
    """Decode `raw` into normalised text.

    Tried in this order: a byte-order mark, the declared charset (as browsers read it), UTF-8, UTF-8 with a few bad
    bytes (each becomes U+FFFD), detection.

    Args:
        raw: The whole file.
        declared: Charset named by the HTTP header or the page itself; one that is unknown or wrong is passed over.

    Raises:
        ReadError: The bytes are not text in any of these, or they are binary data.
    """
    text = _decode(raw, declared)
    if text is None:
        raise ReadError("is not text in any known encoding: it looks like binary data; give text, HTML or PDF")
    n_control = len(CONTROL.findall(text))
    if n_control > MAX_CONTROL_SHARE * len(text) or "\0" in text:
        raise ReadError(
            f"has {n_control} control characters among {len(text)}: it looks like binary data; give text, HTML or PDF"
        )
    return normalise(text)


def _decode(raw: bytes, declared: str | None) -> str | None:
    for mark, encoding in BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    if b"\0" in raw:
        return _utf16_without_mark(raw)
    for charset in (declared, "utf-8"):
        text = _strict(raw, charset)
        if text is not None:
            return text
    if _mostly_utf8(raw):
        return raw.decode("utf-8", "replace")
    return _detect(raw)


def _strict(raw: bytes, charset: str | None) -> str | None:
    try:
        name = codecs.lookup(charset or "").name
        return raw.decode(AS_BROWSERS_READ.get(name, name))
    except (LookupError, ValueError, TypeError):  # unknown name, wrong bytes, or a codec that is not for text
        return None


def _mostly_utf8(raw: bytes) -> bool:
    text = raw.decode("utf-8", "replace")
    n_invalid = text.count("\ufffd")
    n_valid = sum(1 for character in text if character > "\x7f") - n_invalid
    return n_valid >= MIN_VALID_PER_INVALID * n_invalid


def _detect(raw: bytes) -> str | None:
    from charset_normalizer import from_bytes

    sample = raw[:SAMPLE_BYTES]
    if len(sample) < len(raw) and b"\n" in sample:  # a newline is no part of any multi-byte character
        sample = sample[: sample.rindex(b"\n") + 1]
    best = from_bytes(sample).best()
    if best is None:
        return None
    n_beyond_ascii = len(sample) - len(sample.decode("ascii", "ignore"))
    if best.encoding in LATIN and n_beyond_ascii < LATIN_SHARE * len(sample):
        western = _strict(raw, "cp1252")
        if western is not None:
            return western
    return raw.decode(best.encoding, "replace")


def _utf16_without_mark(raw: bytes) -> str | None:
    """Decode UTF-16 whose NULs (each space and newline has one) all stand in one half of the byte pairs."""
    sample = raw[:SAMPLE_BYTES]
    n_first, n_second = sample[::2].count(0), sample[1::2].count(0)
    if n_first and n_second:
        return None
    return _strict(raw, "utf-16-be" if n_first else "utf-16-le")
