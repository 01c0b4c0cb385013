"""A reader says which sentence would have been right; it becomes a line that `rag eval` reads.

`evals/feedback/questions.jsonl` grows by a question at a time; the same question again replaces its line.
"""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.chain import make_constraints
from rag.errors import SettingInvalid
from rag.index.files import write_atomically
from rag.index.lock import file_lock
from rag.page.escape import escape
from rag.saved.filters import in_words
from rag.types import Answer, Article, Sentence

FOLDER = Path("evals/feedback")
NOTHING = "none"
"""What is chosen where the articles do not answer the question."""


def choosing_html(key: str, article: Article, sentences: Sequence[Sentence]) -> str:
    """Return the sentences of an article to choose the right one from, and that none is."""
    rows = "".join(
        f'<li><button type="button" class="rag-right-one" value="{s.ordinal}">'
        f"{escape(article.text[s.start : s.end])}</button></li>"
        for s in sentences
    )
    return (
        f'<div class="rag-choose" data-key="{key}" data-article="{escape(article.id)}">'
        "<h3>Which sentence is right?</h3>"
        f'<p><button type="button" class="rag-right-one" value="{NOTHING}">The articles don&#39;t answer this</button>'
        f"</p><ol>{rows}</ol></div>"
    )


def record(
    answer: Answer, article: Article | None, sentence: Sentence | None, folder: Path = FOLDER
) -> tuple[Path, int]:
    """Write what is right for an answer's question, and return the file and how many lines it has.

    Args:
        answer: The answer that was found wrong.
        article: Where the right sentence stands; None where the articles don't answer.
        sentence: The right sentence; None likewise.
        folder: The set's folder; comes into being.

    Raises:
        SettingInvalid: The file cannot be written.
    """
    line: dict[str, Any] = {"id": _id(answer), "question": answer.standalone_question, "kind": "feedback"}
    if answer.as_of:
        line["as_of"] = answer.as_of.isoformat()
    line["answerable"] = article is not None
    if article is not None and sentence is not None:
        line["evidence"] = [{"article_id": article.id, "quote": article.text[sentence.start : sentence.end]}]
    path = folder / "questions.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with file_lock(path):
            known = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
            kept = [old for old in known if old.strip() and json.loads(old).get("id") != line["id"]]
            rows = [*kept, json.dumps(line, ensure_ascii=False)]
            write_atomically(path, "".join(f"{row}\n" for row in rows).encode())
    except (OSError, ValueError) as error:
        raise SettingInvalid(f"{path} cannot be written: {error}. Correct or remove the file.") from error
    return path, len(rows)


def recorded_html(path: Path, n: int, index: Path, filters: Mapping[str, Any]) -> str:
    """Return thanks, where it went, and which filters of the question a set has no place for."""
    command = shlex.join(["rag", "eval", str(path.parent), "--index", str(index)])
    lost = in_words(make_constraints(**{name: filters.get(name) for name in ("since", "until", "sources")}))
    beyond = (
        f"<p>It was asked with filters ({escape(', '.join(lost))}) that a question set has no place for: there it is "
        "asked of all articles.</p>"
        if lost
        else ""
    )
    return (
        f'<div class="rag-why"><p>Noted. <code>{escape(str(path))}</code> has {n:,} so far; '
        f"<code>{escape(command)}</code> measures on them.</p>{beyond}</div>"
    )


def _id(answer: Answer) -> str:
    asked = f"{answer.standalone_question}\0{answer.as_of}"
    return "feedback-" + hashlib.blake2b(asked.encode(), digest_size=6).hexdigest()
