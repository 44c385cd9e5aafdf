"""What a budget may be, and whose."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from billing.models import Budget
from kernel.errors import InvalidInput, NotFound
from kernel.registries import assistant_names, products
from organisations.actors import Actor
from organisations.models import ApiKey, Group, Membership, Organisation

Scope = Budget.Scope
MOST = 10**15  # a thousand million units: far from what a column holds, so that no sum runs over
MOST_GRACE = 100
NAMED = frozenset({Scope.GROUP, Scope.MEMBER, Scope.KEY, Scope.ASSISTANT})
VISITORS = frozenset({Scope.VISITORS, Scope.EACH_VISITOR})


def checked_limit(limit: Any) -> int:
    """A limit in micro-units.

    Raises:
        InvalidInput: it is no whole number, below 0 or beyond everything.
    """
    if type(limit) is not int or not 0 <= limit <= MOST:
        raise InvalidInput.on(
            "limit", "out_of_range", _("Use a sum of 0 or more, at most a thousand million.")
        )
    return limit


def checked_grace(percent: Any) -> int:
    """How much further than a hard limit answers go, in percent.

    Raises:
        InvalidInput: it is no whole number from 0 to 100.
    """
    if type(percent) is not int or not 0 <= percent <= MOST_GRACE:
        raise InvalidInput.on("grace_percent", "out_of_range", _("Use a whole number from 0 to 100."))
    return percent


def checked_scope(organisation: Any, scope: str) -> str:
    """One of the scopes that the organisation can have: visitors without an account are the platform's own.

    Raises:
        InvalidInput: it is none of them.
    """
    is_platform = organisation.kind == Organisation.Kind.PLATFORM
    if scope not in Scope.values or (scope in VISITORS and not is_platform):
        raise InvalidInput.on("scope", "invalid_choice", _("Choose whose budget it is from the list."))
    return scope


def subject_of(actor: Actor, scope: str, given: str) -> tuple[str, str]:
    """What a budget keeps of whom or what it is for, and a name to keep with it; inside the organisation's scope.

    Args:
        given: the public id of a group, a person (or their membership), an API key or an assistant; empty where the scope says it.

    Raises:
        InvalidInput: one is missing, or given where there is none to choose.
        NotFound: the organisation has no such one (a foreign one answers alike).
    """
    if (scope in NAMED) != bool(given):
        raise InvalidInput.on("subject", "required", _("Choose whose budget it is from the list."))
    if scope == Scope.ASSISTANT:
        return _assistant(actor, given)
    return (_row(actor, scope, given), "") if given else ("", "")


def _row(actor: Actor, scope: str, given: str) -> str:
    organisation = actor.organisation
    found: int | None
    if scope == Scope.GROUP:
        found = (
            Group.objects.for_organisation(organisation)
            .filter(public_id=given)
            .values_list("pk", flat=True)
            .first()
        )
    elif scope == Scope.MEMBER:
        rows = Membership.objects.for_organisation(organisation)
        member = rows.filter(Q(public_id=given) | Q(user__public_id=given)).first()
        found = member.user_id if member else None
    else:
        key = ApiKey.objects.for_organisation(organisation).filter(public_id=given).first()
        found = (key.origin_id or key.pk) if key else None
    if found is None:
        raise NotFound
    return str(found)


def _assistant(actor: Actor, given: str) -> tuple[str, str]:
    own = assistant_names.get()(actor, [given])
    if given in own:
        return given, own[given][:160]
    product = products.get()(actor, given)
    return product.id, product.name[:160]
