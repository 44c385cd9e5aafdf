"""Add a place at a service outside to what an assistant knows."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.origins.accounts import Reader, check_reachable, reader_for
from assistants.actions.origins.catalogue import origin_named
from assistants.actions.origins.marks import noted
from assistants.actions.origins.port import Origin
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.freshness import next_look
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import source_rows
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

MOST_SOURCES = 100  # of this kind in one assistant


def add_origin(
    *,
    actor: Actor,
    source_set: SourceSet,
    origin: str,
    connection: str,
    pick: Mapping[str, Any],
    sync_every: str = Source.Rhythm.DAILY,
) -> Added:
    """Record a picked place; the workers read what lies in it with the actor's connection, each file a source below.

    The same place again is read with this connection from now on.

    Args:
        connection: public id of the actor's own connection, or of an MCP action of the organisation.
        pick: as the origin's tree gave it.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: there is no such origin, or no such connection of theirs.
        InvalidInput: the pick is none of this origin's, or there are too many.
        HostForbidden: the organisation's policy does not allow calls to the service.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    if sync_every not in Source.Rhythm.values:
        raise InvalidInput.on("sync_every", "invalid", _("Choose how often it is looked at."))
    chosen = origin_named(origin)
    with tenant_scope(actor.organisation):
        reader = reader_for(actor, chosen, connection)
    check_reachable(reader, actor.organisation)
    checked = chosen.checked(pick)
    return _record(
        actor=actor, source_set=source_set, origin=chosen, reader=reader, pick=checked, sync_every=sync_every
    )


@entry_action
def _record(
    *,
    actor: Actor,
    source_set: SourceSet,
    origin: Origin,
    reader: Reader,
    pick: dict[str, Any],
    sync_every: str,
) -> Added:
    SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    rows = source_rows(source_set).filter(type=Source.Type.CONNECTOR, settings__origin=origin.name)
    known = next((one for one in rows if _place(one.settings.get("pick")) == _place(pick)), None)
    if known is not None:
        return _taken_over(actor, known, reader)
    if source_rows(source_set).filter(type=Source.Type.CONNECTOR).count() >= MOST_SOURCES:
        words = _("An assistant takes %(most)s such sources. Remove one that is not needed.")
        raise InvalidInput.on("pick", "too_many", words % {"most": MOST_SOURCES})
    source = Source(
        organisation=actor.organisation,
        source_set=source_set,
        type=Source.Type.CONNECTOR,
        name=f"{reader.label or origin.title}: {origin.title_of(pick)}"[:255],
        settings={"origin": origin.name, "connection": reader.connection, "pick": pick},
        sync_every=sync_every,
        sync_at=next_look(sync_every),
    )
    _read_by(source, reader)
    source.save()
    request_look(source)
    record_audit(actor, "source.added", source, type="connector", connector=origin.name)
    return Added(source)


def _place(pick: Any) -> Any:
    """A pick without the words that it was shown with."""
    return {name: value for name, value in (pick or {}).items() if name != "name"}


def _taken_over(actor: Actor, source: Source, reader: Reader) -> Added:
    before = dict(source.settings)
    source.settings = source.settings | {"connection": reader.connection}
    _read_by(source, reader)
    if source.settings == before:
        return Added(source, _("This place is here already. Nothing was added twice."))
    if source.sync_every and source.sync_at is None:
        source.sync_at = next_look(source.sync_every)
    source.save(update_fields=["settings", "sync_at"])
    request_look(source)
    record_audit(actor, "source.changed", source, fields=["connection"])
    return Added(source, _("This place is here already. It is read with your connection from now on."))


def _read_by(source: Source, reader: Reader) -> None:
    noted(
        source,
        profile=reader.profile.id if reader.profile else "",
        user=reader.user.public_id if reader.user else "",
    )
