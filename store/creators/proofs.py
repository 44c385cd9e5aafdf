"""How an organisation's domains stand, as its settings page shows them."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.functional import Promise

from kernel.egress.names import shown_host
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from store.creators.domains import PROBLEMS, record_name
from store.creators.queries import proofs_of
from store.models import DomainProof

# A look that nobody finished in this time was lost; the page stops waiting for it.
PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ShownProof:
    """A domain with what to do next.

    Attributes:
        name: the domain in its own script; `ascii` is how DNS writes it, empty where both are the same.
        record: the name of the TXT record.
        looking: whether a look is under way.
        others: how many other organisations have proved it.
    """

    proof: DomainProof
    name: str
    ascii: str
    record: str
    looking: bool
    problem: str | Promise
    others: int


def shown_proofs(actor: Actor) -> list[ShownProof]:
    """The domains of the actor's organisation, in its scope."""
    proofs, now = list(proofs_of(actor)), timezone.now()
    others = _others(actor, [proof.domain for proof in proofs])
    return [
        ShownProof(
            proof,
            shown_host(proof.domain),
            proof.domain if shown_host(proof.domain) != proof.domain else "",
            record_name(proof.domain),
            bool(proof.checking_at and proof.checking_at > now - PATIENCE),
            PROBLEMS.get(proof.problem, ""),
            others.count(proof.domain),
        )
        for proof in proofs
    ]


def _others(actor: Actor, domains: list[str]) -> list[str]:
    reason = "several organisations may have proved one domain, and the page says so"
    with across_organisations(reason=reason):
        rows = DomainProof.objects.across_organisations(reason=reason).filter(
            domain__in=domains, state=DomainProof.State.PROVED
        )
        found = rows.exclude(organisation=actor.organisation.pk).order_by("domain")
        return [domain for domain, _by in found.values_list("domain", "organisation").distinct()]
