"""From a question to the passages that answer it."""

from assistants.knowledge.retrieval.retrieve import retrieve

__all__ = ["retrieve"]
