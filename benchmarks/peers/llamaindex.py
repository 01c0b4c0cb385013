"""Plain LlamaIndex: its sentence splitter, its vector index with the simple in-memory store, its retriever."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters
from pydantic import PrivateAttr

from benchmarks.peers import adapter_note
from benchmarks.peers.places import checked
from benchmarks.peers.vectors import PART, ChunkVectors
from rag.api import Rag
from rag.evaluation import Question, SearchSystem, Span
from rag.types import Article


class EncoderEmbedding(BaseEmbedding):
    """The encoder as LlamaIndex's embedding."""

    _vectors: ChunkVectors = PrivateAttr()

    def __init__(self, vectors: ChunkVectors, **given: Any) -> None:
        super().__init__(model_name=vectors.encoder.identity.model, embed_batch_size=PART, **given)
        self._vectors = vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._vectors.chunks(texts).tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._vectors.question(query).tolist()

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def split(articles: list[Article]) -> list[TextNode]:
    """Cut articles with the splitter's defaults (1,024 tokens overlapping by 200; the encoder reads the first 256).

    The title is metadata, which LlamaIndex by its own defaults counts in a chunk's size and encodes before the text;
    the date is only there to filter by.
    """
    documents = [
        Document(
            id_=article.id,
            text=article.text,
            metadata={
                "title": article.title,
                "published": article.published.isoformat() if article.published else None,
            },
            excluded_embed_metadata_keys=["published"],
            excluded_llm_metadata_keys=["published"],
        )
        for article in articles
    ]
    splitter = SentenceSplitter(id_func=lambda number, document: f"{document.id_}#{number}")
    nodes = splitter.get_nodes_from_documents(documents)
    return [node for node in nodes if isinstance(node, TextNode)]


def make(rag: Rag, vectors: ChunkVectors) -> SearchSystem:
    """Cut, encode and store the articles; searching is the retriever's, with its metadata filter by date."""
    articles = {article.id: article for article in rag.articles()}
    nodes = split(list(articles.values()))
    spans = {node.node_id: checked(articles[str(node.ref_doc_id)], node.start_char_idx, node.text) for node in nodes}
    vectors.expect(len(nodes))
    index = VectorStoreIndex(nodes, embed_model=EncoderEmbedding(vectors))

    def search(text: str, question: Question, k: int) -> list[tuple[Span, float]]:
        retriever = index.as_retriever(similarity_top_k=k, filters=_until(question))
        return [(spans[hit.node.node_id], hit.get_score()) for hit in retriever.retrieve(text)]

    note = adapter_note(
        f"llama-index-core {version('llama-index-core')}",
        "SentenceSplitter of 1024 tokens overlapping by 200, titles encoded before each chunk",
        "VectorStoreIndex with SimpleVectorStore",
    )
    return SearchSystem(rag, "llamaindex", search, note=note)


def _until(question: Question) -> MetadataFilters | None:
    if question.as_of is None:
        return None
    last = MetadataFilter(key="published", value=question.as_of.isoformat(), operator=FilterOperator.LTE)
    return MetadataFilters(filters=[last])
