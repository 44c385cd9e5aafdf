"""Source sets and documents for tests, made through the room's own actions."""

from django.core.files.base import ContentFile

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.create_source_set import create_source_set
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.queries import access_source, manifest
from assistants.turns.plan import KnowledgeScope
from kernel.tenancy import tenant_scope
from organisations.actors import Actor

RENT = """# Lease of 14 Mill Street

## Rent

The tenant pays a rent of 1,450 euros on the first day of every month to the landlord's account.

No part of the rent may be withheld except where the law provides for it.

## Pets

One cat or one small dog is welcome. Snakes and other reptiles need the landlord's written consent.

## 押金

押金为两个月的租金，在租约结束后三十天内退还给承租人。
"""


def make_source_set(actor: Actor) -> SourceSet:
    """An empty source set of the actor's organisation."""
    with tenant_scope(actor.organisation, durable=True):
        return create_source_set(actor.organisation)


def upload(actor: Actor, source_set: SourceSet, name: str = "lease.md", data: bytes | str = RENT) -> Source:
    """Add a file; the workers have not seen it yet."""
    content = data.encode() if isinstance(data, str) else data
    return add_file(actor=actor, source_set=source_set, upload=ContentFile(content), name=name).source


def reload_source(source: Source) -> Source:
    """The source as it is in the database, with its newest document."""
    with tenant_scope(source.organisation_id):
        return access_source(source.source_set, source.public_id)


def document_of(source: Source) -> Document:
    """The newest document of a source, as it is in the database."""
    document = reload_source(source).document
    assert document is not None
    return document


def scope_of(source_set: SourceSet) -> KnowledgeScope:
    """What a draft searches."""
    with tenant_scope(source_set.organisation_id):
        return KnowledgeScope(source_set.organisation_id, (source_set.pk,), manifest(source_set), None)
