"""The services that search the web, by their names in settings and in the database."""

from assistants.tools.searching.apis.brave import Brave
from assistants.tools.searching.apis.searxng import SearXNG
from assistants.tools.searching.apis.tavily import Tavily
from assistants.tools.searching.ports import SearchApi

APIS: dict[str, SearchApi] = {"searxng": SearXNG(), "brave": Brave(), "tavily": Tavily()}
