"""How fast articles become searchable, beside plain encoding, LangChain and LlamaIndex: `python -m benchmarks.ingest`.

The same articles of RealTime QA 2023 H1 and the same weights. Each library cuts and stores as its documentation has it
and encodes with sentence-transformers in fp32, at the batch size that was best here; plain encoding is that alone, of
our passages (so that passages a second compare) and of LangChain's chunks. Ours is `Rag.add_articles` as a whole, with
the vector cache off. One after another in one process; compare the ratios.

A table goes to standard output with what ours does all the time: sentence splitting, tokenising (in the encoder too),
SQLite and tantivy, each second counted once, and their sum as a share of the whole; since they go on beside encoding,
also the time in which nothing is encoded. JSON with `--out`, a plot with `--plot`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.clock import Clock
from benchmarks.drawing import bars
from benchmarks.tables import table
from rag import ingest, open_index
from rag.encoding.location import locate
from rag.encoding.tokens import Tokenizer
from rag.evaluation import data_folder
from rag.evaluation.run import made
from rag.index.log import Log
from rag.index.writer import Writer
from rag.passages import passage_input
from rag.settings import DEFAULT_ENCODER, load_settings
from rag.types import Article

BATCHES = (8, 16, 32)
CHUNK_TOKENS = 256  # what the encoder reads
ENCODING = "encoding"

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
    rows, parts, inputs = ours(articles)
    model = plain_model()
    chunks = [chunk.page_content for chunk in langchain_chunks(articles)]
    batch = max(BATCHES, key=lambda size: rate(lambda: model.encode(chunks[:96], batch_size=size), 96))
    for whose, texts in (("rag's passages", inputs), ("LangChain's chunks", chunks)):
        seconds = took(lambda texts=texts: model.encode(texts, batch_size=batch))
        rows.append(row(f"encoding {whose} plainly, fp32", articles, len(texts), seconds) | {"batch": batch})
    rows.append(langchain(articles, lambda texts: model.encode(texts, batch_size=batch)))
    for n_tokens in (None, CHUNK_TOKENS):
        rows.append(llamaindex(articles, lambda texts: model.encode(texts, batch_size=batch), n_tokens))
    for one in rows:
        one["times_slower"] = round(rows[0]["characters_per_s"] / one["characters_per_s"], 2)
    print(table(rows), table(parts), sep="\n\n")
    if options.out:
        written = {**made(), "ways": rows, "profile": parts}
        options.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    if options.plot:
        rates = {one["way"]: one["characters_per_s"] for one in rows}
        options.plot.write_text(bars(rates, "characters of articles a second"), encoding="utf-8")


def read(n: int) -> list[Article]:
    """Read the first `n` articles."""
    data = data_folder() / "realtimeqa-2023h1" / "articles.jsonl.gz"
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


def ours(articles: list[Article]) -> tuple[list[Row], list[Row], list[str]]:
    """Add them to a new index, the encoder loaded before; return the row, the profile, and the passages' inputs."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        rag = open_index(Path(folder) / "index")
        rag.encoder.encode(["warm"])
        clock.watch(stack, ENCODING, rag.encoder, "encode")
        clock.watch(stack, "tokenising, of what is encoded", Tokenizer, "ids")
        clock.watch(stack, "tokenising and cutting into passages", ingest, "split_passages")
        clock.watch(stack, "sentences", ingest, "split_sentences")
        clock.watch(stack, "the log: SQLite, and copies of a story", Log, "transaction", "rows")
        clock.watch(stack, "the views: tantivy, FAISS", Writer, "update_views")
        seconds = took(lambda: rag.add_articles(articles))
        n, precision = rag.status().n_passages, rag.encoder.identity.precision
    drafts = [ingest.make_draft(article, rag.encoder) for article in articles]
    inputs = [passage_input(d.article.title, d.article.text[p.start : p.end]) for d in drafts for p in d.passages]
    return [row(f"rag add, {precision}", articles, n, seconds)], profile(clock.seconds, seconds), inputs


def profile(spent: Mapping[str, float], seconds: float) -> list[Row]:
    """Return what the parts took, their sum without the encoder, and all; `spent` counts each second once.

    Cutting and saving go on while the batch before is encoded. So the sum is what they cost, and the time in which
    nothing is encoded is what they cost the reader.
    """
    parts = {
        **spent,
        "all of these but encoding": sum(s for name, s in spent.items() if name != ENCODING),
        "nothing is encoded": seconds - spent[ENCODING],
        "from beginning to end": seconds,
    }
    return [{"part": name, "seconds": round(s, 2), "share": f"{s / seconds:.1%}"} for name, s in parts.items()]


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


def llamaindex(articles: list[Article], encode: Callable[[list[str]], Any], n_tokens: int | None = None) -> Row:
    """Cut, encode and store with LlamaIndex: its defaults, or chunks of `n_tokens` that overlap by the same share."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import SentenceSplitter

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
        cut = [SentenceSplitter(chunk_size=n_tokens, chunk_overlap=n_tokens * 200 // 1024)] if n_tokens else None
        model = Plain(embed_batch_size=2048)
        index = VectorStoreIndex.from_documents(documents, embed_model=model, transformations=cut)
        n = len(index.docstore.docs)

    name = f"LlamaIndex, chunks of {n_tokens} tokens" if n_tokens else "LlamaIndex"
    return row(name, articles, lambda: n, took(work))


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
