"""Questions about creators: their pages, what they have proved, and who follows them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from kernel.errors import NotFound
from kernel.tenancy import HasPk, across_organisations
from organisations.actors import Actor
from store.directories.reach import public_rows
from store.models import CreatorPage, DomainProof, Follow, Listing, OldHandle
from store.queries import LIVE

SEEN = "a creator's page is public where they wish"


def pages_of(organisation_ids: Iterable[int]) -> dict[int, CreatorPage]:
    """The pages of some organisations that everybody may see, by the organisations' keys."""
    rows = CreatorPage.objects.across_organisations(reason=SEEN).filter(
        organisation__in=set(organisation_ids), is_public=True, organisation__suspended_at=None
    )
    return {page.organisation_id: page for page in rows}


def page_of(organisation_id: int) -> CreatorPage | None:
    """An organisation's page as a creator, where it has one that everybody may see."""
    return pages_of([organisation_id]).get(organisation_id)


def own_page(organisation: HasPk) -> CreatorPage | None:
    """The organisation's own page, public or not, in its scope."""
    found: CreatorPage | None = CreatorPage.objects.for_organisation(organisation).first()
    return found


def visible_page(actor: Actor, handle: str) -> CreatorPage:
    """The page of a handle, for everybody where it is public and for its own organisation in any case.

    Raises:
        NotFound: there is none that this person may see.
    """
    rows = CreatorPage.objects.across_organisations(reason=SEEN)
    found: CreatorPage | None = rows.filter(handle=handle.lower(), organisation__suspended_at=None).first()
    if found is None or not (found.is_public or found.organisation_id == actor.organisation.pk):
        raise NotFound
    return found


def present_handle(handle: str) -> str | None:
    """The handle that an old one leads to, while it does."""
    rows = OldHandle.objects.across_organisations(reason="it leads from one public address to another")
    old = rows.filter(handle=handle.lower(), until__gt=timezone.now()).first()
    page = page_of(old.organisation_id) if old else None
    return page.handle if page else None


def handle_is_free(handle: str, skeleton: str, organisation: HasPk) -> bool:
    """Whether no other organisation has this handle, one that looks like it, or had it lately; asked across all of them."""
    reason = "handles are unique among all organisations"
    with across_organisations(reason=reason):
        pages = CreatorPage.objects.across_organisations(reason=reason).exclude(organisation=organisation.pk)
        if pages.filter(handle=handle).exists() or pages.filter(skeleton=skeleton).exists():
            return False
        old = OldHandle.objects.across_organisations(reason=reason).exclude(organisation=organisation.pk)
        return not old.filter(skeleton=skeleton, until__gt=timezone.now()).exists()


def listings_of(actor: Actor, page: CreatorPage) -> QuerySet[Listing]:
    """What a creator has in the public store, as far as the actor's organisation uses that."""
    rows = Listing.objects.across_organisations(reason="the public store; the read policies decide")
    found = rows.filter(
        LIVE, organisation=page.organisation_id, visibility="public", publication__visibility="public"
    )
    return public_rows(actor, found.select_related("publication"))


def also_proved_by(page: CreatorPage) -> list[CreatorPage]:
    """Other creators with public pages who have proved the same domain."""
    if not page.verified_domain:
        return []
    reason = "several organisations may have proved one domain, and pages say so"
    with across_organisations(reason=reason):
        proofs = DomainProof.objects.across_organisations(reason=reason).filter(
            domain=page.verified_domain, state=DomainProof.State.PROVED
        )
        others = set(proofs.exclude(organisation=page.organisation_id).values_list("organisation", flat=True))
    return sorted(pages_of(others).values(), key=lambda other: other.handle)


def proofs_of(actor: Actor) -> QuerySet[DomainProof]:
    """The domains that the actor's organisation has proved or means to."""
    rows: QuerySet[DomainProof] = DomainProof.objects.for_organisation(actor.organisation).order_by(
        "domain", "method"
    )
    return rows


def access_proof(actor: Actor, proof_id: str, *, lock: bool = False) -> DomainProof:
    """One of them.

    Raises:
        NotFound: the organisation has none with this id.
    """
    rows: Any = DomainProof.objects.for_organisation(actor.organisation).filter(public_id=proof_id)
    found: DomainProof | None = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def follows(actor: Actor, page: CreatorPage) -> bool:
    """Whether the person acting follows a creator, in the organisation that they act in."""
    if actor.user is None:
        return False
    rows = Follow.objects.for_organisation(actor.organisation)
    return bool(rows.filter(user=actor.user, creator_id=page.public_id).exists())


def followed_pages(actor: Actor) -> list[CreatorPage]:
    """The creators whom the person acting follows, the latest first; those whose page is no longer public are left out."""
    rows = Follow.objects.for_organisation(actor.organisation).filter(user=actor.user).order_by("-pk")
    wanted = list(rows.values_list("creator_id", flat=True))
    pages = CreatorPage.objects.across_organisations(reason=SEEN).filter(
        public_id__in=wanted, is_public=True, organisation__suspended_at=None
    )
    return sorted(pages, key=lambda page: wanted.index(page.public_id))
