"""What is looked at before a listing is open to everybody."""

from dataclasses import asdict

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Publication, Version
from assistants.building.opening import disclosure_of
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit
from store.actions.open_case import OPEN, open_case, withdraw_cases
from store.disclosing.personal import check_privacy_policy
from store.disclosing.widening import changes_between
from store.models import Case, Listing
from store.moderation.checks import run_checks
from store.moderation.clocks import next_audit
from store.moderation.evidence import approved_of, is_as_approved
from store.moderation.findings import Finding
from store.moderation.states import may_become, move
from store.moderation.subject import fingerprint, subject_of

AUTOMATIC, HUMAN = "automatic", "human"
State = Listing.State


class ListingRejected(Conflict):
    code = "listing_rejected"
    user_message = _(
        "Moderators rejected version %(number)s. Change what they named and publish a new version, or appeal their decision."
    )


class AppealPending(Conflict):
    code = "appeal_pending"
    user_message = _("Your appeal is being looked at. Wait for the decision; it comes by e-mail.")


def people_review() -> bool:
    """Whether a moderator looks at everything before it is open to everybody."""
    return bool(settings.STORE_REVIEW == HUMAN)


def gate(actor: Actor, publication: Publication, version: Version) -> bool:
    """Whether what somebody wants to open to everybody waits for moderators; for `kernel.registries.public_gates`.

    Runs in the transaction that would open it. A publication that has no listing yet waits for nothing where the checks
    find nothing serious and no people look: its listing is made when it is open.

    Raises:
        ListingRejected: moderators rejected exactly this version.
        AppealPending: the creator appealed, and nobody has decided yet.
        PrivacyPolicyNeeded: it sends something about people outside, and names no privacy policy.
    """
    rows = Listing.objects.for_organisation(publication.organisation_id).filter(publication=publication)
    listing: Listing | None = rows.select_for_update(of=("self",)).select_related("publication").first()
    if listing is None:
        listing = _begun(publication)
    if listing.state == State.APPEALED:
        raise AppealPending
    if listing.state == State.REJECTED and listing.approved.get("rejected") == version.public_id:
        raise ListingRejected(number=version.number)
    if is_as_approved(listing, version):
        return False
    check_privacy_policy(listing, disclosure_of(version))
    findings = run_checks(listing, version)
    if not people_review() and not any(finding.is_serious for finding in findings):
        if listing.pk:
            note_approved(listing, version, findings)
        return False
    if not listing.pk:
        listing.save(force_insert=True)
    hold(actor, listing, findings)
    return True


def version_gate(actor: Actor, publication: Publication, version: Version) -> bool:
    """Whether a new version of what is in the store waits for moderators; for `kernel.registries.version_gates`.

    It does where people look first and it does more with people's data than what they were told, or more can go wrong with
    it than what was approved. Any other version ends the waiting of an earlier one, as it goes live over it.

    Raises:
        ListingRejected: moderators rejected exactly this version.
        PrivacyPolicyNeeded: it sends something about people outside, and its listing names no privacy policy.
    """
    rows = Listing.objects.for_organisation(publication.organisation_id).filter(publication=publication)
    listing: Listing | None = rows.select_related("publication", "organisation").first()
    if listing is None or not listing.is_live:
        return False
    told = disclosure_of(version)
    check_privacy_policy(listing, told)
    if not people_review():
        return False
    if listing.approved.get("rejected") == version.public_id:
        raise ListingRejected(number=version.number)
    findings = run_checks(listing, version)
    changes = [] if is_as_approved(listing, version) else changes_between(publication.disclosure or {}, told)
    known = set(listing.approved.get("findings", ()))
    risks = [one for one in findings if one.is_serious and f"{one.code}:{one.where}" not in known]
    waiting = Case.objects.for_organisation(listing.organisation_id).filter(
        listing=listing, kind=Case.Kind.CHANGE, state__in=OPEN, evidence__pending=True
    )
    if not changes and not risks:
        waiting.update(state=Case.State.WITHDRAWN)
        return False
    case = open_case(
        listing=listing,
        kind=Case.Kind.CHANGE,
        findings=findings,
        version=version,
        pending=True,
        widens=[asdict(change) for change in changes],
    )
    record_audit(actor, "listing.version_held", listing, case=case.public_id, version=version.number)
    return True


def hold(actor: Actor, listing: Listing, findings: list[Finding]) -> Case:
    """Have a listing wait for moderators. One that is live for fewer people stays so meanwhile."""
    before = {"state": str(listing.state)}
    if not listing.is_live and may_become(listing, State.SUBMITTED):
        listing.submitted_at = timezone.now()
        move(listing, State.SUBMITTED, "submitted_at")
    case = open_case(
        listing=listing, kind=Case.Kind.SUBMISSION, findings=findings, wanted=Listing.Visibility.PUBLIC
    )
    record_audit(
        actor,
        "listing.held",
        listing,
        before=before,
        after={"state": str(listing.state)},
        case=case.public_id,
    )
    return case


def note_approved(listing: Listing, version: Version, findings: list[Finding]) -> None:
    """Remember what may be open to everybody, and when it is looked at again."""
    listing.approved = approved_of(listing, version, findings)
    listing.fingerprint = fingerprint(subject_of(listing, version).specification)
    listing.audit_due_at = next_audit(listing)
    listing.save(update_fields=["approved", "fingerprint", "audit_due_at"])
    withdraw_cases(listing=listing, kinds=[Case.Kind.SUBMISSION])


def _begun(publication: Publication) -> Listing:
    """A listing of what was opened elsewhere, not saved."""
    return Listing(
        organisation=publication.organisation,
        publication=publication,
        visibility=Listing.Visibility.PUBLIC,
        name=publication.name,
        tagline=publication.tagline,
        creator_name=publication.organisation.name,
        language=publication.language,
    )
