"""Retrieval: question → hits. By meaning and by words, fused, within the dates and sources allowed."""

from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.when import TimeReading, constrain, understand_time

__all__ = ["HybridRetriever", "TimeReading", "constrain", "understand_time"]
