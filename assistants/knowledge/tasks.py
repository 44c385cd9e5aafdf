from typing import Any

from celery import shared_task, signals

from assistants.knowledge.actions import erase_placements as erasing
from assistants.knowledge.actions import keep_embedders as following
from assistants.knowledge.actions import keep_shelves as shelving
from assistants.knowledge.actions import look_at_due_sources as due
from assistants.knowledge.actions import look_at_source as looking
from assistants.knowledge.actions import place_document as placing
from assistants.knowledge.actions import place_documents as unplaced
from assistants.knowledge.actions import reembed_set as reembedding
from assistants.knowledge.actions import remove_unneeded as removing
from assistants.knowledge.actions import resume_documents as resuming
from assistants.knowledge.actions import work_on_document as working
from assistants.knowledge.models import Document
from assistants.knowledge.parsing.standby import standby


@signals.worker_process_init.connect
def _keep_a_parent(**_: Any) -> None:
    standby.renew()


@shared_task(name="knowledge.parse_document")
def parse_document(organisation_id: int, document_id: str) -> None:
    _work(organisation_id, document_id, Document.State.UPLOADED)


@shared_task(name="knowledge.embed_document")
def embed_document(organisation_id: int, document_id: str) -> None:
    _work(organisation_id, document_id, Document.State.EMBEDDING)


def _work(organisation_id: int, document_id: str, state: str) -> None:
    try:
        working.work_on_document(organisation_id=organisation_id, document_id=document_id, state=state)
    finally:
        standby.renew()  # should its parent of parsers have ended


@shared_task(name="knowledge.resume_documents")
def resume_documents() -> None:
    resuming.resume_documents()


@shared_task(name="knowledge.look_at_source")
def look_at_source(organisation_id: int, source_id: str) -> None:
    looking.look_at_source(organisation_id=organisation_id, source_id=source_id)


@shared_task(name="knowledge.look_at_due_sources")
def look_at_due_sources() -> None:
    due.look_at_due_sources()


@shared_task(name="knowledge.place_document")
def place_document(organisation_id: int, document_id: str) -> None:
    placing.place_document(organisation_id=organisation_id, document_id=document_id)


@shared_task(name="knowledge.place_documents")
def place_documents() -> None:
    unplaced.place_documents()


@shared_task(name="knowledge.erase_placements")
def erase_placements() -> None:
    erasing.erase_placements()


@shared_task(name="knowledge.reembed_set")
def reembed_set(organisation_id: int, source_set_id: str) -> None:
    reembedding.reembed_set(organisation_id=organisation_id, source_set_id=source_set_id)


@shared_task(name="knowledge.keep_embedders")
def keep_embedders() -> None:
    following.keep_embedders()


@shared_task(name="knowledge.keep_shelves")
def keep_shelves() -> None:
    shelving.keep_shelves()


@shared_task(name="knowledge.remove_unneeded")
def remove_unneeded() -> None:
    removing.remove_unneeded()
