"""Whether the articles back a claim, which of several claims they back best, and who else reports a sentence.

`claims` words a question and a choice as one claim, `judge` reads the articles for it, `choose` compares;
`corroboration` finds the sentences of other articles that report what one sentence reports.
"""

from __future__ import annotations

from rag.support.choose import Choice, choose
from rag.support.claims import claim_of
from rag.support.corroboration import Corroboration, corroborate
from rag.support.judge import Support, support

__all__ = ["Choice", "Corroboration", "Support", "choose", "claim_of", "corroborate", "support"]
