"""Encoders: text → unit-length vectors. `load_encoder` chooses model and engine; this imports neither by itself."""

from __future__ import annotations

import hashlib
import logging
import os
import platform
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import EncoderUnavailable
from rag.settings import DEFAULT_ENCODER, Settings
from rag.types import EncoderIdentity

if TYPE_CHECKING:
    from rag.encoding.choosing import Precision, Speeds
    from rag.encoding.location import ModelFolder
    from rag.encoding.stack import Stack
    from rag.encoding.text_encoder import Network, TextEncoder
    from rag.protocols import Encoder

__all__ = ["identity_of", "load_encoder", "remembering", "speeds_of"]

MEGABYTE = 1_000_000

_logger = logging.getLogger(__name__)


def load_encoder(settings: Settings, model: str | None = None, precision: Precision | None = None) -> TextEncoder:
    """Load an encoder, on the engine that `settings.engine` names.

    "auto" takes OpenVINO, and sentence-transformers for the models that OpenVINO cannot run (the reason is logged).
    The first use of a model converts it (some ten seconds); after that torch is not imported.

    Args:
        settings: `encoder`, `engine`, `precision`, `threads` and `cache` count.
        model: Name or path; default `settings.encoder`, then the default model.
        precision: "int8" or "float"; default: what `settings.precision` names, where that is "auto" the faster one on
            this machine (measured once: about two seconds).

    Raises:
        EncoderUnavailable: There is no such model, its files are not what they should be, or OpenVINO is demanded
            for a model that it cannot run, or int8 for one that has no ranges.
        SettingInvalid: bf16 is demanded of a CPU that lacks it.
    """
    from rag.encoding.text_encoder import TextEncoder
    from rag.encoding.tokens import Tokenizer

    folder, stack = _look_up(settings, model)
    kind = precision or _precision(settings, folder, stack)
    tokenizer = Tokenizer(folder.path / "tokenizer.json")
    network = _network(settings, folder, stack, kind)
    return TextEncoder(_identity(folder, stack, kind), tokenizer, network, stack.pad_id)


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
    """Return the identity that `load_encoder` would give; loads nothing once the machine was measured.

    Raises:
        EncoderUnavailable: There is no such model, or its files are not what they should be.
    """
    folder, stack = _look_up(settings, model)
    return _identity(folder, stack, _precision(settings, folder, stack))


def speeds_of(settings: Settings, model: str | None = None) -> Speeds | None:
    """Return what was measured of a model on this machine; None where nothing was."""
    from rag.encoding.choosing import known_speeds

    folder, stack = _look_up(settings, model)
    return known_speeds(_speeds_file(settings, folder)) if _can_int8(settings, folder, stack) else None


def float_network(settings: Settings, folder: ModelFolder, stack: Stack) -> Path:
    """Return the `.xml` of a model converted to OpenVINO in float32, converting it where that was not done yet."""
    from rag.encoding import openvino_engine
    from rag.encoding.conversion import converted

    def convert(xml: Path) -> None:
        from rag.encoding.torch_engine import load_module, quiet

        _logger.info("Converting the encoder %r for OpenVINO: once, some ten seconds.", folder.name)
        module, example = load_module(folder.path, stack.pooling)
        with quiet():
            openvino_engine.convert(module, example, xml)

    return converted(folder, stack, settings.cache, openvino_engine.VERSION, convert)


def _int8_network(settings: Settings, folder: ModelFolder, stack: Stack) -> Path:
    from rag.encoding import openvino_engine
    from rag.encoding.conversion import converted
    from rag.encoding.digests import file_digest
    from rag.encoding.ranges import ranges_file, read_ranges

    def convert(xml: Path) -> None:
        from rag.encoding.quantisation import quantise

        quantise(float_network(settings, folder, stack), xml, read_ranges(folder.weights))

    form = f"int8 {file_digest(ranges_file(folder.weights), settings.cache)}"
    return converted(folder, stack, settings.cache, openvino_engine.VERSION, convert, form)


def _look_up(settings: Settings, model: str | None) -> tuple[ModelFolder, Stack]:
    from rag.encoding.location import locate
    from rag.encoding.stack import read_stack

    folder = locate(model or settings.encoder or DEFAULT_ENCODER, settings.cache)
    return folder, read_stack(folder.path)


def _identity(folder: ModelFolder, stack: Stack, precision: Precision) -> EncoderIdentity:
    return EncoderIdentity(folder.name, folder.weights, stack.pooling, precision, stack.dimension, stack.max_tokens)


def _can_int8(settings: Settings, folder: ModelFolder, stack: Stack) -> bool:
    from rag.encoding.ranges import ranges_file

    return settings.engine != "torch" and stack.unsupported is None and ranges_file(folder.weights).exists()


def _precision(settings: Settings, folder: ModelFolder, stack: Stack) -> Precision:
    """Return what the settings ask for; where that is "auto", what is faster on this machine."""
    if settings.precision != "auto":
        return "int8" if settings.precision == "int8" else "float"
    if not _can_int8(settings, folder, stack):
        return "float"
    from rag.encoding.choosing import known_speeds, measured_speeds
    from rag.encoding.openvino_engine import float_is, processor

    path = _speeds_file(settings, folder)
    load = partial(_openvino, settings, folder, stack)
    speeds = known_speeds(path) or measured_speeds(path, processor(), float_is(), load)
    return speeds.chosen


def _speeds_file(settings: Settings, folder: ModelFolder) -> Path:
    """Return where a model's speeds on this machine are remembered: by weights, processor, threads and version."""
    from importlib.metadata import version

    from rag.encoding.choosing import speeds_file

    parts = (folder.weights, platform.machine(), _cpu_model(), os.cpu_count(), settings.threads, version("openvino"))
    return speeds_file(settings.cache, hashlib.sha256(repr(parts).encode()).hexdigest()[:32])


def _cpu_model() -> str:
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next((line for line in lines if line.startswith("model name")), "")
    return platform.processor()


def _network(settings: Settings, folder: ModelFolder, stack: Stack, precision: Precision) -> Network:
    if precision == "int8" and not _can_int8(settings, folder, stack):
        raise EncoderUnavailable(
            f"{folder.name!r} cannot run in int8 here: that needs OpenVINO (RAG_ENGINE=auto) and a model whose ranges "
            "ship with this program, which are those of the default one. Set RAG_PRECISION=fp32 and run `rag rebuild`."
        )
    if settings.engine != "torch":
        if stack.unsupported is None:
            return _openvino(settings, folder, stack, precision)
        if settings.engine == "openvino":
            raise EncoderUnavailable(
                f"OpenVINO cannot run {folder.name!r}: {stack.unsupported}. Use RAG_ENGINE=auto or RAG_ENGINE=torch."
            )
        _logger.warning("Encoder %r runs on sentence-transformers, not OpenVINO: %s.", folder.name, stack.unsupported)
    from rag.encoding.torch_engine import TorchNetwork

    return TorchNetwork(folder.path, settings.precision, settings.threads)


def _openvino(settings: Settings, folder: ModelFolder, stack: Stack, precision: Precision) -> Network:
    from rag.encoding.openvino_engine import OpenVinoNetwork

    make = _int8_network if precision == "int8" else float_network
    return OpenVinoNetwork(make(settings, folder, stack), settings.precision, settings.threads)
