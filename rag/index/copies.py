"""When two texts are copies of one story: trimmed, updated or under another headline. Knows texts only, no index.

MinHash (Broder 1997) over shingles of five words finds the pairs worth comparing; the shingles themselves decide. Each
constant was chosen on the labelled pairs of realtimeqa-2024 (`python -m benchmarks.stories`, 2026-11-25).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from rensa import RMinHash

from rag.words import content_stems, first_words, stem, words

SHINGLE = 5
"""Words of a shingle: shorter ones are common phrases, of longer ones each edited word destroys more."""
LEAD = 100
"""Words of an opening: some four paragraphs, so that one new paragraph leaves most of them."""

CONTAINED = 0.55
"""Share of the shorter text's shingles that the other has: a copy may be trimmed or half as long again."""
LEAD_SHARED = 0.3
"""Share of either opening that stands in the other text. Less is an article within a round-up, a report that takes its
background from an earlier one, or two pages with the same furniture."""
FIGURES_SHARED = 0.6
"""Share of the figures that agree: bulletins made from one form differ in little else."""
LEAST_FIGURES = 4
"""Below so many figures their share tells nothing."""
LEAST_SHINGLES = 20
"""A text of fewer is too short to be told from a phrase in common."""
TITLE_IN_TEXT = 0.4
"""Share of a headline's words that its text has. Less is a page without its article: of 56 pages that hold nothing but
one outlet's form for registering, one has 0.43 and no other more than 0.33; of all other articles 2 % have less."""

BANDS, ROWS = 16, 2
"""Of the whole text, and again of its opening: pairs that share 30 % of their shingles meet in one of 16 bands of two
with probability 0.78, pairs of 50 % with 0.99. The openings find what was trimmed to its first paragraphs."""
_SEED = 1

Shingles = frozenset[str]


@dataclass(frozen=True, slots=True)
class Wording:
    """What is compared of a text.

    Attributes:
        shingles: Every five words in a row, in lower case.
        lead: Those within the first `LEAD` words.
        figures: The words that begin with a digit.
        vocabulary: The words, each once.
    """

    shingles: Shingles
    lead: Shingles
    figures: frozenset[str]
    vocabulary: frozenset[str]


def wording(text: str) -> Wording:
    """Return what is compared of `text`; punctuation and the kind of quotation mark make no difference."""
    cut = [_plain(word) for word in words(text)]
    in_order = _shingles(cut)
    vocabulary = frozenset(cut)
    figures = frozenset(word for word in vocabulary if word[0].isdigit())
    return Wording(frozenset(in_order), frozenset(in_order[: LEAD - SHINGLE + 1]), figures, vocabulary)


def tells_a_story(title: str, text: Wording) -> bool:
    """Tell whether a text is what its headline says, and long enough to be recognised; without a headline, the latter.

    What it is not is kept out of all stories: pages of a publisher that only carry the same form are no copies.
    """
    if len(text.shingles) < LEAST_SHINGLES:
        return False
    wanted = set(content_stems(title))
    starts = {word[:2] for word in wanted}  # a stem begins as its word does: most words need not be stemmed
    held = {stem(word) for word in text.vocabulary if word[:2] in starts}
    return not wanted or len(wanted & held) >= TITLE_IN_TEXT * len(wanted)


def bands(text: Wording) -> list[int]:
    """Return the 64-bit keys, two for each band, of which copies very likely have one in common."""
    return [
        int.from_bytes(blake2b(repr((part, band, rows)).encode(), digest_size=8).digest(), signed=True)
        for part, shingles in enumerate((text.shingles, text.lead))
        for band, rows in enumerate(_rows(shingles))
    ]


def opens_alike(a: Wording, text: str) -> bool:
    """Tell whether `text` may be a copy of `a`: where this is false, so is `are_copies`, which needs all of it cut."""
    lead = frozenset(_shingles([_plain(word) for word in first_words(text, LEAD)]))
    return bool(lead) and _share(lead, a.shingles) >= LEAD_SHARED


def are_copies(a: Wording, b: Wording) -> bool:
    """Tell whether two texts are one story; the order of the two makes no difference."""
    least = min(len(a.shingles), len(b.shingles))
    if least < LEAST_SHINGLES or len(a.shingles & b.shingles) < CONTAINED * least:
        return False
    if min(_share(a.lead, b.shingles), _share(b.lead, a.shingles)) < LEAD_SHARED:
        return False
    n_figures = min(len(a.figures), len(b.figures))
    return n_figures < LEAST_FIGURES or len(a.figures & b.figures) >= FIGURES_SHARED * n_figures


def _plain(word: str) -> str:
    return word.lower().replace("’", "'")


def _shingles(cut: Sequence[str]) -> list[str]:
    return [" ".join(cut[at : at + SHINGLE]) for at in range(len(cut) - SHINGLE + 1)]


def _rows(shingles: Shingles) -> list[tuple[int, ...]]:
    minhash = RMinHash(BANDS * ROWS, _SEED)
    minhash.update(sorted(shingles))
    digest = minhash.digest()
    return [tuple(digest[at : at + ROWS]) for at in range(0, BANDS * ROWS, ROWS)]


def _share(part: Shingles, whole: Shingles) -> float:
    return len(part & whole) / len(part)
