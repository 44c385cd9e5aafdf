"""From a question to the passages that answer it."""

from assistants.knowledge.retrieval.explaining import Explanation, explain
from assistants.knowledge.retrieval.retrieve import found_for, retrieve, search

__all__ = ["Explanation", "explain", "found_for", "retrieve", "search"]
