"""A chat model by name, listened to with patience that ends. The only file of `rag.llm` that names LangChain.

Every fault of a provider's library (their trees of exceptions have nothing in common) becomes `ModelFailed` here.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextvars import copy_context
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any, Protocol
from urllib.parse import urlsplit

from rag.errors import MissingExtra, ModelFailed, SettingInvalid
from rag.llm.prompt import Message
from rag.settings import Settings

MAX_REPLY_CHARS = 8_000
"""An answer has some 600. A model that goes on for ever is cut off, which the caller sees as a failure."""
TIMES_PATIENCE = 4
"""The whole reply may take this many times the patience with one word: a slow model is slow at every word."""

EXTRAS = ("openai", "ollama", "anthropic")
"""Providers whose packages are extras of this one."""
MAX_RETRIES = 1
"""A refusal that passes is forgiven once; nobody listens any more to a third try."""

_logger = logging.getLogger(__name__)


class ChatModel(Protocol):
    """Messages → text, piece by piece."""

    @property
    def name(self) -> str:
        """Name as answers report it."""
        ...

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the reply piece by piece.

        Raises:
            ModelFailed: It cannot be reached, refuses, stalls or goes on for ever.
        """
        ...


def load_chat_model(settings: Settings) -> ChatModel:
    """Return the model that the setting `llm` names, as `provider:model`. Nothing is sent yet.

    Raises:
        MissingExtra: The provider's package is not installed.
        SettingInvalid: The name cannot be used, or a key is missing.
    """
    from langchain.chat_models import init_chat_model

    name = settings.llm or ""
    if not all(name.partition(":")):
        raise SettingInvalid(
            f"The language model is {name!r}; write provider:model, for example openai:gpt-5-mini or ollama:qwen3."
        )
    try:
        model = init_chat_model(name, **_options(settings, name))
    except ImportError as error:
        provider = name.partition(":")[0]
        package = f"'rag[{provider}]'" if provider in EXTRAS else f"langchain-{provider.replace('_', '-')}"
        raise MissingExtra(
            f"The language model {name!r} needs a package that is not installed. Install it: pip install {package}"
        ) from error
    except Exception as error:  # each provider's library has its own for a missing key and an unknown name
        raise SettingInvalid(
            f"The language model {name!r} cannot be used: {_told(error)}. Correct --llm or RAG_LLM, or set the "
            "provider's key in its environment variable."
        ) from error
    return LangChainModel(name, model, settings.llm_patience_s)


def _options(settings: Settings, name: str) -> dict[str, Any]:
    """Return what the model is made with; a server on this machine needs no key, but its client insists on one."""
    provider = name.partition(":")[0]
    options = _limits(provider, settings.llm_patience_s)
    if settings.llm_base_url is None:
        return options
    options["base_url"] = settings.llm_base_url
    local = urlsplit(settings.llm_base_url).hostname in ("localhost", "127.0.0.1", "::1")
    if provider == "openai" and local and not os.environ.get("OPENAI_API_KEY"):
        options["api_key"] = "none"
    return options


def _limits(provider: str, patience_s: float) -> dict[str, Any]:
    """Return what ends a client's wait for a model that stalls, so that thread and connection end too.

    Source: the fields of ChatOpenAI, ChatAnthropic and ChatOllama, each of which names them in its own way (2026-11).
    Other providers get none: what their class does not know, some of them send on.
    """
    if provider == "ollama":
        return {"client_kwargs": {"timeout": patience_s}}  # of httpx; it never tries again
    return {"timeout": patience_s, "max_retries": MAX_RETRIES} if provider in EXTRAS else {}


class LangChainModel:
    """A LangChain chat model, read in a thread of its own, so that one that stalls keeps nobody waiting."""

    def __init__(self, name: str, model: Any, patience_s: float) -> None:
        self.name = name
        self._model = model
        self._patience_s = patience_s

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the reply piece by piece, as `ChatModel.stream` does."""
        pieces: Queue[str | Exception | None] = Queue()
        given_up = Event()

        def read() -> None:
            try:
                for chunk in self._model.stream(list(messages)):
                    if given_up.is_set():
                        return
                    pieces.put(str(chunk.text))
                pieces.put(None)
            except Exception as error:  # handed to the caller, who waits for it
                pieces.put(error)

        # daemon: a model that never answers must not keep the program from ending; the context has LangChain's tracers
        Thread(target=copy_context().run, args=(read,), name="language model", daemon=True).start()
        try:
            yield from self._listened(pieces)
        finally:
            given_up.set()

    def _listened(self, pieces: Queue[str | Exception | None]) -> Iterator[str]:
        ends, n_chars = time.monotonic() + TIMES_PATIENCE * self._patience_s, 0
        while True:
            try:
                piece = pieces.get(timeout=max(0.0, min(self._patience_s, ends - time.monotonic())))
            except Empty:
                raise ModelFailed(
                    f"The language model {self.name} said nothing more for {self._patience_s:g} s, or took "
                    f"{TIMES_PATIENCE * self._patience_s:g} s in all. Wait longer with RAG_LLM_PATIENCE_S, or leave "
                    "--llm away."
                ) from None
            if piece is None:
                return
            if isinstance(piece, Exception):
                _logger.info("The language model %s failed", self.name, exc_info=piece)
                raise ModelFailed(f"The language model {self.name} failed: {_told(piece)}.") from piece
            n_chars += len(piece)
            if n_chars > MAX_REPLY_CHARS:
                raise ModelFailed(f"The language model {self.name} went on beyond {MAX_REPLY_CHARS:,} characters.")
            yield piece


def _told(error: Exception) -> str:
    """Return what a library says went wrong, on one line, not at length; some say nothing but their name."""
    words = " ".join(str(error).split()).rstrip(".")
    return (words if len(words) <= 200 else words[:199] + "…") or type(error).__name__
