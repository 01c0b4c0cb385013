"""One open index and the models to ask it, each loaded when first needed: what the facade is built upon.

Knows which encoder fits the index, and what must be loaded again once another process has encoded it anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cached_property

from rag.answering.blend import ReaderEvidence
from rag.answering.reader import Reader, load_reader
from rag.answering.steps import Steps
from rag.chain import AnswerChain, make_constraints
from rag.errors import IndexNotFound
from rag.fitting import check_configured, load_fitting
from rag.given import check_sources, day_of
from rag.index import Index, Snapshot
from rag.protocols import Encoder, EvidenceModel
from rag.settings import Settings
from rag.types import Constraints

READING = ("encoder", "model")
"""What an answer needs loaded; a search needs the encoder alone."""

Day = date | str | None
"""A date, `YYYY-MM-DD`, or None."""


class Opened:
    """The index in `settings.index` and its models. Thread-safe."""

    def __init__(self, settings: Settings, encoder: Encoder | None = None, model: EvidenceModel | None = None) -> None:
        """Open an index; usually through `rag.open_index`.

        Args:
            settings: Where it is and what to use.
            encoder: Used instead of the one that the settings name.
            model: Evidence model used instead of the shipped one.
        """
        self.settings = settings
        self._given_encoder = encoder
        self._given_model = model

    @cached_property
    def _opened(self) -> Index:
        index = Index.open(self.settings.index)
        if self._given_encoder is None:
            check_configured(self.settings, index.identity)
        return index

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder: the one the index was built with, or the configured one for a new index."""
        if self._given_encoder is not None:
            return self._given_encoder
        return load_fitting(self.settings, self._opened.identity if self.exists else None)

    @property
    def exists(self) -> bool:
        """Whether the index has come into being."""
        try:
            return self._opened is not None
        except IndexNotFound:
            return False

    def snapshot(self) -> Snapshot:
        """The newest generation, as one consistent view.

        Raises:
            IndexNotFound: Nothing was added yet.
        """
        return self._opened.snapshot()

    def _follow(self) -> None:
        """Let go of what was loaded for another encoder than the index has by now; opens no view."""
        loaded = self.__dict__.get("encoder")
        if loaded is not None and loaded.identity != self._opened.identity:
            for stale in ("_opened", "encoder", "model", "chain"):
                self.__dict__.pop(stale, None)

    def _open(self, needed: Sequence[str]) -> None:
        """Open the views of the newest generation; what of `needed` is not loaded yet is loaded meanwhile.

        Raises:
            RagError: The views cannot be opened, which waits for no model, or a model cannot be loaded.
        """
        missing = [name for name in needed if name not in self.__dict__]
        if not missing:
            return
        pool = ThreadPoolExecutor(1, thread_name_prefix="models")
        loading = pool.submit(lambda: [getattr(self, name) for name in missing])
        pool.shutdown(wait=False)
        self.snapshot()
        loading.result()

    @property
    def generation(self) -> int:
        """Number of the newest generation; 0 before the first addition."""
        return self._opened.totals.generation if self.exists else 0

    @property
    def n_articles(self) -> int:
        """Articles in the newest generation."""
        return self._opened.totals.n_articles if self.exists else 0

    @cached_property
    def model(self) -> EvidenceModel:
        """The evidence model: the one given, else the shipped one."""
        return self._given_model or ReaderEvidence(self.encoder, self.reader)

    @cached_property
    def reader(self) -> Reader:
        """What reads question and passage together."""
        return load_reader(self.settings)

    @cached_property
    def chain(self) -> AnswerChain:
        """The read path as a LangChain runnable.

        Raises:
            MissingExtra: The package of the language model that is asked for is not installed.
            SettingInvalid: Its name cannot be used, or a key is missing.
        """
        steps = Steps(self.encoder, self.model)
        if self.settings.llm is None:
            return AnswerChain(steps, self.snapshot)
        from rag.llm import WrittenSteps, load_chat_model

        model = load_chat_model(self.settings)
        return AnswerChain(WrittenSteps(steps, model, self.settings.llm_unbacked), self.snapshot)

    def _constraints(
        self, as_of: Day, since: Day, until: Day, sources: Sequence[str], needed: Sequence[str] = READING
    ) -> Constraints:
        """Check what an asker allows to be used, and that there is anything to use; then open it and load `needed`."""
        self._follow()
        if self._opened.totals.n_articles == 0:
            raise IndexNotFound(f"The index {self.settings.index} has no articles. Add some with `rag add PATH`.")
        if sources:
            check_sources(sources, self._opened.sources())
        constraints = make_constraints(day_of(as_of), day_of(since), day_of(until), sources)
        self._open(needed)
        return constraints
