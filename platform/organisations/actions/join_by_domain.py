"""Join an organisation that lets people of an e-mail domain in."""

from dataclasses import replace

from accounts.models import User
from kernel.errors import NotAuthenticated, NotFound
from kernel.outbox import publish_event
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.joining import JoinOffer, join_offers
from organisations.models import Membership
from organisations.permissions import Role
from organisations.places import guard_place
from organisations.policy import policy_of
from organisations.queries import members
from organisations.ranks import take_turns


def join_by_domain(*, actor: Actor, organisation_id: str) -> Membership:
    """Make the signed-in person a member, with the role that the organisation's policy names.

    Raises:
        NotAuthenticated: nobody is signed in.
        NotFound: there is no such offer to them: no such organisation, another domain, an address that is not
            confirmed, or a place that they have already.
        NoPlaceLeft: the organisation has as many people as its plan allows.
    """
    if actor.user is None:
        raise NotAuthenticated
    offers = {offer.organisation.public_id: offer for offer in join_offers(actor.user)}
    offer = offers.get(organisation_id)
    if offer is None:
        raise NotFound
    with tenant_scope(offer.organisation, author=actor.authorship, durable=True):
        return _join(replace(actor, organisation=offer.organisation), actor.user, offer)


def _join(actor: Actor, user: User, offer: JoinOffer) -> Membership:
    take_turns(actor.organisation)
    joining = policy_of(actor.organisation).joining
    if offer.domain not in joining.domains:  # the policy changed since
        raise NotFound
    if not members(actor.organisation).filter(user=user).exists():
        guard_place(actor.organisation)
    membership: Membership
    membership, joined = Membership.objects.for_organisation(actor.organisation).get_or_create(
        user=user, defaults={"organisation": actor.organisation, "role": Role(joining.role)}
    )
    if not joined:
        raise NotFound
    record_audit(
        replace(actor, role=Role(membership.role)),
        "member.joined_by_domain",
        membership,
        after={"role": membership.role_key},
        domain=offer.domain,
    )
    payload = {"member": membership.public_id, "user": user.public_id}
    publish_event(actor.organisation, "member.joined", payload)
    return membership
