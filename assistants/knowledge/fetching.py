"""Fetch what is behind an address, through the egress guard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile

from assistants.knowledge.files import StoredFile, clean_name, max_upload_bytes, store_file
from assistants.knowledge.formats import PAGE, format_of_answer
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.html import title_of
from assistants.knowledge.policy import MEGABYTE, kind_allowed, page_allowed
from assistants.knowledge.room import BytesFull
from kernel.egress import EgressError, EgressTooLarge, guarded_client
from organisations.policy import PolicyDocument

ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,text/markdown;q=0.8"
AGENT = "BottegaBot"  # what robots.txt may call it
SECONDS = 60.0
_VALIDATORS = {"etag": 200, "last-modified": 100}  # characters that are remembered of each


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the content that is here, to be asked whether it still is so."""

    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """The conditions of a request (RFC 9110, section 13)."""
        given = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in given.items() if value}


NOTHING_KNOWN = Validators()


class PageGone(ParsingFailed):
    """There is nothing at the address any more (404 or 410)."""

    def __init__(self) -> None:
        super().__init__("page_missing")


class ServerFailed(ParsingFailed):
    """The server fails just now (5xx), or has been asked too often (429)."""

    def __init__(self) -> None:
        super().__init__("server_failed")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent: `url` is where redirects led; without a body where nothing has changed."""

    url: str
    body: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str:
        """What the server calls it."""
        return self.headers.get("content-type", "")

    @property
    def validators(self) -> Validators:
        """What to ask with the next time; what is too long to be remembered is left out."""
        kept = {name: self.headers.get(name, "") for name in _VALIDATORS}
        etag, modified = (value if len(value) <= _VALIDATORS[name] else "" for name, value in kept.items())
        return Validators(etag, modified)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page that is in storage."""

    stored: StoredFile
    validators: Validators


def fetch_page(
    url: str, *, name: str, organisation_id: str, policy: PolicyDocument, room: int | None = None
) -> Fetched:
    """Fetch an address and store what it answers.

    Args:
        policy: the organisation's present one; every hop is held against it.
        room: bytes that the organisation has left; None where nothing limits them.

    Raises:
        ParsingFailed: it cannot be reached, answers with an error, or with something that is not read here, or the
            organisation's policy does not allow it.
    """
    answer = fetch(url, policy=policy, room=room)
    return Fetched(
        store_answer(answer, name=name, organisation_id=organisation_id, policy=policy), answer.validators
    )


def store_answer(answer: Answer, *, name: str, organisation_id: str, policy: PolicyDocument) -> StoredFile:
    """Store the body of an answer, named by its title or as given.

    Raises:
        ParsingFailed: it is nothing that is read here, or nothing that the organisation's policy takes.
    """
    body = answer.body or b""
    format_ = format_of_answer(answer.content_type, body[:1024])
    if format_ is None:
        raise ParsingFailed("unsupported_page")
    is_page = format_.name == "html"
    if not is_page and not kind_allowed(policy, format_):
        raise ParsingFailed("kind_forbidden")
    title = title_of(body) if is_page else ""
    return store_file(
        ContentFile(body),
        name=clean_name(title or name),
        format=PAGE if is_page else format_,
        organisation_id=organisation_id,
    )


def fetch(
    url: str,
    *,
    policy: PolicyDocument,
    known: Validators = NOTHING_KNOWN,
    accept: str = ACCEPT,
    max_bytes: int | None = None,
    room: int | None = None,
) -> Answer:
    """Ask an address, if `known` is given only for what is newer.

    Raises:
        PageGone: there is nothing there any more.
        ServerFailed: the server says that it cannot answer just now.
        ParsingFailed: it cannot be reached or answers with another error, the policy does not allow it or a hop, or it is
            larger than `room`; of what is too large no more is read than there is room for.
    """
    if room is not None and room <= 0:
        raise ParsingFailed(BytesFull.code)

    def check(request: Any) -> None:
        if not page_allowed(policy, str(request.url)):
            raise ParsingFailed("host_forbidden")

    largest = min(max_upload_bytes(), (policy.files.max_mb or settings.MAX_UPLOAD_MB) * MEGABYTE)
    largest = max_bytes or largest
    headers = {"accept": accept, "user-agent": user_agent(), **known.headers()}
    try:
        # The hook sees every hop: a redirect must not lead where the address itself could not.
        with guarded_client(
            total=SECONDS,
            max_bytes=largest if room is None else min(largest, room),
            event_hooks={"request": [check]},
        ) as client:
            response = client.get(url, headers=headers)
    except EgressTooLarge as error:
        full = room is not None and room < largest
        raise ParsingFailed(BytesFull.code if full else error.code) from None
    except EgressError as error:
        raise ParsingFailed(error.code) from None
    if response.status_code in (404, 410):
        raise PageGone
    if response.status_code == 429 or response.status_code >= 500:
        raise ServerFailed
    if response.status_code == 304 and known.headers():
        return Answer(str(response.url), None, response.headers)
    if response.status_code != 200:
        raise ParsingFailed("page_missing")
    return Answer(str(response.url), response.content, response.headers)


def user_agent() -> str:
    """How pages are asked for: with a name for robots.txt and an address to complain at."""
    return f"{AGENT}/1.0 (+{settings.PUBLIC_URL})"
