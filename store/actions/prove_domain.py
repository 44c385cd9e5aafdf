"""Begin to prove that a domain is the organisation's own."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import Conflict
from kernel.jobs import enqueue_after_commit
from kernel.ratelimit import Limit, take
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.keys import hash_secret
from organisations.permissions import Permission, require
from organisations.plan_gates import require_in_plan
from store.creators.domains import checked_address, checked_domain, new_challenge, token_of
from store.creators.queries import proofs_of
from store.models import DomainProof

MOST = 10
MAILS, TO_ONE = Limit(10, 24 * 3600), Limit(3, 24 * 3600)
DNS, EMAIL = DomainProof.Method.DNS, DomainProof.Method.EMAIL


class TooManyDomains(Conflict):
    code = "too_many_domains"
    user_message = _(
        "An organisation proves at most %(most)s domains. Remove one that is not needed any more."
    )


def prove_by_record(*, actor: Actor, domain: str) -> DomainProof:
    """Say which TXT record would prove a domain; asking again gives the same one.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        InvalidInput: no public domain is called that, or anybody gets names under it.
        TooManyDomains: there are ten already.
        NotInPlan: the organisation's plan does not include it.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    return _begin(actor=actor, domain=checked_domain(domain), method=DNS, address="", language="")


def prove_by_email(*, actor: Actor, address: str, language: str) -> DomainProof:
    """Send a link, which works for 24 hours, to an address at the domain that it is to prove.

    Args:
        language: what the e-mail is written in.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        InvalidInput: no such address, or one that anybody gets.
        TooManyDomains: there are ten already.
        RateLimited: too many such e-mails today.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    checked, domain = checked_address(address)
    take(f"store:proofs:{actor.organisation.pk}", MAILS)
    take(f"store:proofs:to:{checked.lower()}", TO_ONE)
    return _begin(actor=actor, domain=domain, method=EMAIL, address=checked, language=language)


@entry_action
def _begin(*, actor: Actor, domain: str, method: str, address: str, language: str) -> DomainProof:
    rows = proofs_of(actor)
    proof: DomainProof | None = rows.select_for_update().filter(domain=domain, method=method).first()
    if proof is None:
        require_in_plan(actor.organisation, "domains")
        if rows.count() >= MOST:
            raise TooManyDomains(most=MOST)
        proof = DomainProof(
            organisation=actor.organisation, domain=domain, method=method, challenge=new_challenge()
        )
    elif proof.state == DomainProof.State.PROVED and method == DNS:
        return proof
    elif proof.state == DomainProof.State.LOST:
        proof.state, proof.misses = DomainProof.State.PENDING, 0
    if method == EMAIL:
        proof.address, proof.sent_at = address, timezone.now()
        proof.digest = hash_secret(token_of(proof))
    proof.save()
    record_audit(actor, "domain.claimed", proof, method=method)
    if method == EMAIL:
        enqueue_after_commit(
            "store.send_proof_mail",
            organisation_id=actor.organisation.pk,
            proof_id=proof.public_id,
            language=language,
        )
    return proof
