"""Whether the articles back a claim, and which of several claims they back best.

`claims` words a question and a choice as one claim, `judge` reads the articles for it, `choose` compares.
"""

from __future__ import annotations

from rag.support.choose import Choice, choose
from rag.support.claims import claim_of
from rag.support.judge import Support, support

__all__ = ["Choice", "Support", "choose", "claim_of", "support"]
