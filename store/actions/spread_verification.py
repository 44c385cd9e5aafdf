"""What a proof, or its loss, changes elsewhere: the creator's page and every listing."""

from django.utils import timezone

from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from store.creators.proved import first_domain
from store.models import CreatorPage, DomainProof, Listing


def note_proved(proof: DomainProof) -> None:
    """Save that a domain is proved now, in the open scope; the caller holds the row, with its organisation."""
    assert_in_action()
    is_news = proof.state != DomainProof.State.PROVED
    proof.state, proof.misses, proof.problem, proof.checking_at = DomainProof.State.PROVED, 0, "", None
    proof.seen_at = timezone.now()
    proof.proved_at = proof.seen_at if is_news or proof.proved_at is None else proof.proved_at
    proof.save()
    if is_news:
        _tell(proof, "domain.proved")
        spread_verification(proof.organisation_id)


def note_lost(proof: DomainProof) -> None:
    """Save that a domain is not proved any more, in the open scope; the caller holds the row, with its organisation."""
    assert_in_action()
    proof.state = DomainProof.State.LOST
    proof.save()
    _tell(proof, "domain.lost")
    spread_verification(proof.organisation_id)


def spread_verification(organisation_id: int) -> None:
    """Let the page and the listings of an organisation say what it has proved, in its scope."""
    assert_in_action()
    domain = first_domain(organisation_id)
    CreatorPage.objects.for_organisation(organisation_id).update(verified_domain=domain)
    listings = Listing.objects.for_organisation(organisation_id)
    listings.exclude(is_verified=bool(domain)).update(is_verified=bool(domain), updated_at=timezone.now())


def _tell(proof: DomainProof, event: str) -> None:
    record_audit(Actor(user=None, organisation=proof.organisation), event, proof, method=proof.method)
    publish_event(proof.organisation, event, {"domain": proof.domain, "proof": proof.public_id})
