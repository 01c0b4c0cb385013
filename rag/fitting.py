"""Whether the encoder that is asked for fits an index: vectors of two encoders cannot be compared.

Knows the identity that an index has recorded, and nothing else of it.
"""

from __future__ import annotations

from rag.encoding import load_encoder
from rag.errors import EncoderMismatch
from rag.protocols import Encoder
from rag.settings import DEFAULT_ENCODER, Settings
from rag.types import EncoderIdentity


def check_configured(settings: Settings, recorded: EncoderIdentity) -> None:
    """Check by names alone, before anything is loaded, that no other encoder or precision is configured.

    Raises:
        EncoderMismatch: One is; the message has both ways out.
    """
    wanted = settings.encoder
    if wanted is not None and wanted != recorded.model:
        raise EncoderMismatch(
            f"Index {settings.index}/ was built with {recorded.model!r} but {wanted!r} is configured; "
            f"vectors of two encoders cannot be compared. Run `rag rebuild --encoder {wanted}`, or set "
            f"RAG_ENCODER={recorded.model}."
        )
    if settings.precision != "auto" and (settings.precision == "int8") != (recorded.precision == "int8"):
        raise EncoderMismatch(
            f"Index {settings.index}/ holds {recorded.precision} vectors but RAG_PRECISION is {settings.precision!r}; "
            "they cannot be compared. Set RAG_PRECISION=auto, which takes what the index has, or run `rag rebuild`."
        )


def load_fitting(settings: Settings, recorded: EncoderIdentity | None) -> Encoder:
    """Load the encoder that an index was built with; for a new index (None) the configured one.

    Raises:
        EncoderMismatch: This machine has other weights under its name.
    """
    if recorded is None:
        return load_encoder(settings, settings.encoder or DEFAULT_ENCODER)
    encoder = load_encoder(settings, recorded.model, "int8" if recorded.precision == "int8" else "float")
    if recorded != encoder.identity:
        raise EncoderMismatch(
            f"Index {settings.index}/ was built with {recorded} but this machine has "
            f"{encoder.identity}; vectors of two encoders cannot be compared. Run "
            f"`rag rebuild --encoder {encoder.identity.model}`, or install the weights that it was built with."
        )
    return encoder
