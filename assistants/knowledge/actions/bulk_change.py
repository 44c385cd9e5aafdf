"""Change what is set about sources: one, or several at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from assistants.knowledge.freshness import next_look
from assistants.knowledge.limits import METADATA_NAME, METADATA_VALUE, MOST_METADATA, MOST_TAGS, TAG_LENGTH
from assistants.knowledge.models import Source, SourceAudience, SourceSet
from assistants.knowledge.queries import source_rows
from kernel.actions import assert_in_action, entry_action
from kernel.errors import InvalidInput, NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Group
from organisations.permissions import Permission, require

_FIELDS = ["name", "tags", "metadata", "showing", "restricted", "sync_every", "sync_at"]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be set; None and empty leave a field as it is.

    Attributes:
        tags: all tags from now on; add_tags, drop_tags: some of them.
        groups: public ids of the groups that may be answered from it; an empty tuple for everybody.
        sync_every: a rhythm of `Source.Rhythm`, the empty one for never.
    """

    name: str = ""
    tags: tuple[str, ...] | None = None
    add_tags: tuple[str, ...] = ()
    drop_tags: tuple[str, ...] = ()
    metadata: dict[str, str | float] | None = None
    showing: str | None = None
    groups: tuple[str, ...] | None = None
    sync_every: str | None = None


@entry_action
def change_sources(
    *, actor: Actor, source_set: SourceSet, source_ids: Sequence[str], change: Change
) -> list[Source]:
    """Set the same about all of these sources, and about what they hold. Ids that the set does not have are passed over.

    The rhythm is left alone where there is no origin to look at.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has none of them.
        InvalidInput: a value does not fit; then nothing is changed.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    return apply_change(actor, source_set, source_ids, change)


def apply_change(
    actor: Actor, source_set: SourceSet, source_ids: Sequence[str], change: Change
) -> list[Source]:
    """The same inside the transaction of another action."""
    assert_in_action()
    chosen = Q(public_id__in=source_ids) | Q(parent__public_id__in=source_ids)
    sources = list(source_rows(source_set).filter(chosen).select_for_update(of=("self",)).order_by("pk"))
    if not sources:
        raise NotFound
    groups, wanted, changed = _groups(actor, change), set(source_ids), []
    for source in sources:
        inside = source.public_id not in wanted
        before = _seen(source)
        _set(source, change, inside=inside)
        if groups is not None:
            _answer_only(source, groups)
        after = _seen(source)
        if before == after:
            continue
        changed.append(source)
        if not inside:
            record_audit(actor, "source.changed", source, **_difference(before, after))
    rows = Source.objects.for_organisation(actor.organisation)
    rows.bulk_update(changed, _FIELDS, batch_size=500)
    return [source for source in sources if source.public_id in wanted]


def _set(source: Source, change: Change, *, inside: bool) -> None:
    if change.name.strip() and not inside:
        source.name = change.name.strip()[:255]
    source.tags = _tags(source, change)
    if change.metadata is not None and not inside:
        source.metadata = _metadata(change.metadata)
    if change.showing is not None:
        if change.showing not in Source.Showing.values:
            raise InvalidInput.on("showing", "invalid", _("Choose what readers may see."))
        source.showing = change.showing
    followed = (source.gathers or source.type == Source.Type.URL) and not inside
    if change.sync_every is not None and followed and change.sync_every != source.sync_every:
        if change.sync_every not in Source.Rhythm.values:
            raise InvalidInput.on("sync_every", "invalid", _("Choose how often it is looked at."))
        source.sync_every, source.sync_at = change.sync_every, next_look(change.sync_every)


def _tags(source: Source, change: Change) -> list[str]:
    present = source.tags if change.tags is None else change.tags
    wanted = dict.fromkeys(" ".join(tag.split()) for tag in (*present, *change.add_tags))
    tags = [tag for tag in wanted if tag and tag not in change.drop_tags]
    if len(tags) > MOST_TAGS:
        raise InvalidInput.on(
            "tags",
            "too_many",
            _("%(name)s would have %(count)s tags; a source takes %(most)s. Leave some out.")
            % {"name": source.name, "count": len(tags), "most": MOST_TAGS},
        )
    if long := next((tag for tag in tags if len(tag) > TAG_LENGTH), None):
        raise InvalidInput.on(
            "tags",
            "too_long",
            _("“%(tag)s…” is longer than the %(most)s characters that a tag takes. Shorten it.")
            % {"tag": long[:20], "most": TAG_LENGTH},
        )
    return tags


def _metadata(given: dict[str, str | float]) -> dict[str, str | float]:
    if len(given) > MOST_METADATA:
        raise InvalidInput.on(
            "metadata",
            "too_many",
            _("A source takes %(most)s details. Leave some out.") % {"most": MOST_METADATA},
        )
    for name, value in given.items():
        if len(name) > METADATA_NAME or len(str(value)) > METADATA_VALUE:
            raise InvalidInput.on(
                "metadata",
                "too_long",
                _("A detail's name takes %(name)s characters, its value %(value)s. Shorten “%(which)s”.")
                % {"name": METADATA_NAME, "value": METADATA_VALUE, "which": name[:METADATA_NAME]},
            )
    return given


def _groups(actor: Actor, change: Change) -> list[Group] | None:
    if change.groups is None:
        return None
    rows = Group.objects.for_organisation(actor.organisation).filter(public_id__in=change.groups)
    groups = list(rows)
    if len(groups) != len(set(change.groups)):
        raise InvalidInput.on(
            "groups", "invalid", _("One of these groups is gone. Load the page again and choose anew.")
        )
    return groups


def _answer_only(source: Source, groups: Sequence[Group]) -> None:
    rows = SourceAudience.objects.for_organisation(source.organisation_id).filter(source=source)
    rows.exclude(group__in=groups).delete()
    present = set(rows.values_list("group_id", flat=True))
    SourceAudience.objects.for_organisation(source.organisation_id).bulk_create(
        SourceAudience(organisation_id=source.organisation_id, source=source, group=group)
        for group in groups
        if group.pk not in present
    )
    source.restricted = bool(groups)


def _seen(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "tags": list(source.tags),
        "metadata": dict(source.metadata),
        "showing": source.showing,
        "restricted": source.restricted,
        "sync_every": source.sync_every,
    }


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    names = [name for name in before if before[name] != after[name]]
    return {"before": {name: before[name] for name in names}, "after": {name: after[name] for name in names}}
