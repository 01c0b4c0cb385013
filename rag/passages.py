"""An article's sentences → passages: whole sentences, as many as the encoder reads at once, with its title.

Counts with the encoder's own tokenizer. Knows nothing of vectors or of the index.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.protocols import Encoder
from rag.types import Article

# The newline is no token for BERT's tokenizers and one for others; text that follows it is cut into tokens as if it
# stood alone.
SEPARATOR = "\n"
# Most word pieces of a title that are encoded: under a quarter of the default encoder's 256 tokens, and longer than
# nearly every headline. A run of up to 4 letters or one other character counts as a piece, which is what WordPiece
# makes of English on average; counted without a tokenizer, so that whoever encodes a passage encodes the same.
TITLE_PIECES = 60
PIECE = re.compile(r"[A-Za-z]{1,4}|[0-9]{1,3}|\S")
# Tokens that an encoder puts around a text ([CLS] and [SEP] of BERT; others have as many or fewer).
N_SPECIAL = 2
# A passage keeps at least this share of the limit for its text, however many tokens a strange title has.
LEAST_SHARE = 4
# An overlap longer than this share of the room would make passages repeat each other more than it helps.
OVERLAP_SHARE = 3
# A last passage that fills less than this share of the room is given earlier sentences until it does: a vector of one
# short closing sentence says little, and the sentence is better understood with those before it.
TAIL_SHARE = 2
# Windows inside one long sentence: tokens kept free because a word cut in two is cut into other pieces, and overlap.
WINDOW_SPARE = 8
WINDOW_OVERLAP_SHARE = 8


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """Where a passage stands in its article.

    Attributes:
        first: Ordinal of its first sentence.
        last: Ordinal of its last sentence (inclusive).
        start: Offset of its first character; within sentence `first` where that sentence alone is too long.
        end: Offset after its last character.
    """

    first: int
    last: int
    start: int
    end: int


def passage_input(title: str, text: str) -> str:
    """Return what is encoded of a passage: its article's title (at most TITLE_PIECES pieces), a newline, its text.

    `text` is always the end of what is returned, unchanged. Without a title it is `text` itself.
    """
    shown = _short(" ".join(title.split()))
    return f"{shown}{SEPARATOR}{text}" if shown else text


def passage_key(title: str, text: str) -> bytes:
    """Return the 16-byte BLAKE2b digest of what is encoded: under one encoder, equal keys have equal vectors."""
    encoded = passage_input(title, text).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(encoded, digest_size=16).digest()


def split_passages(
    article: Article,
    sentences: Sequence[tuple[int, int]],
    encoder: Encoder,
    max_tokens: int | None = None,
    overlap_sentences: int = 1,
) -> list[PassageSpan]:
    """Share the sentences of an article out into passages; see `split_passages_of`, which is faster for many."""
    return split_passages_of([(article, sentences)], encoder, max_tokens, overlap_sentences)[0]


def split_passages_of(
    articles: Sequence[tuple[Article, Sequence[tuple[int, int]]]],
    encoder: Encoder,
    max_tokens: int | None = None,
    overlap_sentences: int = 1,
) -> list[list[PassageSpan]]:
    """Share the sentences of several articles out into passages that the encoder reads whole.

    Every sentence is in at least one passage, and title, passage and special tokens together are within the limit. A
    passage begins with the last `overlap_sentences` of the one before where they are short. A sentence that is longer
    than the limit becomes several windows that overlap and together hold every character of it.

    Args:
        articles: Each with its sentences: (start, end) offsets of `article.text`, in order, not overlapping.
        encoder: Whose tokenizer counts.
        max_tokens: The limit, special tokens included; default what the encoder reads (shorter ones cost a vector each
            and were not compared yet).
        overlap_sentences: Most sentences that two neighbours share; 0 for none.
    """
    limit = min(max_tokens or encoder.identity.max_tokens, encoder.identity.max_tokens)
    heads = encoder.count_tokens([passage_input(article.title, "") for article, _ in articles])
    spans = encoder.token_spans([article.text for article, _ in articles])
    return [
        _Cutter(sentences, tokens, max(limit - N_SPECIAL - head, limit // LEAST_SHARE, 2), overlap_sentences).cut()
        for (_, sentences), tokens, head in zip(articles, spans, heads, strict=True)
    ]


def _short(title: str) -> str:
    for n, piece in enumerate(PIECE.finditer(title), start=1):
        if n > TITLE_PIECES:
            kept = title[: piece.start()]
            return kept.rpartition(" ")[0] or kept
    return title


class _Cutter:
    """Cuts one article. `room` is how many tokens of text a passage may have."""

    def __init__(
        self, sentences: Sequence[tuple[int, int]], tokens: NDArray[np.int32], room: int, overlap_sentences: int
    ) -> None:
        self.sentences = sentences
        self.tokens = tokens
        self.room = room
        self.overlap_sentences = overlap_sentences
        bounds = np.array(sentences, np.int64).reshape(-1, 2)
        self.begins = np.searchsorted(tokens[:, 0], bounds[:, 0])  # tokens before each sentence
        self.ends = np.searchsorted(tokens[:, 0], bounds[:, 1])  # tokens up to its end

    def cost(self, first: int, last: int) -> int:
        """Count the tokens of sentences `first` to `last`."""
        return int(self.ends[last] - self.begins[first])

    def cut(self) -> list[PassageSpan]:
        """Pack sentences greedily from the first to the last."""
        out: list[PassageSpan] = []
        first, new = 0, 0  # the passage begins with sentence `first`; those before `new` are overlap
        while new < len(self.sentences):
            if self.cost(new, new) > self.room:
                out.extend(self.windows(new))
                first = new = new + 1
                continue
            last = new
            while last + 1 < len(self.sentences) and self.cost(first, last + 1) <= self.room:
                last += 1
            if last + 1 == len(self.sentences):
                first = self.reach_back(first, out[-1].first + 1 if out else 0)
            out.append(PassageSpan(first, last, self.sentences[first][0], self.sentences[last][1]))
            first, new = self.overlap(first, last), last + 1
        return out

    def overlap(self, first: int, last: int) -> int:
        """Return where the passage after `first`…`last` begins."""
        start = last + 1
        if start == len(self.sentences):
            return start
        for earlier in range(last, max(first, last - self.overlap_sentences), -1):
            if self.cost(earlier, last) > self.room // OVERLAP_SHARE or self.cost(earlier, last + 1) > self.room:
                break
            start = earlier
        return start

    def reach_back(self, first: int, earliest: int) -> int:
        """Return where the last passage begins, so that it is not tiny."""
        last = len(self.sentences) - 1
        while first > earliest and self.cost(first - 1, last) <= self.room // TAIL_SHARE:
            first -= 1
        return first

    def windows(self, sentence: int) -> list[PassageSpan]:
        """Cut one long sentence into windows of tokens, between words where there is one in the last quarter."""
        begin, end = self.sentences[sentence]
        at, stop = int(self.begins[sentence]), int(self.ends[sentence])
        size = max(2, self.room - WINDOW_SPARE)
        out: list[PassageSpan] = []
        while stop - at > size:
            cut = self.between_words(at + size, at + size - size // 4)
            following = cut - max(1, size // WINDOW_OVERLAP_SHARE)
            following = self.between_words(following, max(at + 1, following - size // 8))
            out.append(PassageSpan(sentence, sentence, begin, int(self.tokens[cut - 1, 1])))
            at, begin = following, int(self.tokens[following, 0])
        out.append(PassageSpan(sentence, sentence, begin, end))
        return out

    def between_words(self, token: int, earliest: int) -> int:
        """Return the last token from `token` back to `earliest` that has a gap before it, else `token`."""
        for at in range(token, earliest, -1):
            if self.tokens[at, 0] > self.tokens[at - 1, 1]:
                return at
        return token
