"""Every setting in one place: flags override the environment (`RAG_…`), which overrides `rag.toml`, then defaults.

Knows the names and limits of settings, not what they do.
"""

from __future__ import annotations

import difflib
import logging
import os
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_cache_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import SettingInvalid

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
FILE = "rag.toml"
MOST_AT_ONCE = 8  # questions: each already uses several threads of the encoder
SECRET = frozenset({"password", "tokens"})  # no message ever shows their values

_logger = logging.getLogger(__name__)


class _TomlFile(TomlConfigSettingsSource):
    """The settings of `rag.toml`, in a table `[rag]` or without one; keys that are no setting are warned of."""

    def _read_file(self, file_path: Any) -> dict[str, Any]:
        data = super()._read_file(file_path)
        table = data.pop("rag", {})
        if not isinstance(table, dict):
            raise ValueError(f"'rag' is {table!r}, but it can only be the table [rag]")
        data |= table
        for key in sorted(set(data) - set(Settings.model_fields)):
            near = difflib.get_close_matches(key, Settings.model_fields, n=1)
            _warn(
                f"{FILE} has {key!r}, which is no setting and is ignored." + (f" Is {near[0]!r} meant?" if near else "")
            )
        return data


@cache
def _warn(message: str) -> None:
    """Warn once a process, however often the settings are loaded."""
    _logger.warning(message)


def _listed(value: Any) -> Any:
    """Take `a, b` for a list: the environment knows only text."""
    return [part for part in value.replace(",", " ").split() if part] if isinstance(value, str) else value


Unbacked = Literal["mark", "drop"]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """All settings. Each can be given as a flag where a command has it, as `RAG_<NAME>`, or in `rag.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_", toml_file=FILE, extra="ignore", frozen=True, env_ignore_empty=True
    )

    index: Path = Field(Path("index"), description="Folder of the index.")
    encoder: str | None = Field(
        None,
        description="sentence-transformers model, by name or path. Default: what the index was built with, "
        f"or {DEFAULT_ENCODER} for a new index.",
    )
    engine: Literal["auto", "openvino", "torch"] = Field("auto", description="What runs the encoder.")
    precision: Literal["auto", "fp32", "bf16", "int8"] = Field(
        "auto", description="Arithmetic of the encoder; auto: the index's own, for a new one what is faster here."
    )
    threads: int = Field(0, ge=0, le=1024, description="CPU threads for the encoder; 0 takes all cores.")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("rag"),
        description="Folder of the converted encoder models and of the vector cache.",
    )
    vector_cache_mb: int = Field(
        500, ge=0, description="Megabytes of vectors kept so that no text is encoded twice on a machine; 0 keeps none."
    )
    llm: str | None = Field(None, description="Chat model that words answers, as provider:model; none by default.")
    llm_base_url: str | None = Field(None, description="Address of its server, where that is not the provider's own.")
    llm_patience_s: float = Field(
        30.0, gt=0, le=600, description="Seconds to wait for its next words before the articles are quoted instead."
    )
    llm_unbacked: Unbacked = Field("mark", description="What to do with its sentences that nothing backs: mark, drop.")
    allow_private: bool = Field(False, description="Let `rag add` fetch private, loopback and link-local addresses.")

    record_vain: bool = Field(
        True, description="Count questions without an answer, asked in page or API, in the index folder: text and day."
    )

    suggest: bool = Field(
        True, description="Offer next questions below an answer: up to five are tried, each the work of an answer."
    )

    # from here on: `rag serve`; docs/serving.md tells them in full
    host: str = Field("127.0.0.1", description="Address to listen on; any but loopback needs credentials.")
    port: int = Field(7860, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    user: str | None = Field(None, description="Name to log into the page with.")
    password: SecretStr | None = Field(None, description="Password to log into the page with.")
    tokens: Secrets = Field((), description="Bearer tokens, any of which opens the API, /metrics and MCP.")
    allowed_hosts: Names = Field((), description="Host names that requests may name besides loopback's.")
    allowed_origins: Names = Field((), description="Origins of other sites whose scripts may use the API.")
    parallel: int = Field(0, ge=0, le=256, description="Questions answered at once; 0: a core each, at most 8.")
    max_waiting: int = Field(64, ge=0, le=100_000, description="Questions that may wait; one more is refused (503).")
    rate_limit: int = Field(1200, ge=0, description="Requests a minute from one client; 0 is no limit.")
    max_body: int = Field(1_000_000, ge=1_000, description="Bytes of a request to the API, at most.")
    max_upload: int = Field(500_000_000, ge=1_000, description="Bytes of an upload to the page, at most.")
    log_format: Literal["text", "json"] = Field("text", description="How the server logs: text, or JSON lines.")

    @property
    def n_parallel(self) -> int:
        """How many questions are answered at once."""
        return self.parallel or min(MOST_AT_ONCE, os.cpu_count() or 1)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: flags, environment, `rag.toml` in the working folder."""
        return init_settings, env_settings, _TomlFile(settings_cls)


def load_settings(**flags: Any) -> Settings:
    """Load the settings; flags that are None count as not given.

    Raises:
        SettingInvalid: A value cannot be used, or rag.toml cannot be read or parsed.
    """
    if Path(FILE).is_dir():
        raise SettingInvalid(f"{FILE} is a folder, but settings are read from a file. Rename it or start elsewhere.")
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        setting = str(first["loc"][0]) if first["loc"] else name
        value = "what it is" if setting in SECRET else repr(first.get("input"))
        raise SettingInvalid(
            f"Setting {name!r} cannot be {value}: {first['msg']}. "
            f"Correct the flag, the environment variable RAG_{setting.upper()} or the line in rag.toml."
        ) from error
    except OSError as error:
        raise SettingInvalid(f"{FILE} cannot be read: {error.strerror}. Let it be read or remove it.") from error
    except ValueError as error:  # tomllib.TOMLDecodeError is a ValueError
        raise SettingInvalid(f"rag.toml cannot be read: {error}. Correct that line or remove the file.") from error
