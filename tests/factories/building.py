"""Assistants for tests, made through the builder's own actions."""

from itertools import count
from typing import Any

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.share_assistant import share_assistant
from assistants.building.models import Assistant, Publication
from assistants.building.queries import access_assistant, draft_of, publication_of
from assistants.knowledge.models import Document, Source
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import Level

_numbers = count(1)


def make_assistant(actor: Actor, name: str = "", **draft: Any) -> Assistant:
    """An assistant that nobody has published."""
    return create_assistant(actor=actor, name=name or f"Assistant {next(_numbers)}", draft=draft)


def make_publication(
    actor: Actor, visibility: str = "organisation", name: str = "", **draft: Any
) -> Publication:
    """The publication of a fresh assistant with one version."""
    assistant = make_assistant(actor, name, **draft)
    publish(actor=actor, assistant_id=assistant.public_id, visibility=visibility)
    return present_publication(actor, assistant)


def present_publication(actor: Actor, assistant: Assistant) -> Publication:
    """The publication as it is now."""
    with tenant_scope(actor.organisation):
        found = publication_of(access_assistant(actor, assistant.public_id))
    assert found is not None
    return found


def present_draft(actor: Actor, assistant: Assistant) -> dict[str, Any]:
    """The draft's definition as it is now."""
    with tenant_scope(actor.organisation):
        return draft_of(assistant).specification  # type: ignore[no-any-return]


def make_source(
    actor: Actor,
    assistant: Assistant,
    name: str = "handbook.txt",
    *,
    state: str = "ready",
    searchable: bool = True,
) -> Document:
    """A source with a document in a given state, without the work of reading a file."""
    with tenant_scope(actor.organisation):
        place = {"organisation": actor.organisation, "source_set_id": assistant.source_set_id}
        source = Source.objects.create(type=Source.Type.TEXT, name=name, **place)
        document = Document.objects.create(
            source=source, name=name, state=state, searchable=searchable, **place
        )
        source.document = document
        source.save(update_fields=["document"])
    return document


def share(owner: Actor, assistant_id: str, member: Actor, level: Level) -> None:
    """Give a member of the same organisation a level on an assistant."""
    with tenant_scope(owner.organisation):
        holder = Membership.objects.for_organisation(owner.organisation).get(pk=member.membership_id)
    share_assistant(actor=owner, assistant_id=assistant_id, holder_id=holder.public_id, level=level)
