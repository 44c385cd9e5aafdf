"""Tavily, a search made for models: its results are longer pieces of the pages.

https://docs.tavily.com/documentation/api-reference/endpoint/search
"""

from collections.abc import Sequence
from typing import Any

from assistants.tools.searching.ports import ApiRequest, Hit, Wanted


class Tavily:
    """Takes sites as a list of their own; up to 20 results a call."""

    address = "https://api.tavily.com"
    needs_key = True

    def request(self, wanted: Wanted, *, address: str, key: str) -> ApiRequest:
        """`POST /search`, the key as a bearer token."""
        body: dict[str, Any] = {
            "query": wanted.query,
            "max_results": wanted.count,
            "search_depth": "basic",
            "include_answer": False,
        }
        if wanted.domains:
            body["include_domains"] = list(wanted.domains)
        if wanted.freshness != "any":
            body["time_range"] = wanted.freshness
        return ApiRequest("POST", f"{address}/search", {"Authorization": f"Bearer {key}"}, body=body)

    def hits(self, answer: Any) -> Sequence[Hit]:
        """`results[]` of title, url, content and published_date."""
        return [
            Hit(
                one.get("title") or "",
                one.get("url") or "",
                one.get("content") or "",
                str(one.get("published_date") or "")[:25],
            )
            for one in answer["results"]
        ]
