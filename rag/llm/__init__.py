"""Answers in a language model's words, every sentence of which cites and is checked; off unless a model is named.

`sources` numbers what the model may cite, `prompt` asks, `model` listens (the only file here that names LangChain),
`reply` cuts what it says into sentences, `backing` checks each against what it cites, `steps` puts them into the chain.
"""

from __future__ import annotations

from rag.llm.model import ChatModel, load_chat_model
from rag.llm.steps import WrittenSteps

__all__ = ["ChatModel", "WrittenSteps", "load_chat_model"]
