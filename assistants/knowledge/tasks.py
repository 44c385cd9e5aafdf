from celery import shared_task

from assistants.knowledge.actions import embed_document as embedding
from assistants.knowledge.actions import parse_document as parsing
from assistants.knowledge.actions import resume_documents as resuming


@shared_task(name="knowledge.parse_document")
def parse_document(organisation_id: int, document_id: str) -> None:
    parsing.parse_document(organisation_id=organisation_id, document_id=document_id)


@shared_task(name="knowledge.embed_document")
def embed_document(organisation_id: int, document_id: str) -> None:
    embedding.embed_document(organisation_id=organisation_id, document_id=document_id)


@shared_task(name="knowledge.resume_documents")
def resume_documents() -> None:
    resuming.resume_documents()
