"""Leave an organisation."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, NotFound
from organisations.actions.end_membership import end_membership
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation
from organisations.queries import members
from organisations.ranks import take_turns


class PersonalStays(Conflict):
    code = "personal_organisation_stays"
    user_message = _("This is your personal workspace. It stays yours as long as your account.")


@entry_action
def leave_organisation(*, actor: Actor) -> None:
    """End the acting person's own membership.

    Raises:
        PersonalStays: it is their personal organisation.
        LastOwner: nobody else owns the organisation.
    """
    if actor.organisation.kind == Organisation.Kind.PERSONAL:
        raise PersonalStays
    take_turns(actor.organisation)
    membership = members(actor.organisation).select_for_update(of=("self",)).filter(user=actor.user).first()
    if membership is None:
        raise NotFound
    record_audit(actor, "member.left", membership, before={"role": membership.role_key})
    end_membership(membership=membership)
