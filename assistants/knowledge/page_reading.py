"""Reading one web page for a turn: fetched through the egress guard, read in a confined process, kept nowhere.

robots.txt is respected as by the crawler. A redirect is followed on the same host only: another host is another
destination, which whoever asked has to be asked about.
"""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.knowledge.crawling.addresses import host_of, normalised, path_of
from assistants.knowledge.crawling.robots import MAX_BYTES as ROBOTS_BYTES
from assistants.knowledge.crawling.robots import Robots, read_robots
from assistants.knowledge.failures import failure_message
from assistants.knowledge.fetching import ACCEPT, AGENT, user_agent
from assistants.knowledge.formats import PAGE, Format, format_of_answer
from assistants.knowledge.parsing.blocks import Block, ParsingFailed
from assistants.knowledge.parsing.runner import Parsing
from assistants.knowledge.parsing.standby import ParserLost
from kernel.egress import EgressError, EgressRefused, check_url, guarded_async_client
from kernel.errors import DomainError, InvalidInput, Unavailable

FETCH_SECONDS, PARSE_SECONDS = 20.0, 15.0
MOST_BYTES = 5 * 1024 * 1024
MOST_CHARACTERS = 2_000_000
READ_FORMATS = ("html", "txt", "md", "pdf", "json", "csv")
PARSERS = 2  # at once in one process: parsing is work for the processor
ROBOTS_SECONDS, ROBOTS_KEPT = 600.0, 500
_robots: dict[str, tuple[float, Robots]] = {}


class PageUnreadable(DomainError):
    """The page cannot be had.

    Attributes:
        reason: a code of `assistants.knowledge.failures`.
    """

    code = "page_unreadable"
    user_message = _("%(host)s: %(reason)s")

    def __init__(self, *, host: str, reason: str) -> None:
        self.reason = reason
        super().__init__(host=host[:200], reason=failure_message(reason))


class PageMoved(DomainError):
    """The page sends on to another host, which was not asked.

    Attributes:
        url: where to.
    """

    code = "page_moved"
    user_message = _(
        "%(host)s sends on to %(url)s. Nothing was fetched there; ask for that address if it is the one."
    )

    def __init__(self, *, host: str, url: str) -> None:
        self.url = url
        super().__init__(host=host[:200], url=url[:500])


