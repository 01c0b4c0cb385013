"""An evaluation set: a folder with questions.jsonl and, where the set brings its own, articles.

Knows where a set's articles and their cached index are; knows nothing of what is asked.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.api import AddProgress, Rag, identity_of
from rag.errors import SetInvalid
from rag.evaluation.questions import Question, read_questions
from rag.index.migrations import VERSION
from rag.protocols import Encoder, EvidenceModel
from rag.settings import Settings
from rag.types import EncoderIdentity

ARTICLES = ("articles.jsonl", "articles.jsonl.gz", "articles")
"""Names under which a set can bring articles, in order of preference; the last is a folder of files."""

COMPLETE = "complete"  # written into a cached index when all articles are in: an interrupted addition goes on
N_SKIPPED_SHOWN = 5  # enough to see what is wrong with the file
DIGEST_CHARS = 16  # of a SHA-256, in folder names: 64 bits tell any sets apart that one person has


@dataclass(frozen=True, slots=True)
class EvalSet:
    """A set, read and checked.

    Attributes:
        name: The folder's name.
        digest: `sha256:…` of questions.jsonl.
        articles: The set's own articles: a `.jsonl[.gz]` file or a folder; None where it has none.
    """

    name: str
    folder: Path
    questions: tuple[Question, ...]
    digest: str
    articles: Path | None


def data_folder() -> Path:
    """Return the folder of the sets that are not part of the project: RAG_DATA, or `../shared/data`."""
    return Path(os.environ.get("RAG_DATA", "../shared/data"))


def read_set(folder: str | Path) -> EvalSet:
    """Read the set in `folder` and check every line of its questions.

    Raises:
        SetInvalid: There is no such set, or a line is wrong; the message names file, line, key and value.
    """
    folder = Path(folder)
    path = folder / "questions.jsonl"
    questions = tuple(read_questions(path))
    digest = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    articles = next((folder / name for name in ARTICLES if (folder / name).exists()), None)
    return EvalSet(folder.resolve().name, folder, questions, digest, articles)


def index_folder(evalset: EvalSet, settings: Settings, identity: EncoderIdentity) -> Path:
    """Return where the set's index is cached: one folder for each content of its articles, encoder and schema.

    An index of an older schema answers as it is, without what later ones know (stories).

    Raises:
        SetInvalid: The set brings no articles.
    """
    encoder = [identity.model, identity.weights, identity.pooling, identity.precision]
    key = "\n".join([_digest(_articles(evalset)), *encoder, str(VERSION)])
    name = re.sub(r"[^\w.-]+", "-", evalset.name)
    return settings.cache / "evals" / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:DIGEST_CHARS]}"


def open_set_index(
    evalset: EvalSet,
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    model: EvidenceModel | None = None,
    progress: Callable[[AddProgress], None] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Rag:
    """Open the cached index of the set's own articles; build it, or finish building it, where that is needed.

    Args:
        evalset: A set with articles.
        settings: Everything but the folder of the index.
        encoder: Used instead of the one that the settings name.
        model: Evidence model used instead of the shipped one.
        progress: Called as the articles are added.
        say: Called with what is done and what was skipped.

    Raises:
        SetInvalid: The set brings no articles, or none of them can be read.
    """
    articles = _articles(evalset)
    folder = index_folder(evalset, settings, encoder.identity if encoder else identity_of(settings))
    opened = Rag(settings.model_copy(update={"index": folder}), encoder, model)
    complete = folder / COMPLETE
    if complete.exists():
        return opened
    say(f"indexing {articles} in {folder}")
    report = opened.add(articles, progress=progress)
    for skipped in report.skipped[:N_SKIPPED_SHOWN]:
        say(f"skipped {skipped}")
    if not opened.n_articles:
        raise SetInvalid(f"{articles} holds no article that can be read. Correct it; what was skipped is shown above.")
    complete.write_text(f"{report.generation}\n", encoding="utf-8")
    return opened


def _articles(evalset: EvalSet) -> Path:
    if evalset.articles is None:
        raise SetInvalid(
            f"{evalset.folder} has no articles ({', '.join(ARTICLES)}), so there is nothing to search in. "
            "Name an index that holds them with --index."
        )
    return evalset.articles


def _digest(path: Path) -> str:
    """Digest a file, or the names and contents of a folder's files."""
    total = hashlib.sha256()
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        if file != path:
            total.update(f"{file.relative_to(path).as_posix()}\n{file.stat().st_size}\n".encode())
        with file.open("rb") as opened:
            total.update(hashlib.file_digest(opened, "sha256").digest())
    return total.hexdigest()
