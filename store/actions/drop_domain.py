"""Give up the proof of a domain."""

from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from store.actions.spread_verification import spread_verification
from store.creators.queries import access_proof


@entry_action
def drop_domain(*, actor: Actor, proof_id: str) -> None:
    """Remove a domain; where no other is proved, page and listings lose their mark at once.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        NotFound: the organisation has no such domain.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    proof = access_proof(actor, proof_id, lock=True)
    record_audit(actor, "domain.dropped", proof, method=proof.method)
    proof.delete()
    spread_verification(actor.organisation.pk)
