"""Ask administrators for a listing of the public store."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actions.request_approval import request_approval
from organisations.actors import Actor
from organisations.models import Approval
from organisations.permissions import Permission, require, require_person
from store.directories.queries import ALLOWING_KIND, public_listing
from store.directories.reach import CHOSEN, is_chosen, reach_of, require_public_store


class NothingToAsk(Conflict):
    code = "nothing_to_ask"
    user_message = _("You may use this assistant already. Open its page and start a chat.")


@entry_action
def ask_for_listing(*, actor: Actor, listing: str, reason: str = "") -> Approval:
    """Ask that a listing is put onto the organisation's list.

    Args:
        listing: its slug, or its `lst_…` id.
        reason: what it is needed for; who decides reads it.

    Raises:
        NotAuthenticated, PersonNeeded: no person asks.
        NotFound: the public store holds no such listing.
        PublicStoreHidden: the organisation uses nothing of the store.
        NothingToAsk: people may use it already.
        ApprovalPending: somebody asked for it already.
    """
    require(actor, Permission.USE_ASSISTANTS)
    require_person(actor)
    require_public_store(actor)
    found = public_listing(listing)
    own = found.organisation_id == actor.organisation.pk
    if own or reach_of(actor) != CHOSEN or is_chosen(actor, found.publication.public_id):
        raise NothingToAsk
    return request_approval(
        actor=actor,
        kind=ALLOWING_KIND,
        subject_type="listing",
        subject_id=found.public_id,
        label=found.name,
        payload={"listing": found.public_id, "slug": found.publication.slug},
        reason=reason,
    )
