"""Take an opened link as the proof of an address."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.errors import Gone
from kernel.tenancy import across_organisations, tenant_scope
from organisations.keys import hash_secret
from store.actions.spread_verification import note_proved
from store.creators.domains import LINK_LASTS
from store.models import DomainProof

REASON = "whoever opens the link may belong to no organisation here"


class LinkEnded(Gone):
    code = "link_ended"
    user_message = _(
        "This link has ended: it works once, for 24 hours. Ask for a new one on the creator's page."
    )


def proof_of_link(token: str) -> DomainProof:
    """The proof that a link is for, with its organisation.

    Raises:
        LinkEnded: it was used, replaced by a newer one, or is older than 24 hours.
    """
    with across_organisations(reason=REASON):
        rows = DomainProof.objects.across_organisations(reason=REASON).select_related("organisation")
        found: DomainProof | None = rows.filter(
            digest=hash_secret(token), sent_at__gt=timezone.now() - LINK_LASTS
        ).first()
    if found is None:
        raise LinkEnded
    return found


def confirm_proof(*, token: str) -> DomainProof:
    """Prove a domain by the link that was sent to an address there. Nobody has to be signed in: having the link is the proof.

    Raises:
        LinkEnded: it was used, replaced by a newer one, or is older than 24 hours.
    """
    found = proof_of_link(token)
    with tenant_scope(found.organisation_id, durable=True):
        rows = DomainProof.objects.for_organisation(found.organisation_id).select_for_update(of=("self",))
        proof: DomainProof | None = (
            rows.select_related("organisation").filter(pk=found.pk, digest=found.digest).first()
        )
        if proof is None:
            raise LinkEnded
        proof.digest = ""
        proof.checked_at = timezone.now()
        note_proved(proof)
    return proof
