"""What a moderator may decide about a case, as its listing stands."""

from dataclasses import dataclass, field, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, InvalidInput
from store.models import Case, Decision, Listing
from store.moderation.reasons import checked_reasons

Outcome, State, Kind = Decision.Outcome, Listing.State, Case.Kind
LONGEST = 4000
_AGAINST = frozenset({Outcome.REQUEST_CHANGES, Outcome.REJECT, Outcome.SUSPEND})
DOWN = frozenset({State.SUSPENDED, State.APPEALED})

EXPLANATIONS: dict[str, str | Promise] = {
    Outcome.APPROVE: _("It goes live now"),
    Outcome.REQUEST_CHANGES: _("Its creator sees the reasons and may send it again"),
    Outcome.REJECT: _("It does not go live. Its creator may appeal"),
    Outcome.SUSPEND: _("It stops everywhere, in running chats too. A second moderator has to agree"),
    Outcome.RESTORE: _("It is open again for those who could use it"),
    Outcome.DISMISS: _("Nothing changes. Those who reported it are thanked"),
    Outcome.NOTE: _("Only moderators read it"),
}


# Of a review that was held or reported.
OF_REVIEWS: dict[str, str | Promise] = {
    Outcome.APPROVE: _("The review is shown, and its stars count"),
    Outcome.REJECT: _("The review is hidden, and its stars do not count"),
}

# Of reviews that came in a burst, all together.
OF_BURSTS: dict[str, str | Promise] = {
    Outcome.APPROVE: _("All of these reviews are shown, and their stars count"),
    Outcome.REJECT: _("All of these reviews are hidden, and their stars do not count"),
}


class OutcomeNotOffered(Conflict):
    code = "outcome_not_offered"
    user_message = _("This cannot be decided now: the listing is “%(state)s”. Choose one of: %(offered)s.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a moderator sends in.

    Attributes:
        reasons: codes of store.moderation.reasons.
        message: what the creator reads.
        note: what moderators read.
        seen: the public id of the version that they looked at, where it is known.
        urgent: whether a removal takes effect at once, for 24 hours, before somebody else agrees.
    """

    outcome: str
    reasons: list[str] = field(default_factory=list)
    message: str = ""
    note: str = ""
    urgent: bool = False
    seen: str = ""


def outcomes_for(case: Case, listing: Listing) -> list[str]:
    """What may be decided, in the order in which it is offered."""
    if case.state == Case.State.SECOND:
        return [Outcome.SUSPEND, Outcome.DISMISS]
    if case.state not in (Case.State.OPEN, Case.State.SECOND):
        return [Outcome.RESTORE] if listing.state in DOWN else []
    if case.kind == Kind.REVIEW:
        return [Outcome.APPROVE, Outcome.REJECT]
    if case.kind == Kind.APPEAL:
        return [Outcome.RESTORE, Outcome.REQUEST_CHANGES, Outcome.REJECT]
    if listing.state in DOWN:
        return [Outcome.RESTORE, Outcome.DISMISS]
    if waits(case, listing):
        return [Outcome.APPROVE, Outcome.REQUEST_CHANGES, Outcome.REJECT]
    return [Outcome.DISMISS, Outcome.REQUEST_CHANGES, Outcome.SUSPEND]


def waits(case: Case, listing: Listing) -> bool:
    """Whether something is not open to everybody yet, because of this case."""
    return (
        bool(case.kind == Kind.SUBMISSION and listing.publication.visibility != "public")
        or (listing.state == State.SUBMITTED)
        or is_pending(case)
    )


def is_pending(case: Case) -> bool:
    """Whether it is about a version that is not live, while an earlier one is."""
    return bool(case.kind == Kind.CHANGE and case.evidence.get("pending"))


# Where a matter is about what is open already, approving it is dismissing the matter; granting an appeal is restoring.
_MEANT = {
    (Outcome.APPROVE, Outcome.DISMISS),
    (Outcome.APPROVE, Outcome.RESTORE),
    (Outcome.DISMISS, Outcome.APPROVE),
    (Outcome.SUSPEND, Outcome.REJECT),
    (Outcome.REJECT, Outcome.SUSPEND),
}


def settled(verdict: Verdict, case: Case, listing: Listing) -> str:
    """The outcome that a verdict comes to.

    Raises:
        OutcomeNotOffered: it cannot be decided as things stand.
    """
    offered = outcomes_for(case, listing)
    if verdict.outcome in offered:
        return verdict.outcome
    for other in offered:
        if (verdict.outcome, other) in _MEANT:
            return other
    labels = ", ".join(str(Outcome(name).label) for name in offered) or "–"
    raise OutcomeNotOffered(state=listing.get_state_display(), offered=labels)


def checked_verdict(verdict: Verdict) -> Verdict:
    """A verdict whose reasons are known and whose words fit.

    Raises:
        InvalidInput: no such outcome, an unknown reason, none where one is needed, or too many words.
    """
    if verdict.outcome not in Outcome.values:
        message = str(_("Choose one of: %(choices)s.")) % {"choices": ", ".join(Outcome.values)}
        raise InvalidInput.on("decision", "not_a_choice", message)
    for name in ("message", "note"):
        text = getattr(verdict, name)
        if len(text) > LONGEST or "\x00" in text:
            raise InvalidInput.on(name, "too_long", _("Use at most 4,000 ordinary characters."))
    reasons = checked_reasons(verdict.reasons)
    if verdict.outcome in _AGAINST and not reasons:
        raise InvalidInput.on(
            "reasons", "required", _("Choose at least one reason: its creator has to know what to change.")
        )
    if verdict.outcome == Outcome.NOTE and not verdict.note.strip():
        raise InvalidInput.on("note", "required", _("Write what your colleagues are to know."))
    return replace(verdict, reasons=reasons, message=verdict.message.strip(), note=verdict.note.strip())
