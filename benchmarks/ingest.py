"""How fast articles become searchable, beside plain encoding, LangChain and LlamaIndex: `python -m benchmarks.ingest`.

The same articles of RealTime QA 2023 H1 and the same weights. Each library cuts and stores as its documentation has it
and encodes with sentence-transformers in fp32, at the batch size that was best here. Ours is `Rag.add_articles` as a
whole, with the vector cache off. One after another in one process; compare the ratios.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from rag import open_index
from rag.encoding.location import locate
from rag.settings import DEFAULT_ENCODER, load_settings
from rag.types import Article

BATCHES = (8, 16, 32)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    os.environ["RAG_VECTOR_CACHE_MB"] = "0"
    articles = read(options.articles)
    rows = [ours(articles)]
    model = plain_model()
    chunks = [chunk.page_content for chunk in langchain_chunks(articles)]
    batch = max(BATCHES, key=lambda size: rate(lambda: model.encode(chunks[:96], batch_size=size), 96))
    seconds = took(lambda: model.encode(chunks, batch_size=batch))
    rows.append(row(f"sentence-transformers encode alone, fp32, batches of {batch}", articles, len(chunks), seconds))
    rows.append(langchain(articles, lambda texts: model.encode(texts, batch_size=batch)))
    rows.append(llamaindex(articles, lambda texts: model.encode(texts, batch_size=batch)))
    for one in rows:
        ratio = rows[0]["characters_per_s"] / one["characters_per_s"]
        one["times_slower"] = round(ratio, 2)
        print(json.dumps(one))
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


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


def ours(articles: list[Article]) -> dict[str, Any]:
    """Add them to a new index, the encoder loaded before."""
    with tempfile.TemporaryDirectory() as folder:
        rag = open_index(Path(folder) / "index")
        rag.encoder.encode(["warm"])
        seconds = took(lambda: rag.add_articles(articles))
        return row("rag add", articles, rag.status().n_passages, seconds)


def plain_model() -> Any:
    """Load the same weights as sentence-transformers does."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(locate(DEFAULT_ENCODER, load_settings().cache).path), device="cpu")


def langchain_chunks(articles: list[Article]) -> list[Any]:
    """Cut as LangChain's tutorial does."""
    from benchmarks.peers.langchain import split

    return split(articles)


def langchain(articles: list[Article], encode: Callable[[list[str]], Any]) -> dict[str, Any]:
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


def llamaindex(articles: list[Article], encode: Callable[[list[str]], Any]) -> dict[str, Any]:
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


def row(name: str, articles: list[Article], n: int | Callable[[], int], seconds: float) -> dict[str, Any]:
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
