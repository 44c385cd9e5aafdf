"""Give a team that lists something in the public store a page as a creator."""

from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from store.creators.handles import LONGEST, SHORTEST, is_reserved, skeleton
from store.creators.proved import first_domain
from store.creators.queries import handle_is_free, own_page
from store.models import CreatorPage, Listing


def open_creator_page(*, organisation_id: int) -> CreatorPage | None:
    """Make the page of a team whose name stands in the store already, unless it has one.

    People's own workspaces get none by themselves: what a page would say is theirs to decide.
    """
    with tenant_scope(organisation_id, durable=True):
        organisation = Organisation.objects.select_for_update(no_key=True).get(pk=organisation_id)
        rows = Listing.objects.for_organisation(organisation).filter(
            state=Listing.State.LIVE, publication__visibility="public"
        )
        if organisation.kind != Organisation.Kind.TEAM or own_page(organisation) or not rows.exists():
            return None
        handle = _free_handle(organisation)
        if not handle:
            return None
        made: CreatorPage = CreatorPage.objects.create(
            organisation=organisation,
            handle=handle,
            skeleton=skeleton(handle),
            name=organisation.name,
            picture_seed=organisation.public_id,
            verified_domain=first_domain(organisation_id),
            is_public=True,
        )
        return made


def _free_handle(organisation: Organisation) -> str:
    base = organisation.slug[: LONGEST - 3].strip("-").replace("--", "-")
    for number in range(1, 20):
        handle = base if number == 1 else f"{base}-{number}"
        fits = len(handle) >= SHORTEST and not is_reserved(handle)
        if fits and handle_is_free(handle, skeleton(handle), organisation):
            return handle
    return ""
