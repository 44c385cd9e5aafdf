"""SearXNG, a search engine that people host themselves. Its JSON format has to be on (`search.formats` in its settings).

https://docs.searxng.org/dev/search_api.html
"""

from collections.abc import Sequence
from typing import Any

from assistants.tools.searching.ports import ApiRequest, Hit, Wanted


class SearXNG:
    """Asks every engine that it was told to; it knows no number of results."""

    address = ""
    needs_key = False

    def request(self, wanted: Wanted, *, address: str, key: str) -> ApiRequest:
        """`GET /search?format=json`; a key goes along as a bearer token, for those who put a proxy in front of it."""
        parameters = {"q": wanted.narrowed_query, "format": "json", "safesearch": "1"}
        if wanted.freshness != "any":
            parameters["time_range"] = wanted.freshness
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        url = address if address.endswith("/search") else f"{address}/search"
        return ApiRequest("GET", url, headers, parameters)

    def hits(self, answer: Any) -> Sequence[Hit]:
        """`results[]` of title, url, content and publishedDate."""
        return [
            Hit(
                one.get("title") or "",
                one.get("url") or "",
                one.get("content") or "",
                str(one.get("publishedDate") or "")[:10],
            )
            for one in answer["results"]
        ]
