"""Decide a case: what moderators do about a listing, with two pairs of eyes where something is taken away."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Staff
from assistants.building.actions.change_standing import change_standing as change_publication
from assistants.building.actions.release_held import release_held
from assistants.building.models import Version
from kernel.errors import Conflict, NotFound
from kernel.jobs import enqueue_after_commit
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.suspend_organisation import staff_actor
from organisations.actors import Actor
from organisations.audit import record_audit
from store.actions.change_standing import lock_publication, make_live, take_down
from store.actions.set_review_state import set_review_state
from store.models import Case, Decision, Listing, Review
from store.moderation.clocks import CHANGES_WITHIN, LAPSES_AFTER
from store.moderation.findings import read_findings
from store.moderation.gate import note_approved
from store.moderation.outcomes import DOWN, Verdict, checked_verdict, is_pending, settled
from store.moderation.people import belongs_to, is_alone, require_moderator
from store.moderation.states import may_become, move
from store.moderation.subject import shown_now, subject_of

Outcome, State = Decision.Outcome, Listing.State


class SecondPersonNeeded(Conflict):
    code = "second_person_needed"
    user_message = _("A removal needs somebody else's agreement, and you proposed this one. Ask a colleague.")


class SomebodyElseDecides(Conflict):
    code = "somebody_else_decides"
    user_message = _("You made the decision that is appealed, so somebody else decides now. Ask a colleague.")


class OwnOrganisation(Conflict):
    code = "own_organisation"
    user_message = _("You are a member of the organisation that this is about. A colleague has to decide.")


class SubjectChanged(Conflict):
    code = "subject_changed"
    user_message = _(
        "Its creator changed it after this case was brought up to date, so you would open what nobody looked at. Reload the"
        " page in a moment, look at what is new, and decide again."
    )


def decide_case(*, staff: Staff, case_id: str, verdict: Verdict) -> Case:
    """Decide a case, or add a note to it. A removal is proposed by one moderator and holds once another agrees.

    Where nobody else moderates on this server, one person's word is enough.

    Raises:
        NotYourTask: they do not moderate.
        NotFound: there is no such case.
        InvalidInput: no such outcome or reason, or no reason where one is needed.
        OutcomeNotOffered: it cannot be decided so, as things stand.
        SecondPersonNeeded, SomebodyElseDecides, OwnOrganisation: a colleague has to.
        SubjectChanged: it would open what is not what the case shows.
    """
    require_moderator(staff)
    given = checked_verdict(verdict)
    with tenant_scope(organisation_of(case_id), durable=True):
        case, listing = held_case(case_id)
        actor = staff_actor(staff, listing.organisation)
        if given.outcome == Outcome.NOTE:
            write_decision(case, staff, given, Outcome.NOTE)
            return case
        outcome = settled(given, case, listing)
        _check_person(staff, case, outcome)
        if outcome == Outcome.SUSPEND and not _may_hold(staff, case):
            _propose(actor, staff, case, listing, given)
            return case
        if outcome in (Outcome.APPROVE, Outcome.RESTORE):
            _check_subject(case, listing, given)
        _carry_out(actor, staff, case, listing, given, outcome)
    return case


def organisation_of(case_id: str) -> int:
    """The key of the organisation that a case is about.

    Raises:
        NotFound: there is no such case.
    """
    with across_organisations(reason="a moderator names a case of any organisation"):
        rows = Case.objects.across_organisations(reason="moderators decide everybody's")
        key: int | None = rows.filter(public_id=case_id).values_list("organisation_id", flat=True).first()
    if key is None:
        raise NotFound
    return key


def held_case(case_id: str) -> tuple[Case, Listing]:
    """A case and its listing, held against other writers, in the open scope of their organisation."""
    found = Case.unscoped.filter(public_id=case_id).values_list("listing_id", flat=True).get()
    rows = Listing.unscoped.select_related("organisation", "publication")
    listing: Listing = rows.select_for_update(of=("self",)).get(pk=found)
    case: Case = (
        Case.unscoped.select_related("about", "review").select_for_update(of=("self",)).get(public_id=case_id)
    )
    case.listing = listing
    return case, listing


def write_decision(
    case: Case, staff: Staff | None, verdict: Verdict, outcome: str, *, is_final: bool = True
) -> Decision:
    """Add what was decided, in the open transaction.

    Args:
        staff: who; None for the clock.
    """
    made: Decision = Decision.objects.create(
        organisation_id=case.organisation_id,
        case=case,
        outcome=outcome,
        reasons=verdict.reasons,
        message=verdict.message,
        note=verdict.note,
        by=staff.user if staff else None,
        by_name=staff.user.display_name[:120] if staff else "Bottega",
        is_final=is_final,
    )
    return made


def _check_person(staff: Staff, case: Case, outcome: str) -> None:
    if is_alone(staff.user):
        return
    if belongs_to(staff.user, case.organisation_id):
        raise OwnOrganisation
    about = case.about if case.kind == Case.Kind.APPEAL else None
    # Whoever proposed a removal that somebody else agreed to has made up their mind, too.
    if about and about.decisions.filter(by=staff.user).exclude(outcome=Outcome.NOTE).exists():
        raise SomebodyElseDecides


def _check_subject(case: Case, listing: Listing, verdict: Verdict) -> None:
    """What is opened is what the case shows, and what the moderator's page showed."""
    shown = case.evidence.get("version", {}).get("id", "")
    if verdict.seen and verdict.seen != shown:
        raise SubjectChanged
    if case.kind in (Case.Kind.SUBMISSION, Case.Kind.APPEAL):
        version = subject_of(listing).version
        if version.public_id != shown or case.evidence.get("listing") != shown_now(listing, version):
            raise SubjectChanged


