"""The facade for everything outside: `open_index("index").ask("…")`.

Puts the parts together and owns no logic of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.answering.steps import Ask
from rag.chain import RagRetriever, Step, make_constraints
from rag.encoding import identity_of, load_encoder, remembering, speeds_of
from rag.encoding.choosing import Speeds
from rag.errors import ArticleNotFound, EncoderUnavailable, SettingInvalid
from rag.given import check_targets, count_of, question_of, turns_of, usable
from rag.index import CheckReport, Index, Status
from rag.ingest import AddProgress, add_articles, rebuild, rebuild_views
from rag.onward import Onward
from rag.opened import Day
from rag.reading import read
from rag.retrieval import HybridRetriever, constrain
from rag.settings import load_settings
from rag.support import Choice, Support, choose, support
from rag.types import AddReport, Answer, Article, ArticleOrder, Hit, Sentence, Skipped, Turn
from rag.verify import VerifyReport, verify


def open_index(path: str | Path | None = None, **settings: Any) -> Rag:
    """Open the index in folder `path` (default: the setting `index`); it comes into being with the first addition.

    Args:
        path: Folder of the index.
        **settings: Any field of `Settings`, overriding environment and rag.toml.

    Raises:
        SettingInvalid: A setting has a value that cannot be used.
        IndexDamaged: The log of the index is damaged.
    """
    if path == "":
        raise SettingInvalid("The folder of the index is empty text. Name one, or leave it away.")
    return Rag(load_settings(index=path, **settings))


class Rag(Onward):
    """One index and the models to ask it. Thread-safe; cheap to open: models are loaded when first needed."""

    def warm_up(self) -> None:
        """Load the models and run each once, so that the first question does not wait for it.

        Raises:
            RagError: They cannot be loaded.
        """
        if self.n_articles:
            self.support("Somebody met somebody.")
        else:
            _ = self.encoder, self.model

    def retriever(self, k: int = 10, **filters: Any) -> RagRetriever:
        """The retrieval as a LangChain retriever; `filters` as in `ask`."""
        return RagRetriever(snapshot=self.snapshot, encoder=self.encoder, k=k, constraints=make_constraints(**filters))

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
    ) -> Answer:
        """Answer `question`, every sentence cited; or abstain.

        Args:
            question: In English; it may lean on `history`.
            history: Earlier turns of the conversation, oldest first.
            as_of: Use nothing published after this day.
            since: Use nothing published before this day.
            until: Use nothing published after this day.
            sources: Use these sources only (case-insensitive).

        Raises:
            IndexNotFound: Nothing was added yet, or everything was removed.
            QuestionInvalid: The question is no text, has no words, or is too long.
            SettingInvalid: A date cannot be read, the dates exclude everything, or no article has such a source.
            MissingExtra: The package of the language model that the settings name is not installed.
            EncoderMismatch: The index was built with another encoder.
        """
        constraints = self._constraints(as_of, since, until, sources)
        return self.chain.invoke(Ask(question_of(question), turns_of(history), constraints))

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
    ) -> Iterator[Step | Answer]:
        """Answer as `ask` does, but yield each step as it finishes and the answer as it grows; the last is whole."""
        constraints = self._constraints(as_of, since, until, sources)
        return self.chain.stream(Ask(question_of(question), turns_of(history), constraints))

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
        prefer_dates: bool = True,
    ) -> list[Hit]:
        """Return the `k` best passages (from 1), best first, without an answer. Raises as `ask` does.

        Args:
            question: As for `ask`, which the filters are too.
            k: How many passages at most.
            as_of: See `ask`.
            since: See `ask`.
            until: See `ask`.
            sources: See `ask`.
            prefer_dates: Whether articles of the time that the question prefers rank higher, as they do for `ask`.
        """
        given = self._constraints(as_of, since, until, sources, needed=("encoder",))
        question, snapshot = usable(question_of(question)), self.snapshot()
        k = min(count_of("k", k, 1), max(snapshot.n_passages, 1))
        constraints = constrain(question, given, snapshot)
        if not prefer_dates:
            constraints = replace(constraints, recent_to=None, present=None, near=None)
        return HybridRetriever(snapshot, self.encoder).retrieve(question, constraints, k)

    def support(
        self,
        claim: str,
        *,
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
    ) -> Support:
        """Say how far the articles back `claim`, with the sentences that do. Raises as `ask` does."""
        constraints = self._constraints(as_of, since, until, sources)
        return support(question_of(claim), self.snapshot(), self.encoder, self.model, constraints)

    def choose(
        self,
        question: str,
        choices: Sequence[str],
        *,
        as_of: Day = None,
        since: Day = None,
        until: Day = None,
        sources: Sequence[str] = (),
    ) -> Choice:
        """Return which of `choices` answers `question`, by what the articles back best. Raises as `ask` does."""
        constraints = self._constraints(as_of, since, until, sources, needed=("encoder",))
        return choose(usable(question_of(question)), choices, self.snapshot(), self.encoder, constraints)

    def add(
        self,
        *targets: str | Path,
        strict: bool = False,
        allow_private: bool | None = None,
        progress: Callable[[AddProgress], None] | None = None,
    ) -> AddReport:
        """Read files, folders, feeds or addresses and add their articles.

        Raises:
            ReadError: A target does not exist (nothing is added then), or with `strict` anything was skipped.
            FetchRefused: An address is private and `allow_private` is not set.
            IndexLocked: Another process is writing.
        """
        check_targets(targets)
        private = self.settings.allow_private if allow_private is None else allow_private
        items = (item for target in targets for item in read(target, allow_private=private))
        return self.add_articles(items, strict=strict, progress=progress)

    def add_article(self, article: Article) -> AddReport:
        """Add one article that was made elsewhere: by a scraper, from a row of another database."""
        return self.add_articles([article])

    def add_articles(
        self,
        items: Iterable[Article | Skipped],
        *,
        strict: bool = False,
        total: int | None = None,
        progress: Callable[[AddProgress], None] | None = None,
    ) -> AddReport:
        """Add articles that were read elsewhere; `Skipped` items are counted and reported."""
        if self.exists:
            self._follow()
        encoder = remembering(self.encoder, self.settings)
        index = Index.open_or_create(self.settings.index, encoder.identity)
        self.__dict__.setdefault("_opened", index)
        return add_articles(self._opened, encoder, items, strict=strict, total=total, progress=progress)

    def remove(self, *ids_or_urls: str) -> tuple[str, ...]:
        """Remove articles in one commit and return their ids.

        Raises:
            ArticleNotFound: One of them is not there, or none is named; nothing is removed then.
        """
        if not ids_or_urls:
            raise ArticleNotFound("No article was named, so none was removed. Name its id or address.")
        with self._opened.writer() as writer:  # and no view: of an article that cannot be read, none can be built
            ids = tuple(dict.fromkeys(writer.id_of(name) for name in ids_or_urls))
            writer.commit([], remove=ids)
        return ids

    def articles(
        self, query: str | None = None, offset: int = 0, limit: int | None = None, order: ArticleOrder = "newest"
    ) -> list[Article]:
        """Return articles in an order, undated last; with `query` those whose title, source or id contains it."""
        count_of("offset", offset, 0)
        if limit is not None:
            count_of("limit", limit, 0)
        return self.snapshot().articles(query=query, offset=offset, limit=limit, order=order) if self.exists else []

    def article(self, id_or_url: str) -> Article:
        """Return one article.

        Raises:
            ArticleNotFound: No article has this id or address.
        """
        return self.snapshot().article(id_or_url)

    def sentences(self, article_id: str) -> tuple[Sentence, ...]:
        """Return the sentences of an article, in order."""
        return self.snapshot().sentences(article_id)

    def twins(self, article_id: str) -> tuple[str, ...]:
        """Return the ids of the other articles that have the very text of this one."""
        return self.snapshot().twins(article_id)

    def status(self) -> Status:
        """Say what is in the index."""
        return self._opened.status()

    def speeds(self) -> Speeds | None:
        """Say how fast this machine encodes in float and in int8; None where that was not measured, or cannot be."""
        with suppress(EncoderUnavailable):
            return speeds_of(self.settings, self._opened.identity.model)
        return None

    def check(self, repair: bool = False) -> CheckReport:
        """Check the log and its views; with `repair`, rebuild views that are wrong."""
        return self._opened.check(repair=repair)

    def rebuild(
        self,
        encoder: str | None = None,
        *,
        views_only: bool = False,
        progress: Callable[[AddProgress], None] | None = None,
    ) -> None:
        """Rebuild the views from the log; unless `views_only`, cut and encode every article anew first.

        Args:
            encoder: Model to encode with from now on; default: the configured one, else the one recorded.
            views_only: Keep passages and vectors as they are.
            progress: Called as it goes on.
        """
        with closing(Index.open(self.settings.index)) as index:
            if views_only:
                rebuild_views(index, progress)
                return
            name = encoder or self.settings.encoder or index.identity.model
            rebuild(index, self._given_encoder or load_encoder(self.settings, name), progress)
        self._follow()

    def verify(self, answer: Answer) -> VerifyReport:
        """Re-check every citation of a saved answer, byte for byte, and its words against them."""
        snapshot = self.snapshot()
        return verify(answer, snapshot, newest=snapshot.generation)


__all__ = ["AddProgress", "Choice", "Day", "Rag", "Step", "Support", "identity_of", "open_index"]
