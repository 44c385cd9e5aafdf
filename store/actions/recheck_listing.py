"""Check live listings again: when something about them changed, and from time to time."""

import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from assistants.building.models import Version
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import across_organisations, tenant_scope
from store.actions.open_case import OPEN, open_case
from store.models import Case, Listing
from store.moderation.checks import run_checks
from store.moderation.clocks import next_audit
from store.moderation.evidence import is_as_approved
from store.moderation.gate import note_approved, people_review
from store.moderation.scan import scan_version
from store.moderation.subject import subject_of

AT_ONCE = 200  # listings a run
SAMPLED = 50  # one of so many audits is looked at by people though nothing was found


def recheck_listing(*, organisation_id: int, listing_id: str, kind: str = Case.Kind.CHANGE) -> Case | None:
    """Look at a live public listing with every check again. It stays open; what is new and serious becomes a case.

    Args:
        kind: of the case: because something changed, or because it was due.

    Returns:
        The case, where there is one now.
    """
    with tenant_scope(organisation_id, durable=True):
        rows = Listing.objects.for_organisation(organisation_id).select_related("organisation", "publication")
        listing: Listing | None = rows.select_for_update(of=("self",)).filter(public_id=listing_id).first()
        if listing is None:
            return None
        if not listing.is_live or listing.publication.visibility != "public":
            return _bring_up_to_date(listing)
        version = subject_of(listing).version
        findings = run_checks(listing)
        known = set(listing.approved.get("findings", ()))
        serious = [f for f in findings if f.is_serious and f"{f.code}:{f.where}" not in known]
        changed = kind == Case.Kind.CHANGE and not is_as_approved(listing, version)
        listing.audit_due_at = next_audit(listing)
        listing.save(update_fields=["audit_due_at"])
        if serious or (people_review() and changed):
            return open_case(listing=listing, kind=kind, findings=findings)
        if kind == Case.Kind.AUDIT and secrets.randbelow(SAMPLED) == 0:
            return open_case(listing=listing, kind=kind, findings=findings, sampled=True)
        note_approved(listing, version, findings)
    return None


def _bring_up_to_date(listing: Listing) -> Case | None:
    """Let moderators who look at what is not open see it as it is now; None where nobody does."""
    rows = Case.objects.for_organisation(listing.organisation_id).filter(
        listing=listing, state__in=OPEN, kind__in=(Case.Kind.SUBMISSION, Case.Kind.APPEAL)
    )
    case: Case | None = rows.order_by("-id").first()
    if case is None:
        return None
    return open_case(listing=listing, kind=case.kind, findings=run_checks(listing))


def audit_due_listings(*, now: datetime | None = None) -> int:
    """Check the live listings whose time has come; returns how many."""
    with across_organisations(reason="audits are of the whole store"):
        rows = Listing.unscoped.filter(_due(now or timezone.now()), state=Listing.State.LIVE)
        due = list(rows.order_by("audit_due_at").values_list("organisation_id", "public_id")[:AT_ONCE])
    for organisation_id, listing_id in due:
        if (
            recheck_listing(organisation_id=organisation_id, listing_id=listing_id, kind=Case.Kind.AUDIT)
            is None
        ):
            _put_off(organisation_id, listing_id)
    return len(due)


def _due(moment: datetime) -> Q:
    """What was never looked at counts as due."""
    return Q(audit_due_at=None) | Q(audit_due_at__lte=moment)


def _put_off(organisation_id: int, listing_id: str) -> None:
    """Look again later at what is not public, so that it is not found due each time."""
    with tenant_scope(organisation_id, durable=True):
        rows = Listing.objects.for_organisation(organisation_id).filter(public_id=listing_id)
        rows.filter(_due(timezone.now())).update(audit_due_at=timezone.now() + timedelta(days=90))


def scan_knowledge(*, organisation_id: int, publication_id: str) -> None:
    """Look through a sample of the live version's passages, keep what was found, and check the listing again."""
    with tenant_scope(organisation_id):
        rows = Listing.objects.for_organisation(organisation_id).select_related("publication")
        listing: Listing | None = rows.filter(publication__public_id=publication_id).first()
        if listing is None:
            return
        version = Version.objects.for_organisation(organisation_id).get(
            pk=listing.publication.live_version_id
        )
        if listing.scan.get("version") == version.public_id:
            return
        scanned = scan_version(version)
    kept = {
        "version": version.public_id,
        "at": timezone.now().isoformat(),
        "passages": scanned.passages,
        "found": scanned.found,
    }
    with tenant_scope(organisation_id, durable=True):
        Listing.objects.for_organisation(organisation_id).filter(pk=listing.pk).update(scan=kept)
    recheck_listing(organisation_id=organisation_id, listing_id=listing.public_id)


def look_again_later(*, organisation_id: int, publication_id: str) -> None:
    """Have a publication's knowledge and listing looked at by a job, as something about them changed."""
    with tenant_scope(organisation_id, durable=True):
        enqueue_after_commit(
            "store.scan_knowledge", organisation_id=organisation_id, publication_id=publication_id
        )
