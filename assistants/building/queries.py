"""Questions about assistants, drafts, versions and publications of one organisation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Min, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assistants.building.models import (
    Assistant,
    Draft,
    Publication,
    Release,
    Rollout,
    ScheduledRelease,
    Version,
)
from assistants.building.specification import Specification, parse_specification
from kernel.errors import DomainError, NotFound, PermissionDenied
from kernel.tenancy import current_organisation_id, tenant_scope
from organisations.actors import Actor
from organisations.grants import owners, reachable
from organisations.models import Organisation
from organisations.permissions import Level
from organisations.policy_cache import policy_in_force

RESOURCE = "assistant"  # how grants call what is built


class LevelMissing(PermissionDenied):
    code = "level_missing"
    user_message = _(
        "You may see this assistant, but not do this with it. Ask one of its owners: %(owners)s."
    )


def assistants(
    actor: Actor, *, search: str = "", deleted: bool = False, level: Level = Level.VIEW
) -> QuerySet[Assistant]:
    """The assistants within the actor's reach, with publications and drafts' revisions; those in the bin with `deleted`."""
    organisation = actor.organisation
    rows = Assistant.objects.for_organisation(organisation).filter(
        reachable(actor, RESOURCE, level), deleted_at__isnull=not deleted
    )
    for word in search.replace("\x00", "").split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(draft__specification__profile__tagline__icontains=word)
        )
    publications = Publication.objects.for_organisation(organisation).select_related("live_version")
    return rows.select_related("draft").prefetch_related(Prefetch("publication", queryset=publications))


def access_assistant(
    actor: Actor, assistant_id: str, *, level: Level = Level.EDIT, deleted: bool = False, lock: bool = False
) -> Assistant:
    """One assistant on which the actor has a level: by a grant, or by looking after all assistants.

    Raises:
        NotFound: there is none, it is in the bin (or, with `deleted`, is not), it is another organisation's, or
            nothing of it was given to the actor.
        LevelMissing: a lower level was given.
    """
    named = Assistant.objects.for_organisation(actor.organisation).filter(
        public_id=assistant_id.replace("\x00", ""), deleted_at__isnull=not deleted
    )
    rows = named.filter(reachable(actor, RESOURCE, level))
    found: Assistant | None = (
        rows.select_for_update() if lock else rows.select_related("source_set")
    ).first()
    if found is None:
        raise _refusal(actor, named)
    return found


def _refusal(actor: Actor, named: QuerySet[Assistant]) -> DomainError:
    seen = named.filter(reachable(actor, RESOURCE, Level.USE)).first()
    if seen is None:
        return NotFound()
    names = [holder.label for holder in owners(actor.organisation, RESOURCE, seen.public_id)]
    return LevelMissing(owners=", ".join(names) or _("an administrator"))


def draft_of(assistant: Assistant, *, lock: bool = False) -> Draft:
    """The draft of an assistant."""
    rows = Draft.objects.for_organisation(assistant.organisation_id)
    found: Draft = (rows.select_for_update() if lock else rows).get(assistant=assistant)
    return found


def specification_of(row: Draft | Version) -> Specification:
    """The definition that a draft or version holds."""
    return parse_specification(row.specification)


def versions(assistant: Assistant) -> QuerySet[Version]:
    """The versions of an assistant, for reading newest first by number."""
    return Version.objects.for_organisation(assistant.organisation_id).filter(assistant=assistant)


def access_version(assistant: Assistant, number: int) -> Version:
    """One version by its number.

    Raises:
        NotFound: there is none.
    """
    found: Version | None = versions(assistant).filter(number=number).first()
    if found is None:
        raise NotFound
    return found


def publication_of(assistant: Assistant, *, lock: bool = False) -> Publication | None:
    """The publication of an assistant; None before its first version."""
    rows = Publication.objects.for_organisation(assistant.organisation_id).filter(assistant=assistant)
    return (rows.select_for_update() if lock else rows.select_related("assistant", "live_version")).first()


def was_released(publication: Publication, version: Version) -> bool:
    """Whether a version was live on a publication before, for all of its people."""
    rows = Release.objects.for_organisation(publication.organisation_id)
    return rows.filter(publication=publication, version=version).exists()


def releases(publication: Publication) -> QuerySet[Release]:
    """What was live on a publication, for reading newest first by id."""
    rows = Release.objects.for_organisation(publication.organisation_id).filter(publication=publication)
    return rows.select_related("version")


@dataclass(frozen=True, slots=True)
class PublicChange:
    """A version that went live, in the words that its publisher has for readers."""

    version: int
    words: str
    at: datetime


def changes_for_readers(publication: Publication, *, limit: int = 20) -> list[PublicChange]:
    """The change log of a publication that the caller may see: newest first, versions with words for readers only.

    Opens the scope of the publication's own organisation, which readers need not belong to.
    """
    with tenant_scope(publication.organisation_id):
        rows = Release.objects.for_organisation(publication.organisation_id)
        began = rows.filter(publication=publication).exclude(version__changes="").values("version_id")
        first = began.annotate(at=Min("created_at")).order_by("-version__number")
        return [
            PublicChange(*row)
            for row in first.values_list("version__number", "version__changes", "at")[:limit]
        ]


def waiting_release(assistant: Assistant, *, lock: bool = False) -> ScheduledRelease | None:
    """The version that is to go live by itself, where one is."""
    rows = ScheduledRelease.objects.for_organisation(assistant.organisation_id)
    rows = rows.filter(assistant=assistant, state=ScheduledRelease.State.WAITING)
    return (rows.select_for_update() if lock else rows.select_related("version", "created_by")).first()


def open_rollout(publication: Publication, *, lock: bool = False) -> Rollout | None:
    """The roll-out that runs on a publication."""
    rows = Rollout.objects.for_organisation(publication.organisation_id).filter(ended_at=None)
    rows = rows.filter(publication=publication)
    return (
        rows.select_for_update() if lock else rows.select_related("base", "candidate", "publication")
    ).first()


def publications(organisation: Organisation, ids: list[str] | None = None) -> QuerySet[Publication]:
    """The organisation's own publications, whatever their state; only those with the given public ids, where given."""
    rows = Publication.objects.for_organisation(organisation).select_related("assistant", "live_version")
    return rows if ids is None else rows.filter(public_id__in=ids)


