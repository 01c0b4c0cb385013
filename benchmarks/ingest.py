"""How fast articles become searchable, beside plain encoding, LangChain and LlamaIndex: `python -m benchmarks.ingest`.

The same articles of RealTime QA 2023 H1 and the same weights. Each library cuts and stores as its documentation has it
and encodes with sentence-transformers in fp32, at the batch size that was best here. Ours is `Rag.add_articles` as a
whole, with the vector cache off. One after another in one process; compare the ratios.

A table goes to standard output with what ours does all the time: encoding goes on beside cutting and saving, so what
they cost is the time in which nothing is encoded. JSON with `--out`, a plot with `--plot`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.drawing import bars
from benchmarks.tables import table
from rag import ingest, open_index
from rag.encoding.location import locate
from rag.index.log import Log
from rag.index.writer import Writer
from rag.settings import DEFAULT_ENCODER, load_settings
from rag.types import Article

BATCHES = (8, 16, 32)

Row = dict[str, Any]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--out", type=Path, help="write the rows as JSON here")
    parser.add_argument("--plot", type=Path, help="write a plot of the rates here (SVG)")
    options = parser.parse_args()
    os.environ["RAG_VECTOR_CACHE_MB"] = "0"
    articles = read(options.articles)
    rows, profile = ours(articles)
    model = plain_model()
    chunks = [chunk.page_content for chunk in langchain_chunks(articles)]
    batch = max(BATCHES, key=lambda size: rate(lambda: model.encode(chunks[:96], batch_size=size), 96))
    seconds = took(lambda: model.encode(chunks, batch_size=batch))
    rows.append(row(f"sentence-transformers encode alone, fp32, batches of {batch}", articles, len(chunks), seconds))
    rows.append(langchain(articles, lambda texts: model.encode(texts, batch_size=batch)))
    rows.append(llamaindex(articles, lambda texts: model.encode(texts, batch_size=batch)))
    for one in rows:
        one["times_slower"] = round(rows[0]["characters_per_s"] / one["characters_per_s"], 2)
    print(table(rows), table(profile), sep="\n\n")
    if options.out:
        written = {"ways": rows, "profile": profile}
        options.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        rates = {one["way"]: one["characters_per_s"] for one in rows}
        options.plot.write_text(bars(rates, "characters of articles a second"), encoding="utf-8")


def read(n: int) -> list[Article]:
    """Read the first `n` articles."""
    data = Path(os.environ.get("RAG_DATA", "../shared/data")) / "realtimeqa-2023h1" / "articles.jsonl.gz"
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        records = [json.loads(next(lines)) for _ in range(n)]
    return [
        Article(
            r["id"],
            r["title"],
            r["text"],
            published=date.fromisoformat(r["published"][:10]) if r.get("published") else None,
        )
        for r in records
    ]


def ours(articles: list[Article]) -> tuple[list[Row], list[Row]]:
    """Add them to a new index, the encoder loaded before; return the row, and what took how long meanwhile."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        rag = open_index(Path(folder) / "index")
        rag.encoder.encode(["warm"])
        parts = {
            "encoding": timed(stack, rag.encoder, "encode"),
            "sentences": timed(stack, ingest, "split_sentences"),
            "tokens and passages": timed(stack, ingest, "split_passages"),
            "the log (SQLite)": timed(stack, Log, "transaction"),
            "the views (tantivy, FAISS)": timed(stack, Writer, "update_views"),
        }
        seconds = took(lambda: rag.add_articles(articles))
        spent = {name: sum(calls) for name, calls in parts.items()}
        spent["all, from beginning to end"] = seconds
        spent["of it, nothing is encoded"] = seconds - spent["encoding"]
        profile = [{"part": name, "seconds": round(s, 2), "share": f"{s / seconds:.1%}"} for name, s in spent.items()]
        return [row(f"rag add, {rag.encoder.identity.precision}", articles, rag.status().n_passages, seconds)], profile


def timed(stack: ExitStack, owner: Any, name: str) -> list[float]:
    """Have the calls (or the use, of a context manager) of a function timed; return the list of their seconds."""
    calls: list[float] = []
    called = getattr(owner, name)

    def measured(*args: Any, **options: Any) -> Any:
        began = time.perf_counter()
        result = called(*args, **options)
        calls.append(time.perf_counter() - began)
        return used(result) if isinstance(result, AbstractContextManager) else result

    @contextmanager
    def used(manager: AbstractContextManager[Any]) -> Iterator[Any]:
        began = time.perf_counter()
        with manager as given:
            yield given
        calls.append(time.perf_counter() - began)

    stack.enter_context(mock.patch.object(owner, name, measured))
    return calls


def plain_model() -> Any:
    """Load the same weights as sentence-transformers does."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(locate(DEFAULT_ENCODER, load_settings().cache).path), device="cpu")


def langchain_chunks(articles: list[Article]) -> list[Any]:
    """Cut as LangChain's tutorial does."""
    from benchmarks.peers.langchain import split

    return split(articles)


def langchain(articles: list[Article], encode: Callable[[list[str]], Any]) -> Row:
    """Cut, encode and store with LangChain."""
    from langchain_core.embeddings import Embeddings
    from langchain_core.vectorstores import InMemoryVectorStore

    class Plain(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return encode(texts).tolist()

        def embed_query(self, text: str) -> list[float]:
            return encode([text])[0].tolist()

    n = 0

    def work() -> None:
        nonlocal n
        chunks = langchain_chunks(articles)
        n = len(chunks)
        InMemoryVectorStore(Plain()).add_documents(chunks)

    return row("LangChain", articles, lambda: n, took(work))


def llamaindex(articles: list[Article], encode: Callable[[list[str]], Any]) -> Row:
    """Cut, encode and store with LlamaIndex, its defaults."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Plain(BaseEmbedding):
        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return encode(texts).tolist()

        def _get_text_embedding(self, text: str) -> list[float]:
            return encode([text])[0].tolist()

        def _get_query_embedding(self, query: str) -> list[float]:
            return encode([query])[0].tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    n = 0

    def work() -> None:
        nonlocal n
        documents = [Document(text=a.text, metadata={"title": a.title}) for a in articles]
        index = VectorStoreIndex.from_documents(documents, embed_model=Plain(embed_batch_size=2048))
        n = len(index.docstore.docs)

    return row("LlamaIndex", articles, lambda: n, took(work))


def took(work: Callable[[], Any]) -> float:
    """Return the seconds that `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def rate(work: Callable[[], Any], n: int) -> float:
    """Return pieces a second."""
    return n / took(work)


def row(name: str, articles: list[Article], n: int | Callable[[], int], seconds: float) -> Row:
    """Return the figures of one way; LlamaIndex's chunks are long and cut off, so characters a second compare best."""
    pieces = n if isinstance(n, int) else n()
    characters = sum(len(a.text) for a in articles)
    return {
        "way": name,
        "articles": len(articles),
        "pieces": pieces,
        "seconds": round(seconds, 1),
        "pieces_per_s": round(pieces / seconds, 1),
        "characters_per_s": round(characters / seconds),
    }


if __name__ == "__main__":
    main()
