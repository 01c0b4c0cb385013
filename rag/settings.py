"""Every setting in one place: flags override the environment (`RAG_…`), which overrides `rag.toml`, then defaults.

Knows the names and limits of settings, not what they do.
"""

from __future__ import annotations

import difflib
import logging
from functools import cache
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_cache_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from rag.errors import SettingInvalid

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
FILE = "rag.toml"

_log = logging.getLogger(__name__)


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
    _log.warning(message)


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
    precision: Literal["auto", "fp32", "bf16"] = Field(
        "auto", description="Arithmetic of the encoder; auto takes bf16 where the CPU has it."
    )
    threads: int = Field(0, ge=0, le=1024, description="CPU threads for the encoder; 0 takes all cores.")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("rag"), description="Folder of the converted encoder models."
    )
    llm: str | None = Field(None, description="Chat model for prose, as provider:model; none by default.")
    allow_private: bool = Field(False, description="Let `rag add` fetch private, loopback and link-local addresses.")

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
        raise SettingInvalid(
            f"Setting {name!r} cannot be {first.get('input')!r}: {first['msg']}. "
            f"Correct the flag, the environment variable RAG_{name.upper()} or the line in rag.toml."
        ) from error
    except OSError as error:
        raise SettingInvalid(f"{FILE} cannot be read: {error.strerror}. Let it be read or remove it.") from error
    except ValueError as error:  # tomllib.TOMLDecodeError is a ValueError
        raise SettingInvalid(f"rag.toml cannot be read: {error}. Correct that line or remove the file.") from error
