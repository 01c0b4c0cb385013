"""A question and one of its choices → a claim: a statement that is true if the choice is right. Knows words only.

Where the question has a blank or opens with "who" or "what" as the subject, the choice takes that place; else the
choice follows the question, which an encoder reads just as well: what counts is that both stand together in one text.
"""

from __future__ import annotations

import re

_BLANK = re.compile(r"_{2,}|…|\.{3,}")
# "Who won …" asks for the subject; "Who did she meet?" and "What is …" do not, and inverting them needs a grammar.
_SUBJECT = re.compile(
    r"^(?:who|what)\s+(?!(?:is|are|was|were|am|be|been|do|does|did|has|have|had|will|would|can|could|shall|should|may"
    r"|might|must|else)\b|['’])(?=[a-z])",
    re.IGNORECASE,
)


def claim_of(question: str, choice: str) -> str:
    """Word `question` answered by `choice` as one claim.

    Examples:
        >>> claim_of("Who won the vote?", "Ann Lee")
        'Ann Lee won the vote.'
        >>> claim_of("The talks were held in ____.", "Beijing")
        'The talks were held in Beijing.'
        >>> claim_of("Which city hosted the talks?", "Beijing")
        'Which city hosted the talks? Beijing'
    """
    question, choice = " ".join(question.split()), " ".join(choice.split())
    if _BLANK.search(question):
        filled = _BLANK.sub(lambda _: choice, question, count=1)
        return filled.rstrip("?").rstrip() + "." if filled.endswith("?") else filled
    if question.endswith("?") and question.count("?") == 1 and (found := _SUBJECT.match(question)):
        return f"{choice} {question[found.end() :].rstrip('?').rstrip()}."
    return f"{question} {choice}"
