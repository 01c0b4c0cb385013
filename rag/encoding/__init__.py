"""Encoders: text → unit-length vectors. `load_encoder` chooses model and engine; this imports neither by itself."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import EncoderUnavailable
from rag.settings import DEFAULT_ENCODER, Settings
from rag.types import EncoderIdentity

if TYPE_CHECKING:
    from rag.encoding.location import ModelFolder
    from rag.encoding.stack import Stack
    from rag.encoding.text_encoder import Network, TextEncoder
    from rag.protocols import Encoder

__all__ = ["identity_of", "load_encoder", "remembering"]

MEGABYTE = 1_000_000

log = logging.getLogger(__name__)


def load_encoder(settings: Settings, model: str | None = None) -> TextEncoder:
    """Load an encoder, on the engine that `settings.engine` names.

    "auto" takes OpenVINO, and sentence-transformers for the models that OpenVINO cannot run (the reason is logged).
    The first use of a model converts it (some ten seconds); after that torch is not imported.

    Args:
        settings: `encoder`, `engine`, `precision`, `threads` and `cache` count.
        model: Name or path; default `settings.encoder`, then the default model.

    Raises:
        EncoderUnavailable: There is no such model, its files are not what they should be, or OpenVINO is demanded
            for a model that it cannot run.
        SettingInvalid: bf16 is demanded of a CPU that lacks it.
    """
    from rag.encoding.text_encoder import TextEncoder
    from rag.encoding.tokens import Tokenizer

    folder, stack = _look_up(settings, model)
    tokenizer = Tokenizer(folder.path / "tokenizer.json")
    return TextEncoder(_identity(folder, stack), tokenizer, _network(settings, folder, stack), stack.pad_id)


def remembering(encoder: Encoder, settings: Settings) -> Encoder:
    """Return `encoder` with the machine's vector cache before it; meant for passages, not for questions.

    Args:
        encoder: Any encoder; its `encode` is asked only for what the cache lacks.
        settings: `cache` and `vector_cache_mb` count; 0 of the latter leaves the encoder as it is.
    """
    if not settings.vector_cache_mb:
        return encoder
    from rag.encoding.vector_cache import RememberingEncoder, VectorCache

    return RememberingEncoder(encoder, VectorCache(settings.cache, settings.vector_cache_mb * MEGABYTE))


def identity_of(settings: Settings, model: str | None = None) -> EncoderIdentity:
    """Return the identity that `load_encoder` would give, from the model's files alone.

    Raises:
        EncoderUnavailable: There is no such model, or its files are not what they should be.
    """
    return _identity(*_look_up(settings, model))


def _look_up(settings: Settings, model: str | None) -> tuple[ModelFolder, Stack]:
    from rag.encoding.location import locate
    from rag.encoding.stack import read_stack

    folder = locate(model or settings.encoder or DEFAULT_ENCODER, settings.cache)
    return folder, read_stack(folder.path)


def _identity(folder: ModelFolder, stack: Stack) -> EncoderIdentity:
    return EncoderIdentity(folder.name, folder.weights, stack.pooling, "float", stack.dimension, stack.max_tokens)


def _network(settings: Settings, folder: ModelFolder, stack: Stack) -> Network:
    if settings.engine != "torch":
        if stack.unsupported is None:
            return _openvino(settings, folder, stack)
        if settings.engine == "openvino":
            raise EncoderUnavailable(
                f"OpenVINO cannot run {folder.name!r}: {stack.unsupported}. Use RAG_ENGINE=auto or RAG_ENGINE=torch."
            )
        log.warning("Encoder %r runs on sentence-transformers, not OpenVINO: %s.", folder.name, stack.unsupported)
    from rag.encoding.torch_engine import TorchNetwork

    return TorchNetwork(folder.path, settings.precision, settings.threads)


def _openvino(settings: Settings, folder: ModelFolder, stack: Stack) -> Network:
    from rag.encoding import openvino_engine
    from rag.encoding.conversion import converted

    def convert(xml: Path) -> None:
        from rag.encoding.torch_engine import load_module, quiet

        log.info("Converting the encoder %r for OpenVINO: once, some ten seconds.", folder.name)
        module, example = load_module(folder.path, stack.pooling)
        with quiet():
            openvino_engine.convert(module, example, xml)

    xml = converted(folder, stack, settings.cache, openvino_engine.VERSION, convert)
    return openvino_engine.OpenVinoNetwork(xml, settings.precision, settings.threads)
