"""What the built-in tools keep."""

from assistants.tools.models.databases import Database
from assistants.tools.models.searching import SearchProvider

__all__ = ["Database", "SearchProvider"]
