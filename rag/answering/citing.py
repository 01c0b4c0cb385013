"""A sentence of an article → the citation of it. Knows the nouns only."""

from __future__ import annotations

from rag.answering.link import text_fragment_link
from rag.types import Article, Citation, Sentence


def cite(number: int, article: Article, sentence: Sentence, support: float) -> Citation:
    """Return citation `number` of a sentence, which backs its statement with probability `support`."""
    quote = article.text[sentence.start : sentence.end]
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        sentences=(sentence.ordinal,),
        start=sentence.start,
        end=sentence.end,
        quote=quote,
        digest=article.digest,
        support=support,
        link=text_fragment_link(article.url, quote),
    )
