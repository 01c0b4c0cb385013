import unicodedata
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.reading.decode import check_storable, decode, normalise

ENGLISH = (
    "The Prime Minister’s visit to the café cost £5m, officials said on Monday, and nobody asked why it took so long. "
    "“It was worth it,” he said in Zürich, where the delegates had met to speak of trade, of money and of the war."
)
CHINESE = "美国国务卿布林肯在北京结束了罕见的访问，期间会见了中国国家主席习近平。会谈是坦诚的。"
JAPANESE = "ブリンケン国務長官は北京で習近平国家主席と会談し、両国の関係を安定させることで一致した。"
POLISH = "Prezydent oświadczył, że rozmowy zakończyły się sukcesem i będą kontynuowane w przyszłym tygodniu."
RUSSIAN = "Министр заявил, что переговоры прошли успешно и будут продолжены на следующей неделе в Москве."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "utf-8"),
        (ENGLISH, "utf-8-sig"),
        (ENGLISH, "utf-16"),
        (ENGLISH, "utf-16-le"),
        (ENGLISH, "utf-16-be"),
        (ENGLISH, "utf-32"),
        (ENGLISH, "cp1252"),
        (CHINESE, "gb18030"),
        (CHINESE, "utf-16"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (RUSSIAN, "cp1251"),
        (POLISH, "cp1250"),
        ("The café reopened on Monday. Nothing else was said about it in the whole report.", "cp1252"),
    ],
)
def test_encodings_are_detected_without_a_declaration(text, encoding):
    assert decode(text.encode(encoding)) == text


def test_a_declared_charset_is_read_as_browsers_read_it():
    assert decode("“Café”".encode("cp1252"), "ISO-8859-1") == "“Café”"
    assert decode("会谈".encode("gb18030"), "gb2312") == "会谈"
    assert decode("Żółć".encode("iso-8859-2"), "iso-8859-2") == "Żółć"


@pytest.mark.parametrize("declared", ["no-such-charset", "ascii; x", "base64", "", "utf-16"])
def test_a_declared_charset_that_is_unknown_or_wrong_is_passed_over(declared):
    assert decode(ENGLISH.encode(), declared) == ENGLISH


def test_one_bad_byte_in_long_utf8_stays_one_bad_character():
    raw = CHINESE.encode() + b"\xff" + CHINESE.encode()
    assert decode(raw) == CHINESE + "\ufffd" + CHINESE


def test_detection_from_a_sample_decodes_the_whole():
    text = (ENGLISH + "\n") * 4000
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "raw",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4, bytes(range(1, 32)) * 10, bytes(1000), b"a\0b"],
)
def test_binary_data_is_refused(raw):
    with pytest.raises(ReadError, match="binary data"):
        decode(raw)


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    once = normalise(text)
    assert normalise(once) == once
    assert once == unicodedata.normalize("NFC", once)
    assert "\r" not in once


def test_nothing_but_composition_and_newlines_is_changed():
    assert normalise("a\r\nb\rc\n\u00a0\ufb01 x\u0301 e\u0301  \u2028") == "a\nb\nc\n\u00a0\ufb01 x\u0301 é  \u2028"


@given(st.binary(max_size=400))
def test_any_bytes_become_storable_text_or_a_read_error(raw):
    with suppress(ReadError):
        text = decode(raw)
        check_storable(text, "text")
        assert normalise(text) == text


@pytest.mark.parametrize(("value", "character"), [("a\0", r"U\+0000 at position 1"), ("\ud800", r"U\+D800")])
def test_what_cannot_be_stored_is_named(value, character):
    with pytest.raises(ReadError, match=character):
        check_storable(value, "text")
