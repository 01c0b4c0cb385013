"""Plain LangChain, as its RAG tutorial has it: recursive splitter, in-memory vector store, similarity search."""

from __future__ import annotations

from importlib.metadata import version

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.peers import adapter_note
from benchmarks.peers.places import checked
from benchmarks.peers.vectors import ChunkVectors
from rag.api import Rag
from rag.evaluation import Question, SearchSystem, Span
from rag.types import Article

# Of https://docs.langchain.com/oss/python/langchain/rag ("Splitting documents"): characters, not tokens.
CHUNK_SIZE = 1000
CHUNK_OVERLAP = 200


class EncoderEmbeddings(Embeddings):
    """The encoder as LangChain's embeddings.

    HuggingFaceEmbeddings on the same weights gives the same vectors (tests/benchmarks/test_peers.py), as lists of
    floats. Rows of an array are handed over instead: the store finds the same, and searches 50,000 of them two to three
    times faster (0.3 s against 0.6 to 1.1 s, 2026-11-25, two busy cores).
    """

    def __init__(self, vectors: ChunkVectors) -> None:
        self.vectors = vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Encode chunks."""
        return list(self.vectors.chunks(texts))

    def embed_query(self, text: str) -> list[float]:
        """Encode a question."""
        return self.vectors.question(text).tolist()


def split(articles: list[Article]) -> list[Document]:
    """Cut articles; each chunk has the metadata `start_index`, `article_id` and, where there is one, `published`."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP, add_start_index=True)
    return splitter.split_documents(
        Document(
            page_content=article.text,
            metadata={
                "article_id": article.id,
                "published": article.published.isoformat() if article.published else None,
            },
        )
        for article in articles
    )


def make(rag: Rag, vectors: ChunkVectors) -> SearchSystem:
    """Cut, encode and store the articles; searching is the store's own, and so is the filter by date."""
    articles = {article.id: article for article in rag.articles()}
    chunks = split(list(articles.values()))
    for chunk in chunks:
        checked(articles[chunk.metadata["article_id"]], chunk.metadata["start_index"], chunk.page_content)
    vectors.expect(len(chunks))
    store = InMemoryVectorStore(EncoderEmbeddings(vectors))
    store.add_documents(chunks, ids=[str(number) for number in range(len(chunks))])

    def search(text: str, question: Question, k: int) -> list[tuple[Span, float]]:
        last = question.as_of.isoformat() if question.as_of else None

        def allowed(chunk: Document) -> bool:
            published = chunk.metadata["published"]
            return published is not None and published <= last

        found = store.similarity_search_with_score(text, k=k, filter=allowed if last else None)
        return [(_span(chunk), score) for chunk, score in found]

    note = adapter_note(
        f"langchain-core {version('langchain-core')}",
        f"langchain-text-splitters {version('langchain-text-splitters')}",
        f"RecursiveCharacterTextSplitter of {CHUNK_SIZE} characters overlapping by {CHUNK_OVERLAP}",
        "InMemoryVectorStore",
    )
    return SearchSystem(rag, "langchain", search, note=note)


def _span(chunk: Document) -> Span:
    start = chunk.metadata["start_index"]
    return Span(chunk.metadata["article_id"], start, start + len(chunk.page_content))
