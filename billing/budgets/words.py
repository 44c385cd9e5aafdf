"""Budgets in words: whose they are."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from billing.budgets.matching import Spender
from billing.models import Budget
from organisations.models import ApiKey, Group, Organisation

Scope = Budget.Scope
Named = tuple[str, str]  # scope, subject


def budget_name(organisation_id: int, scope: str, subject: str) -> str:
    """Whose budget it is, for people; inside the organisation's scope."""
    return budget_names(organisation_id, [(scope, subject)])[scope, subject]


def budget_names(organisation_id: int, wanted: Iterable[Named]) -> dict[Named, str]:
    """The same for several at once; each kind is asked for once."""
    names: dict[Named, str] = {}
    by_scope: dict[str, list[str]] = {}
    for scope, subject in wanted:
        by_scope.setdefault(scope, []).append(subject)
    for scope, subjects in by_scope.items():
        found = _FOUND[scope](organisation_id, subjects)
        names |= {
            (scope, subject): found.get(subject) or _("somebody or something that is gone")
            for subject in subjects
        }
    return names


def limit_of(spender: Spender, scope: str, subject: str) -> int:
    """The limit of a budget that an answer fell under, in micro-units; the lower one where an API key has two."""
    named = "" if scope in (Scope.EACH_MEMBER, Scope.EACH_VISITOR) else subject
    limits: list[int] = list(
        Budget.objects.for_organisation(spender.organisation_id)
        .filter(scope=scope, subject=named)
        .values_list("limit", flat=True)
    )
    if scope == Scope.KEY and spender.api_key_id:
        key = ApiKey.objects.for_organisation(spender.organisation_id).filter(pk=spender.api_key_id).first()
        if key and key.monthly_budget_micro is not None:
            limits.append(key.monthly_budget_micro)
    return min(limits)


def _organisation(organisation_id: int, subjects: list[str]) -> dict[str, str]:
    name = Organisation.objects.values_list("name", flat=True).get(pk=organisation_id)
    return dict.fromkeys(subjects, name)


def _groups(organisation_id: int, subjects: list[str]) -> dict[str, str]:
    rows = Group.objects.for_organisation(organisation_id).filter(pk__in=subjects)
    return {str(group.pk): group.name for group in rows}


def _people(_organisation_id: int, subjects: list[str]) -> dict[str, str]:
    people = User.objects.in_bulk([int(subject) for subject in subjects if subject])
    return {str(key): person.display_name for key, person in people.items()} | {"": _("each person")}


def _keys(organisation_id: int, subjects: list[str]) -> dict[str, str]:
    """By the name that the latest key of a chain of rotations bears."""
    rows = ApiKey.objects.for_organisation(organisation_id).filter(
        Q(pk__in=subjects) | Q(origin_id__in=subjects)
    )
    return {
        str(key.origin_id or key.pk): _("the API key “%(name)s”") % {"name": key.name}
        for key in rows.order_by("created_at", "pk")
    }


def _assistants(organisation_id: int, subjects: list[str]) -> dict[str, str]:
    rows = Budget.objects.for_organisation(organisation_id).filter(
        scope=Scope.ASSISTANT, subject__in=subjects
    )
    return dict(rows.values_list("subject", "name"))


def _visitors(_organisation_id: int, subjects: list[str]) -> dict[str, str]:
    return {subject: _("each visitor without an account") for subject in subjects}


def _all_visitors(_organisation_id: int, subjects: list[str]) -> dict[str, str]:
    return {subject: _("visitors without an account") for subject in subjects}


_FOUND = {
    Scope.ORGANISATION.value: _organisation,
    Scope.GROUP.value: _groups,
    Scope.MEMBER.value: _people,
    Scope.EACH_MEMBER.value: _people,
    Scope.KEY.value: _keys,
    Scope.ASSISTANT.value: _assistants,
    Scope.VISITORS.value: _all_visitors,
    Scope.EACH_VISITOR.value: _visitors,
}
