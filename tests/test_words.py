import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.words import one_edit_apart, stem

STARTS = ("nation", "report", "commun", "gener", "relat", "happi")
ENDS = ("alisation", "ed", "ingly", "ousness", "fulness", "ities", "ational", "iveness", "ally", "s", "'s", "izers")
WORDS = [start + end for start in STARTS for end in ENDS]


@pytest.fixture
def switching():
    """Let threads take turns after a few instructions, as they do by chance on a busy machine."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_that_stem_at_once_get_the_stems_that_one_alone_gets(switching: None):
    alone = [stem.__wrapped__(word) for word in WORDS]
    with ThreadPoolExecutor(8) as pool:
        for stems in pool.map(lambda _: [stem.__wrapped__(word) for word in WORDS], range(24)):
            assert stems == alone


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("senn", "senn", True),
        ("senn", "sen", True),
        ("senn", "sennn", True),
        ("senn", "sunn", True),
        ("senn", "snen", True),
        ("a", "", True),
        ("senn", "sunk", False),
        ("senn", "se", False),
        ("senn", "nnes", False),
    ],
)
def test_one_letter_left_out_put_in_changed_or_swapped_is_one_edit(a, b, expected):
    assert one_edit_apart(a, b) is one_edit_apart(b, a) is expected
