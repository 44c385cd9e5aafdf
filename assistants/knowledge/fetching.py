"""Fetch the page behind an address, through the egress guard."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile

from assistants.knowledge.files import StoredFile, clean_name, max_upload_bytes, store_file
from assistants.knowledge.formats import format_of_answer
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.html import title_of
from assistants.knowledge.policy import MEGABYTE, kind_allowed, page_allowed
from kernel.egress import EgressError, guarded_client
from organisations.policy import PolicyDocument

ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,text/markdown;q=0.8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent."""

    body: bytes
    content_type: str


def fetch_page(url: str, *, name: str, organisation_id: str, policy: PolicyDocument) -> StoredFile:
    """Fetch an address and store what it answers.

    Args:
        policy: the organisation's present one; every hop is held against it.

    Raises:
        ParsingFailed: it cannot be reached, answers with an error, or with something that is not read here, or the
            organisation's policy does not allow it.
    """
    answer = _get(url, policy)
    format_ = format_of_answer(answer.content_type, answer.body[:1024])
    if format_ is None:
        raise ParsingFailed("unsupported_page")
    if format_.name != "html" and not kind_allowed(policy, format_):
        raise ParsingFailed("kind_forbidden")
    title = title_of(answer.body) if format_.name == "html" else ""
    file = ContentFile(answer.body)
    return store_file(file, name=clean_name(title or name), format=format_, organisation_id=organisation_id)


def _get(url: str, policy: PolicyDocument) -> Answer:
    def check(request: Any) -> None:
        if not page_allowed(policy, str(request.url)):
            raise ParsingFailed("host_forbidden")

    largest = min(max_upload_bytes(), (policy.files.max_mb or settings.MAX_UPLOAD_MB) * MEGABYTE)
    try:
        # The hook sees every hop: a redirect must not lead where the address itself could not.
        with guarded_client(total=60.0, max_bytes=largest, event_hooks={"request": [check]}) as client:
            response = client.get(url, headers={"accept": ACCEPT})
    except EgressError as error:
        raise ParsingFailed(error.code) from None
    if response.status_code != 200:
        raise ParsingFailed("page_missing")
    return Answer(response.content, response.headers.get("content-type", ""))
