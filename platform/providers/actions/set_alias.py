"""Give models of the catalogue other names."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from kernel.actions import assert_in_action
from kernel.errors import DomainError, NotFound
from providers.catalogue import forget
from providers.models import Model, ModelAlias
from providers.snapshots import is_own


class AliasProblem(DomainError):
    """A name that cannot lead to a model."""


class AliasInvalid(AliasProblem):
    code = "alias_invalid"
    user_message = _("%(name)s cannot be another name for a model: use up to 160 characters without blanks.")


class AliasTaken(AliasProblem):
    code = "alias_taken"
    user_message = _("%(name)s is a model that is offered. Stop offering it first, or choose another name.")


class AliasLoops(AliasProblem):
    code = "alias_loops"
    user_message = _("%(name)s would lead back to itself by way of %(target)s.")


class AliasLeadsNowhere(AliasProblem):
    code = "alias_leads_nowhere"
    user_message = _("There is no model and no other name %(target)s here.")


def set_alias(*, staff: Staff, name: str, target: str, reason: str) -> ModelAlias:
    """Let a name lead to a model or to another name; an existing one is led elsewhere.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        AliasInvalid, AliasTaken, AliasLoops, AliasLeadsNowhere: the name or where it leads is wrong.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        write_alias(name, target)
        alias = ModelAlias.objects.get(name=name)
        record_staff_action(
            staff=staff.user, action="alias.set", target=alias, reason=why, ip=staff.ip, leads_to=target
        )
    forget()
    return alias


def remove_alias(*, staff: Staff, name: str, reason: str) -> None:
    """Let a name lead nowhere any more.

    Raises:
        NotYourTask: only operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such name.
    """
    require_staff(staff, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        alias = ModelAlias.objects.select_for_update().filter(name=name).first()
        if alias is None:
            raise NotFound
        record_staff_action(staff=staff.user, action="alias.removed", target=alias, reason=why, ip=staff.ip)
        alias.delete()
    forget()


def write_alias(name: str, target: str) -> bool:
    """Write an alias in the open transaction; gives whether that changed anything.

    Raises:
        AliasInvalid, AliasTaken, AliasLoops, AliasLeadsNowhere: see `set_alias`.
    """
    assert_in_action()
    if not 0 < len(name) <= 160 or not name.isprintable() or " " in name or is_own(name):
        raise AliasInvalid(name=name[:60])
    if _model_exists(name, offered=True):
        raise AliasTaken(name=name)
    # Held whole: two names that are set at once could otherwise lead to each other.
    targets = dict(ModelAlias.objects.select_for_update().order_by("pk").values_list("name", "target"))
    _follow(name, target, targets)
    if targets.get(name) == target:
        return False
    ModelAlias.objects.update_or_create(name=name, defaults={"target": target})
    return True


def _follow(name: str, target: str, targets: dict[str, str]) -> None:
    seen, present = {name}, target
    while present in targets or present in seen:
        if present in seen:
            raise AliasLoops(name=name, target=target)
        seen.add(present)
        present = targets[present]
    if not _model_exists(present):
        raise AliasLeadsNowhere(target=target)


def _model_exists(model_id: str, *, offered: bool | None = None) -> bool:
    provider, _slash, name = model_id.partition("/")
    rows = Model.objects.filter(provider__slug=provider, name=name)
    return (rows if offered is None else rows.filter(offered=offered)).exists()
