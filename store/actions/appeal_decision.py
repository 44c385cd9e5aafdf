"""Appeal a moderators' decision."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.actions.open_case import open_case
from store.models import Case, Decision, Listing
from store.moderation.states import move
from store.queries import access_listing

State = Listing.State
SHORTEST, LONGEST = 10, 4000
AGAINST = (Decision.Outcome.REQUEST_CHANGES, Decision.Outcome.REJECT, Decision.Outcome.SUSPEND)


class NothingToAppeal(Conflict):
    code = "nothing_to_appeal"
    user_message = _("Moderators decided nothing against this listing that still holds.")


class AppealedAlready(Conflict):
    code = "appealed_already"
    user_message = _(
        "This decision was appealed once, and the answer is final. Change what was named and send it again."
    )


@entry_action
def appeal_decision(*, actor: Actor, listing_id: str, text: str) -> Case:
    """Ask that somebody else looks at what moderators decided; once for each decision. It stays as it is meanwhile.

    Raises:
        PermissionDenied: the actor may not publish.
        NotFound: the organisation has no such listing.
        NothingToAppeal: no decision against it holds.
        AppealedAlready: this one was appealed.
        InvalidInput: the text is missing, or too long.
    """
    require(actor, Permission.PUBLISH_ASSISTANTS)
    words = text.strip()
    if not SHORTEST <= len(words) <= LONGEST or "\x00" in words:
        raise InvalidInput.on("text", "no_reason", _("Say why, in 10 to 4,000 characters."))
    listing = access_listing(actor, listing_id, lock=True)
    about = decided_against(listing)
    if about is None:
        raise NothingToAppeal
    if about.kind == Case.Kind.APPEAL or about.appeals.exists():
        raise AppealedAlready
    before = {"state": str(listing.state)}
    case = open_case(
        listing=listing, kind=Case.Kind.APPEAL, statement=words, about=about, before=str(listing.state)
    )
    move(listing, State.APPEALED)
    record_audit(
        actor, "listing.appealed", listing, before=before, after={"state": listing.state}, case=case.public_id
    )
    return case


def decided_against(listing: Listing) -> Case | None:
    """The case whose decision against a listing holds, or whose removal waits for a second moderator."""
    if listing.state not in (State.CHANGES_REQUESTED, State.REJECTED, State.SUSPENDED):
        return None
    rows = Case.objects.for_organisation(listing.organisation_id).filter(listing=listing)
    found: Case | None = rows.filter(decisions__outcome__in=AGAINST).order_by("-decisions__id").first()
    return found


def may_appeal(listing: Listing) -> bool:
    """Whether its creator can appeal now."""
    about = decided_against(listing)
    return about is not None and about.kind != Case.Kind.APPEAL and not about.appeals.exists()
