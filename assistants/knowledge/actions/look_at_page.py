"""Look whether a web page has changed since it was fetched."""

from dataclasses import replace

from django.utils import timezone

from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.fetching import (
    NOTHING_KNOWN,
    Answer,
    PageGone,
    Validators,
    fetch,
    store_answer,
)
from assistants.knowledge.files import StoredFile
from assistants.knowledge.looking import Look
from assistants.knowledge.models import Document, Source
from kernel.actions import assert_in_action
from kernel.tenancy import tenant_scope
from organisations.policy import policy_of

GONE = "page_gone"


def look_at_page(look: Look) -> None:
    """Ask a page for what is newer; it becomes the next revision, and the present one answers until that can be searched.

    Raises:
        ParsingFailed: it cannot be fetched.
        LeaseLost: somebody else looks by now.
    """
    with tenant_scope(look.organisation_id, durable=True):
        page, policy = look.load(), policy_of(look.organisation_id)
    try:
        answer = fetch(page.url, policy=policy, known=known_of(page))
    except PageGone:
        with tenant_scope(look.organisation_id, durable=True):
            look.end(error=GONE, missed=page.missed + 1)
        return
    stored = None
    if answer.body is not None:
        organisation_id = page.organisation.public_id
        stored = store_answer(answer, name=page.name, organisation_id=organisation_id, policy=policy)
    with tenant_scope(look.organisation_id, durable=True):
        take_answer(look.load(), answer, stored)
        look.end(missed=0)


def known_of(page: Source) -> Validators:
    """What to ask a page's server with: nothing where its content is not here, or could not be read."""
    document = page.document
    if document is None or not document.storage_key or document.state == Document.State.FAILED:
        return NOTHING_KNOWN
    return Validators(page.etag, page.last_modified)


def take_answer(page: Source, answer: Answer, stored: StoredFile | None) -> bool:
    """Make what came a page's next revision, where it is new, in the open transaction; says whether it was.

    Args:
        stored: None where the server said that nothing has changed.
    """
    assert_in_action()
    if stored is None:
        return False
    before = page.document
    page.etag, page.last_modified = answer.validators.etag, answer.validators.last_modified
    same = before is not None and before.sha256 == stored.sha256 and before.state != Document.State.FAILED
    if not same:
        # A name that somebody gave it is kept; that of the page goes with the page.
        renamed = before is not None and before.storage_key and page.name != before.name
        add_document(page, replace(stored, name=page.name) if renamed else stored)
        page.changed_at = timezone.now()
    page.save(update_fields=["etag", "last_modified", "changed_at"])
    return not same
