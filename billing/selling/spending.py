"""Who may spend what is in an organisation's wallet."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models import Budget
from billing.terms import belongs_to
from kernel.errors import Conflict, PermissionDenied
from kernel.registries import Product, products
from organisations.actors import Actor
from organisations.models import ApiKey, GroupMembership
from organisations.permissions import Permission, require


class MustAsk(PermissionDenied):
    code = "must_ask_to_spend"
    user_message = _(
        "What is in the wallet of %(organisation)s may be spent by those who look after its money, and by people with a"
        " budget. Ask for it on the page of the price."
    )


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    user_message = _("%(name)s costs you nothing. Open it and start a chat.")


def may_spend(actor: Actor) -> bool:
    """Whether an actor may decide by themselves to spend from the wallet, inside the organisation's scope.

    Those who look after its money may, and whoever has a hard budget of their own, of their key or of a group: it stops them.
    """
    return actor.can(Permission.MANAGE_BILLING) or _has_budget(actor)


def _has_budget(actor: Actor) -> bool:
    scope = Budget.Scope
    named = Q(scope=scope.EACH_MEMBER) if actor.user_id else Q(pk=None)
    named |= Q(scope=scope.MEMBER, subject=str(actor.user_id or "-"))
    named |= Q(scope=scope.GROUP, subject__in=_groups(actor))
    named |= Q(scope=scope.KEY, subject=_key(actor))
    rows = Budget.objects.for_organisation(actor.organisation)
    return bool(rows.filter(named, is_hard=True, limit__gt=0).exists())


def _key(actor: Actor) -> str:
    # Keys that came from each other by rotation share the budget of the first of them.
    row = ApiKey.objects.for_organisation(actor.organisation).filter(pk=actor.api_key_id).first()
    return str(row.origin_id or row.pk) if row else "-"


def _groups(actor: Actor) -> list[str]:
    if actor.membership_id is None:
        return []
    rows = GroupMembership.objects.for_organisation(actor.organisation)
    return [
        str(key) for key in rows.filter(membership_id=actor.membership_id).values_list("group_id", flat=True)
    ]


def product_to_pay(actor: Actor, reference: str) -> Product:
    """What an actor wants to pay for, inside the organisation's scope.

    Args:
        reference: a listing's slug or id, or an assistant's id.

    Raises:
        PermissionDenied: the role does not chat.
        NotFound: there is nothing of this name that they may see.
        NothingToPay: it is their own organisation's, or that of another one they belong to.
    """
    require(actor, Permission.USE_ASSISTANTS)
    found = products.get()(actor, reference)
    if belongs_to(actor, found.earner_id):
        raise NothingToPay(name=found.name)
    return found
