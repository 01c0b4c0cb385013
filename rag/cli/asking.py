"""`rag ask`, `rag search` and `rag support`."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.options import AsOf, Index, Json, Llm, Since, Sources, Until, filters, open_rag


def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question, in quotes.", show_default=False)],
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    source: Sources = None,
    llm: Llm = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Answer a question, every sentence cited.

    Where the articles do not answer it, that is what is said, with the passages that come nearest.
    """
    allowed = filters(as_of, since, until, source)
    rag = open_rag(index, llm=llm)
    answer = rag.ask(question, **allowed)
    if json:
        from rag.answer_json import answer_to_json
        from rag.cli.terminal import print_json, say

        print_json(answer_to_json(answer))
        if answer.notice:
            say(f"note: {answer.notice}")
    else:
        from rag.cli.render import show_answer
        from rag.cli.terminal import Screen

        show_answer(Screen(), answer, rag)


def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Question or words.", show_default=False)],
    k: Annotated[int, typer.Option("-k", min=1, max=1000, metavar="N", help="How many passages at most.")] = 10,
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    source: Sources = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Find passages with their scores, without an answer."""
    allowed = filters(as_of, since, until, source)
    rag = open_rag(index)
    hits = rag.search(question, k, **allowed)
    articles = {article_id: rag.article(article_id) for article_id in {hit.passage.article_id for hit in hits}}
    if json:
        from rag.cli.terminal import print_json
        from rag.forms import hits_form

        print_json(hits_form(hits, articles))
    else:
        from rag.cli.render import show_hits
        from rag.cli.terminal import Screen

        show_hits(Screen(), hits, articles)


def support(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="A statement, in quotes.", show_default=False)],
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    source: Sources = None,
    index: Index = None,
    json: Json = False,
) -> None:
    """Say whether the articles back a claim.

    It is supported, with the sentences that back it, or not found. That does not mean false: the articles may just not
    speak of it. Words are compared, not logic: read the sentences before relying on a verdict.
    """
    allowed = filters(as_of, since, until, source)
    rag = open_rag(index)
    found = rag.support(claim, **allowed)
    if json:
        from rag.cli.terminal import print_json
        from rag.forms import support_form

        print_json(support_form(found))
    else:
        from rag.cli.render import show_support
        from rag.cli.terminal import Screen

        show_support(Screen(), found)
