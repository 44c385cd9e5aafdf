"""Questions about assistants, drafts, versions and publications of one organisation."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from assistants.building.models import Assistant, Draft, Publication, Version
from assistants.building.specification import Specification, parse_specification
from kernel.errors import NotFound
from organisations.models import Organisation


def assistants(organisation: Organisation, *, search: str = "", deleted: bool = False) -> QuerySet[Assistant]:
    """The organisation's assistants with their publications and drafts' revisions; those in the bin with `deleted`."""
    rows = Assistant.objects.for_organisation(organisation).filter(deleted_at__isnull=not deleted)
    for word in search.replace("\x00", "").split()[:8]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(draft__specification__profile__tagline__icontains=word)
        )
    publications = Publication.objects.for_organisation(organisation).select_related("live_version")
    return rows.select_related("draft").prefetch_related(Prefetch("publication", queryset=publications))


def access_assistant(
    organisation: Organisation, assistant_id: str, *, deleted: bool = False, lock: bool = False
) -> Assistant:
    """One assistant of the organisation.

    Raises:
        NotFound: there is none, it is in the bin (or, with `deleted`, is not), or it is another organisation's.
    """
    rows = Assistant.objects.for_organisation(organisation).filter(
        public_id=assistant_id.replace("\x00", ""), deleted_at__isnull=not deleted
    )
    found: Assistant | None = (
        rows.select_for_update() if lock else rows.select_related("source_set")
    ).first()
    if found is None:
        raise NotFound
    return found


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


def publications(organisation: Organisation, ids: list[str] | None = None) -> QuerySet[Publication]:
    """The organisation's own publications, whatever their state; only those with the given public ids, where given."""
    rows = Publication.objects.for_organisation(organisation).select_related("assistant", "live_version")
    return rows if ids is None else rows.filter(public_id__in=ids)


def visible_publication(reference: str) -> Publication | None:
    """A publication by slug or public id that the open scope may see: its own, or somebody's public or linked one."""
    if not reference.isascii() or not reference.isprintable():
        return None
    rows = Publication.objects.across_organisations(reason="the read policy decides what is seen")
    by: dict[str, Any] = {"public_id" if reference.startswith("pub_") else "slug": reference}
    return rows.select_related(None).filter(**by).first()


def display_author(user: User | None) -> str:
    """The name that a version keeps of its author."""
    return user.display_name[:120] if user else ""
