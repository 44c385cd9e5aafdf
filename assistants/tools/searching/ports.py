"""What a service that searches the web is to the rest of the house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Freshness = Literal["any", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for.

    Attributes:
        count: how many results at most. freshness: how old a page may be. domains: sites that it is narrowed to.
    """

    query: str
    count: int = 5
    freshness: Freshness = "any"
    domains: tuple[str, ...] = ()

    @property
    def narrowed_query(self) -> str:
        """The query with its sites as search engines take them."""
        sites = " OR ".join(f"site:{domain}" for domain in self.domains)
        if not sites:
            return self.query
        return f"{self.query} ({sites})" if len(self.domains) > 1 else f"{self.query} {sites}"


@dataclass(frozen=True, slots=True)
class Hit:
    """One result: plain text, as the service gave it. `published` is a date or words for one; empty where nobody knows."""

    title: str
    url: str
    text: str
    published: str = ""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One call of a service."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


class SearchApi(Protocol):
    """A service: how it is asked, and where its results stand.

    Attributes:
        address: its own, where it is the same for everybody; empty where each has theirs.
        needs_key: whether it answers to nobody without one.
    """

    address: str
    needs_key: bool

    def request(self, wanted: Wanted, *, address: str, key: str) -> ApiRequest:
        """The call that asks for this."""
        ...

    def hits(self, answer: Any) -> Sequence[Hit]:
        """The results in its answer, best first. Raises KeyError, TypeError or AttributeError where that is none."""
        ...