class PagesBusy(Unavailable):
    code = "pages_busy"
    user_message = _("Too many pages are being read just now. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page as it was read: `url` is where it was found in the end."""

    url: str
    title: str
    text: str

    @property
    def host(self) -> str:
        """Whom it is from."""
        return host_of(self.url)


def page_address(given: Any) -> str:
    """The address that a model means, in the form in which it is asked for: https, without a fragment.

    Raises:
        InvalidInput: it is none.
        EgressRefused: it cannot be reached from here.
    """
    text = given.strip() if isinstance(given, str) else ""
    address = normalised(text if "://" in text else f"https://{text}") if text else None
    if address is None:
        words = _("Give the whole address of one public web page, such as https://example.com/page.")
        raise InvalidInput.on("url", "invalid", words)
    try:
        check_url(address)
    except EgressRefused:
        if not address.startswith("http://"):
            raise
        # Almost every page that an old link calls http answers https.
        address = "https" + address.removeprefix("http")
        check_url(address)
    return address


async def read_page(address: str) -> ReadPage:
    """Fetch a page and read its text.

    Args:
        address: as `page_address` gives it.

    Raises:
        PageUnreadable: it is not there, not allowed to programs, too large, or nothing that is read here.
        PageMoved: it redirects to another host.
        PagesBusy: no parser is free.
    """
    host = host_of(address)
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            robots = await _robots_of(address)
            answer = await _fetched(address, robots)
    except TimeoutError:
        raise PageUnreadable(host=host, reason="egress_timeout") from None
    except EgressError as error:
        raise PageUnreadable(host=host, reason=error.code) from None
    format_ = format_of_answer(answer.headers.get("content-type", ""), answer.content[:1024])
    if format_ is None or format_.name not in READ_FORMATS:
        raise PageUnreadable(host=host, reason="unsupported_page")
    title, text = await _parsed(answer.content, PAGE if format_.name == "html" else format_, host)
    return ReadPage(str(answer.url), title or path_of(str(answer.url)).strip("/")[-80:] or host, text)


async def _fetched(address: str, robots: Robots) -> Any:
    host = host_of(address)

    async def check(request: Any) -> None:
        here = normalised(str(request.url)) or ""
        if host_of(here) != host:
            raise PageMoved(host=host, url=here)
        if not robots.allow(path_of(here)):
            raise PageUnreadable(host=host, reason="robots_forbidden")

    headers = {"accept": ACCEPT, "user-agent": user_agent()}
    async with guarded_async_client(
        total=FETCH_SECONDS, max_bytes=MOST_BYTES, headers=headers, event_hooks={"request": [check]}
    ) as client:
        answer = await client.get(address)
    if answer.status_code == 200:
        return answer
    failed = answer.status_code == 429 or answer.status_code >= 500
    raise PageUnreadable(host=host, reason="server_failed" if failed else "page_missing")


async def _robots_of(address: str) -> Robots:
    """What the site asks of programs; remembered for ten minutes by each process."""
    host = host_of(address)
    until, kept = _robots.get(host, (0.0, Robots()))
    if time.monotonic() < until:
        return kept
    robots = await _asked_robots(address, host)
    if len(_robots) >= ROBOTS_KEPT:
        _robots.clear()
    _robots[host] = (time.monotonic() + ROBOTS_SECONDS, robots)
    return robots


async def _asked_robots(address: str, host: str) -> Robots:
    async def check(request: Any) -> None:
        if host_of(normalised(str(request.url)) or "") != host:
            raise PageMoved(host=host, url=str(request.url))

    place = f"{address.partition('://')[0]}://{host}/robots.txt"
    headers = {"accept": "text/plain", "user-agent": user_agent()}
    async with guarded_async_client(
        total=FETCH_SECONDS / 2, max_bytes=ROBOTS_BYTES, headers=headers, event_hooks={"request": [check]}
    ) as client:
        try:
            answer = await client.get(place)
        except PageMoved:
            return Robots()
        except EgressError as error:
            if error.code == "egress_too_large":
                return Robots()  # as the crawler takes it: RFC 9309, section 2.3.1.3
            raise
    if answer.status_code == 429 or answer.status_code >= 500:
        raise PageUnreadable(host=host, reason="server_failed")  # RFC 9309, section 2.3.1.4
    return read_robots(answer.content, AGENT) if answer.status_code == 200 else Robots()


@lru_cache(maxsize=1)
def _parsers() -> ThreadPoolExecutor:
    # Threads of their own: they wait for parser processes, and must not keep others waiting.
    return ThreadPoolExecutor(max_workers=PARSERS, thread_name_prefix="pages")


async def _parsed(body: bytes, format_: Format, host: str) -> tuple[str, str]:
    work = asyncio.get_running_loop().run_in_executor(_parsers(), _parse, body, format_.name)
    try:
        async with asyncio.timeout(2 * PARSE_SECONDS):
            return await work
    except TimeoutError:
        raise PagesBusy from None
    except ParserLost:
        raise PagesBusy from None
    except ParsingFailed as failure:
        raise PageUnreadable(host=host, reason=failure.code) from None


def _parse(body: bytes, format_: str) -> tuple[str, str]:
    """The title and the text of a page, from a process of its own."""
    with NamedTemporaryFile(prefix="page-") as file:
        file.write(body)
        file.flush()
        # Somebody waits: pictures of text would take minutes.
        parsing = Parsing(Path(file.name), format=format_, seconds=PARSE_SECONDS, recognise=False)
        blocks = list(_within(parsing))
    title = next((block.text for block in blocks if block.level == 1), "") if format_ == PAGE.name else ""
    return " ".join(title.split())[:200], "\n\n".join(block.text for block in blocks)


def _within(blocks: Parsing) -> Iterator[Block]:
    """The beginning of a page that is far longer than anybody will read."""
    size = 0
    for block in blocks:
        yield block
        size += len(block.text)
        if size > MOST_CHARACTERS:
            return
