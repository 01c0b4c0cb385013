"""What an answer would be made of, as a digest: equal digests, equal answers. Costs a search, not an answer.

An answer is a function of the question as the articles spell it, of the passages read for it in their order, of what
the question's words for time mean, and of which of its names and words no article has (`rag.answering.steps`). A
passage has another number once its article's text has changed. So an addition touches a question exactly where one of
these differs: a new passage among those that would be read, a changed or removed one no longer there, a name or a
spelling that was in no article and now is.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from rag.answering.missing import missing_names, unmentioned
from rag.answering.spelling import respelled
from rag.answering.steps import n_passages
from rag.retrieval import HybridRetriever, constrain
from rag.types import Constraints

if TYPE_CHECKING:
    from rag.api import Rag


class Basis(NamedTuple):
    """What an answer of one generation would be made of."""

    generation: int
    digest: str


def basis_of(rag: Rag, question: str, given: Constraints) -> Basis:
    """Return what the answer to `question`, asked by itself, would be made of in the newest generation.

    Raises:
        IndexNotFound: There is no index.
        EncoderMismatch: The index was built with another encoder.
    """
    snapshot = rag.snapshot()
    question = respelled(question, snapshot)
    constraints = constrain(question, given, snapshot)
    hits = HybridRetriever(snapshot, rag.encoder).retrieve(question, constraints, n_passages(question))
    read = tuple(hit.passage.id for hit in hits)
    missing = missing_names(question, snapshot, constraints)
    unknown = [missing, list(unmentioned(missing, question, snapshot, constraints))]
    made_of = repr((question, constraints, read, unknown))
    return Basis(snapshot.generation, hashlib.blake2b(made_of.encode(), digest_size=16).hexdigest())
