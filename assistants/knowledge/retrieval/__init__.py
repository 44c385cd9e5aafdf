"""From a question to the passages that answer it."""

from assistants.knowledge.retrieval.retrieve import retrieve, search

__all__ = ["retrieve", "search"]