def usable_publications(actor: Actor) -> QuerySet[Publication]:
    """The organisation's live publications that the actor may use: open to all of it, or within their own reach."""
    rows = publications(actor.organisation).filter(state=Publication.State.LIVE)
    field = "assistant_public_id"
    kept = [
        Publication.Visibility.PRIVATE,
        *([Publication.Visibility.ORGANISATION] if actor.is_guest else []),
    ]
    open_to_all = ~Q(visibility__in=kept)
    if actor.assistants:
        open_to_all &= Q(assistant_public_id__in=actor.assistants)
    return rows.filter(open_to_all | reachable(actor, RESOURCE, Level.USE, field=field))


def visible_publication(reference: str) -> Publication | None:
    """A publication by slug or public id that the open scope may see: its own, or somebody's public or linked one."""
    if not reference.isascii() or not reference.isprintable():
        return None
    rows = Publication.objects.across_organisations(reason="the read policy decides what is seen")
    by: dict[str, Any] = {"public_id" if reference.startswith("pub_") else "slug": reference}
    # Nothing of an organisation that the operator suspended is served.
    rows = rows.select_related(None).filter(organisation__suspended_at=None, **by)
    found: Publication | None = rows.first()
    if found is None or found.organisation_id == current_organisation_id():
        return found
    # What the policy says, said once more: neither wall stands alone.
    if not found.is_live or found.visibility not in (
        Publication.Visibility.PUBLIC,
        Publication.Visibility.LINK,
    ):
        return None
    open_ = found.visibility == Publication.Visibility.PUBLIC or links_work(found.organisation_id)
    return found if open_ else None


def links_work(organisation_id: int) -> bool:
    """Whether assistants that an organisation shares by link open for others; its policy may have ended that."""
    return policy_in_force(organisation_id).publishing.links


def display_author(actor: Actor) -> str:
    """The name that a version keeps of its author: a person's, or a service account's."""
    return (actor.user.display_name if actor.user else actor.service_account_name)[:120]
