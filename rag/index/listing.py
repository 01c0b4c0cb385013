"""The articles of one generation as a list: searched by word, in an order, a page at a time; or one by its name.

Knows no passage.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.errors import ArticleNotFound
from rag.index.log import Log
from rag.index.reads import LIVE_ARTICLE
from rag.index.records import article_columns, article_from_row, is_unicode
from rag.surrogates import without_surrogates
from rag.types import Article, ArticleOrder

ORDERS: Mapping[ArticleOrder, str] = {
    "newest": "published DESC, id",  # undated ones are last anyway; any more, and the index on `published` is not used
    "oldest": "published IS NULL, published, id",
    "title": "title COLLATE NOCASE, id",
    "source": "source IS NULL, source COLLATE NOCASE, published DESC, id",
}
_LISTING = (
    "casefold(a.id || ' ' || a.title || ' ' || coalesce(a.source, '') || ' ' || coalesce(a.section, '')"
    " || ' ' || coalesce(a.url, ''))"
)


def articles(
    log: Log, upto: int, query: str | None, offset: int, limit: int | None, order: ArticleOrder = "newest"
) -> list[Article]:
    """Return live articles in one of `ORDERS`; undated and unsourced ones last, equal ones by id.

    Args:
        log: The log.
        upto: The generation.
        query: Every word of it must occur in id, title, source, section or url, in any case; None takes all.
        offset: Articles to pass over.
        limit: Articles to return at most; None returns all.
        order: One of `ORDERS`.
    """
    words = without_surrogates(query or "").casefold().split()
    where = [LIVE_ARTICLE]
    where += [f"instr({_LISTING}, :word{i}) > 0" for i in range(len(words))]
    sql = (
        f"SELECT {article_columns('a')} FROM articles a WHERE {' AND '.join(where)}"
        f" ORDER BY {ORDERS[order]} LIMIT :limit OFFSET :offset"
    )
    given = {f"word{i}": word for i, word in enumerate(words)}
    rows = log.rows(sql, {"upto": upto, "limit": -1 if limit is None else limit, "offset": offset, **given})
    return [article_from_row(row) for row in rows]


def id_of(log: Log, upto: int, id_or_url: str) -> str:
    """Return the id of the live article with this id, else of the one with this url; nothing else of it is read.

    Raises:
        ArticleNotFound: There is none.
    """
    for column in ("id", "url") if is_unicode(id_or_url) else ():
        sql = f"SELECT id FROM articles a WHERE {column} = :value AND {LIVE_ARTICLE} ORDER BY id LIMIT 1"
        for (article_id,) in log.rows(sql, {"value": id_or_url, "upto": upto}):
            return str(article_id)
    raise ArticleNotFound(f"No article has the id or address {id_or_url!r}. `rag list` shows the ids of all articles.")
