"""A source's connection no longer works: its sync stops, people are told, and what was read keeps answering."""

from contextlib import suppress

from assistants.actions.origins.accounts import origin_of_profile, profiles_of
from assistants.actions.origins.marks import CONNECTION_CODES, note, noted
from assistants.actions.origins.service import NotConnected
from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.leases import LeaseLost
from assistants.knowledge.looking import Look
from assistants.knowledge.models import Source
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope

EVENT = "source.disconnected"


def note_disconnected(look: Look) -> None:
    """End a look that had nothing to sign with; the next one waits until somebody connects again. Told once."""
    with suppress(LeaseLost), tenant_scope(look.organisation_id, durable=True):
        source = look.load()
        known = source.sync_error in CONNECTION_CODES
        noted(source, run=None, progress=None)
        source.save(update_fields=["settings"])
        look.end(error=NotConnected.code)
        Source.objects.for_organisation(look.organisation_id).filter(pk=source.pk).update(sync_at=None)
        if not known:
            facts = {"source": source.public_id, "source_set": source.source_set.public_id}
            publish_event(source.organisation, EVENT, facts)


def look_again(*, organisation_id: int, profile_id: str, user_id: str, connection_id: str) -> int:
    """Somebody connected again: their sources that waited for that are looked at; returns how many.

    Where the profile under which a source was read is gone, as when an organisation's client was forgotten, the one that
    they connected to in its place counts from now on.

    Args:
        profile_id, user_id, connection_id: public ids.
    """
    with tenant_scope(organisation_id, durable=True):
        origin = origin_of_profile(organisation_id, profile_id)
        here = {one.public_id for one in profiles_of(organisation_id, origin)} if origin else set()
        rows = Source.objects.for_organisation(organisation_id).filter(
            type=Source.Type.CONNECTOR,
            removed_at=None,
            sync_error__in=CONNECTION_CODES,
            settings__contains={"_user": user_id},
        )
        looked = 0
        for source in rows.select_for_update().order_by("pk"):
            profile = note(source, "profile")
            orphaned = origin and source.settings.get("origin") == origin.name and profile not in here
            if profile != profile_id and not orphaned:
                continue
            if origin:
                source.settings = source.settings | {"connection": connection_id}
                noted(source, profile=profile_id)
                source.save(update_fields=["settings"])
            request_look(source)
            looked += 1
    return looked