def _may_hold(staff: Staff, case: Case) -> bool:
    """Whether a removal holds with this person's word: it is the second, or there is nobody else to ask."""
    if is_alone(staff.user):
        return True
    if case.state != Case.State.SECOND:
        return False
    last = case.decisions.filter(outcome=Outcome.SUSPEND, is_final=False).order_by("-id").first()
    if last is not None and last.by_id == staff.user.pk:
        raise SecondPersonNeeded
    return True


def _propose(actor: Actor, staff: Staff, case: Case, listing: Listing, verdict: Verdict) -> None:
    """Have a removal wait for somebody else; an urgent one takes effect now and lapses."""
    write_decision(case, staff, verdict, Outcome.SUSPEND, is_final=False)
    case.state, case.taken_by, case.urgency = Case.State.SECOND, None, min(case.urgency, 1)
    before = {"state": str(listing.state)}
    if verdict.urgent:
        case.lapses_at = timezone.now() + LAPSES_AFTER
        case.due_at = min(filter(None, (case.due_at, case.lapses_at)))
        case.evidence = {**case.evidence, "before": str(listing.state)}
        if listing.state != State.SUSPENDED:
            take_down(actor=actor, listing=listing)
            _announce(case, listing, "listing.suspended", verdict)
    case.save(update_fields=["state", "taken_by", "urgency", "lapses_at", "due_at", "evidence"])
    action = "listing.suspended" if verdict.urgent else "listing.removal_proposed"
    _record(actor, staff, action, case, listing, verdict, before)


def _carry_out(
    actor: Actor, staff: Staff, case: Case, listing: Listing, verdict: Verdict, outcome: str
) -> None:
    before = {"state": str(listing.state)}
    if case.kind == Case.Kind.REVIEW:
        action = _review(case, outcome)
    else:
        action = _DEEDS[outcome](actor, case, listing, verdict)
    write_decision(case, staff, verdict, outcome)
    case.state, case.decided_at, case.lapses_at = Case.State.DECIDED, timezone.now(), None
    case.taken_by = staff.user
    case.save(update_fields=["state", "decided_at", "lapses_at", "taken_by"])
    _record(actor, staff, action, case, listing, verdict, before)
    publish_event(listing.organisation, "case.decided", {"case": case.public_id, "outcome": str(outcome)})


def _review(case: Case, outcome: str) -> str:
    shown = outcome == Outcome.APPROVE
    if case.review is not None:
        set_review_state(case.review, Review.State.SHOWN if shown else Review.State.HIDDEN)
    elif case.evidence.get("together"):
        enqueue_after_commit(
            "store.settle_burst", organisation_id=case.organisation_id, case_id=case.public_id
        )
    else:
        return "case.dismissed"
    return "review.shown" if shown else "review.hidden"


def _approve(actor: Actor, case: Case, listing: Listing, verdict: Verdict) -> str:
    if is_pending(case):
        version = _subject_version(case, listing)
        release_held(actor=actor, publication=lock_publication(listing), version=version)
        note_approved(listing, version, read_findings(case.evidence.get("findings", ())))
        return "listing.version_approved"
    make_live(
        actor=actor, listing=listing, visibility=case.evidence.get("wanted") or Listing.Visibility.PUBLIC
    )
    return "listing.approved"


def _request_changes(actor: Actor, case: Case, listing: Listing, verdict: Verdict) -> str:
    if is_pending(case):
        pass  # the version that people have stays as it is, and was looked at
    elif listing.is_live:
        listing.audit_due_at = timezone.now() + CHANGES_WITHIN
        listing.save(update_fields=["audit_due_at"])
    elif may_become(listing, State.CHANGES_REQUESTED):
        if listing.state == State.APPEALED:
            _reopen_publication(actor, listing)
        move(listing, State.CHANGES_REQUESTED)
    _announce(case, listing, "listing.changes_requested", verdict)
    return "listing.changes_requested"


