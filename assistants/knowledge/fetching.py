"""Fetch the page behind an address, through the egress guard."""

from dataclasses import dataclass

from django.core.files.base import ContentFile

from assistants.knowledge.files import StoredFile, clean_name, max_upload_bytes, store_file
from assistants.knowledge.formats import format_of_answer
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.html import title_of
from kernel.egress import EgressError, guarded_client

ACCEPT = "text/html,application/xhtml+xml,application/pdf;q=0.9,text/plain;q=0.8,text/markdown;q=0.8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent."""

    body: bytes
    content_type: str


def fetch_page(url: str, *, name: str, organisation_id: str) -> StoredFile:
    """Fetch an address and store what it answers.

    Raises:
        ParsingFailed: it cannot be reached, answers with an error, or with something that is not read here.
    """
    answer = _get(url)
    format_ = format_of_answer(answer.content_type, answer.body[:1024])
    if format_ is None:
        raise ParsingFailed("unsupported_page")
    title = title_of(answer.body) if format_.name == "html" else ""
    file = ContentFile(answer.body)
    return store_file(file, name=clean_name(title or name), format=format_, organisation_id=organisation_id)


def _get(url: str) -> Answer:
    try:
        with guarded_client(total=60.0, max_bytes=max_upload_bytes()) as client:
            response = client.get(url, headers={"accept": ACCEPT})
    except EgressError as error:
        raise ParsingFailed(error.code) from None
    if response.status_code != 200:
        raise ParsingFailed("page_missing")
    return Answer(response.content, response.headers.get("content-type", ""))
