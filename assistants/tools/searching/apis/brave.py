"""Brave Search, web search API v1.

https://api-dashboard.search.brave.com/app/documentation/web-search/get-started
"""

from collections.abc import Sequence
from typing import Any

from assistants.tools.searching.ports import ApiRequest, Hit, Wanted

_FRESHNESS = {"day": "pd", "week": "pw", "month": "pm", "year": "py"}


class Brave:
    """An index of its own; up to 20 results a call."""

    address = "https://api.search.brave.com"
    needs_key = True

    def request(self, wanted: Wanted, *, address: str, key: str) -> ApiRequest:
        """`GET /res/v1/web/search`, the key in `X-Subscription-Token`."""
        parameters = {"q": wanted.narrowed_query, "count": str(wanted.count), "text_decorations": "false"}
        if wanted.freshness != "any":
            parameters["freshness"] = _FRESHNESS[wanted.freshness]
        headers = {"X-Subscription-Token": key, "Accept": "application/json"}
        return ApiRequest("GET", f"{address}/res/v1/web/search", headers, parameters)

    def hits(self, answer: Any) -> Sequence[Hit]:
        """`web.results[]` of title, url, description, extra_snippets and page_age; no `web` where nothing was found."""
        return [
            Hit(
                one.get("title") or "",
                one.get("url") or "",
                " … ".join([one.get("description") or "", *(one.get("extra_snippets") or [])]),
                str(one.get("page_age") or one.get("age") or "")[:10],
            )
            for one in (answer.get("web") or {}).get("results", [])
        ]