def _subject_version(case: Case, listing: Listing) -> Version:
    """The version that is decided about: one that waits, or the live one."""
    if not is_pending(case):
        return subject_of(listing).version
    rows = Version.objects.for_organisation(listing.organisation_id).select_related("assistant")
    found: Version | None = rows.filter(public_id=case.evidence["version"]["id"]).first()
    if found is None:
        raise NotFound
    return found


def _reject(actor: Actor, case: Case, listing: Listing, verdict: Verdict) -> str:
    if case.kind == Case.Kind.APPEAL:
        return _uphold(actor, case, listing, verdict)
    listing.approved = {**listing.approved, "rejected": _subject_version(case, listing).public_id}
    if listing.is_live:  # for fewer people, who keep it: only everybody does not get it
        listing.save(update_fields=["approved"])
    else:
        move(listing, State.REJECTED, "approved")
    _announce(case, listing, "listing.rejected", verdict)
    return "listing.rejected"


def _uphold(actor: Actor, case: Case, listing: Listing, verdict: Verdict) -> str:
    """Leave what was appealed as it was decided."""
    if listing.state == State.APPEALED:
        move(listing, case.evidence.get("before") or State.SUSPENDED)
    _announce(case, listing, "listing.appeal_refused", verdict)
    return "listing.appeal_refused"


def _suspend(actor: Actor, case: Case, listing: Listing, verdict: Verdict) -> str:
    if listing.state != State.SUSPENDED:
        take_down(actor=actor, listing=listing)
        _announce(case, listing, "listing.suspended", verdict)
    return "listing.suspended"


def _restore(actor: Actor, case: Case, listing: Listing, verdict: Verdict) -> str:
    appealed = case.evidence.get("before") if case.kind == Case.Kind.APPEAL else ""
    wanted = Listing.Visibility.PUBLIC if appealed in (State.REJECTED, State.CHANGES_REQUESTED) else None
    make_live(actor=actor, listing=listing, visibility=wanted)
    _announce(case, listing, "listing.restored", verdict)
    # An appeal, and a removal that waits for a second person, are over with it.
    over = Q(kind=Case.Kind.APPEAL, state=Case.State.OPEN) | Q(state=Case.State.SECOND)
    rows = Case.objects.for_organisation(case.organisation_id).filter(over, listing=listing)
    rows.exclude(pk=case.pk).update(state=Case.State.DECIDED, decided_at=timezone.now(), lapses_at=None)
    return "listing.restored"


def _dismiss(actor: Actor, case: Case, listing: Listing, verdict: Verdict) -> str:
    if case.state == Case.State.SECOND and listing.state in DOWN and case.evidence.get("before"):
        return _restore(actor, case, listing, verdict)
    if listing.is_live:
        findings = read_findings(case.evidence.get("findings", ()))
        note_approved(listing, subject_of(listing).version, findings)
    return "case.dismissed"


def _reopen_publication(actor: Actor, listing: Listing) -> None:
    """Let its builders use it again while they change it."""
    publication = lock_publication(listing)
    if publication.state == publication.State.SUSPENDED:
        change_publication(
            actor=actor,
            publication=publication,
            state=publication.State.LIVE,
            visibility=Listing.Visibility.PRIVATE,
        )


_DEEDS: dict[str, Callable[[Actor, Case, Listing, Verdict], str]] = {
    Outcome.APPROVE: _approve,
    Outcome.REQUEST_CHANGES: _request_changes,
    Outcome.REJECT: _reject,
    Outcome.SUSPEND: _suspend,
    Outcome.RESTORE: _restore,
    Outcome.DISMISS: _dismiss,
}


def _announce(case: Case, listing: Listing, kind: str, verdict: Verdict) -> None:
    payload = {
        "listing": listing.public_id,
        "case": case.public_id,
        "reasons": verdict.reasons,
        "message": verdict.message,
    }
    publish_event(listing.organisation, kind, payload)


def _record(
    actor: Actor,
    staff: Staff,
    action: str,
    case: Case,
    listing: Listing,
    verdict: Verdict,
    before: dict[str, Any],
) -> None:
    reason = ", ".join(verdict.reasons)
    after = {"state": str(listing.state)}
    record_audit(actor, action, listing, before=before, after=after, case=case.public_id, reason=reason)
    record_staff_action(
        staff=staff.user, action=action, target=listing, reason=reason, ip=staff.ip, case=case.public_id
    )
