"""What staff do to the plans themselves. A plan is never deleted: organisations may be on it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.models import Plan
from billing.plans import EVERYTHING, FEATURES, POOL
from billing.shares import WHOLE
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.registries import KnowledgeLimits

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST = 2**63 - 1
MOST_COUNTED = 2**31 - 1
MOST_PRICE = 10**15
ANY_AMOUNT = KnowledgeLimits()


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan costs and includes. Sums are micro-units.

    Attributes:
        price: a month; 0 for nothing.
        features: codes of `billing.plans.FEATURES`.
        overage: whether answers go on beyond the allowance.
        overage_paid_by: `wallet` or `metered`: what pays for them, the wallet or the plan's invoice.
        overage_limit: micro-units that may come on the invoice in a month; None where the wallet pays.
        own_key_fee: an answer by a model that the organisation's own key pays for.
        creator_share_bp: what creators on it keep of a payment, in basis points; None for the installation's part.
    """

    price: int = 0
    features: frozenset[str] = EVERYTHING
    overage: bool = False
    overage_paid_by: str = Plan.OveragePaidBy.WALLET
    overage_limit: int | None = None
    own_key_fee: int = 0
    creator_share_bp: int | None = None


FREE_TERMS = PlanTerms()


class CodeTaken(Conflict):
    code = "code_taken"
    user_message = _("There is a plan with this code already, perhaps an archived one. Choose another code.")


class PlanIsDefault(Conflict):
    code = "plan_is_default"
    user_message = _("This is the default plan. Make another one the default first, or none.")


class PlanArchived(Conflict):
    code = "plan_archived"
    user_message = _("This plan is archived. Bring it back first.")


def create_plan(
    *,
    staff: Staff,
    code: str,
    name: str,
    monthly_allowance: int,
    member_limit: int | None,
    is_default: bool,
    reason: str,
    knowledge: KnowledgeLimits = ANY_AMOUNT,
    terms: PlanTerms = FREE_TERMS,
) -> Plan:
    """Make a plan that organisations can be put on.

    Args:
        code: what it is called for good, in small letters, digits and hyphens.
        monthly_allowance: micro-units of the installation's currency.
        member_limit: how many people at most; None for any number.
        is_default: whether it holds for every organisation that was put on no plan; then no other one does.
        knowledge: how much may be kept; by default any amount.
        terms: its price and what it includes; by default nothing and everything.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason or the name is missing, or something is out of range.
        CodeTaken: another plan has the code.
    """
    with _changing(staff, reason) as why:
        if not CODE.fullmatch(code) or len(code) > 40:
            raise InvalidInput.on("code", "invalid", _("Use small letters, digits and hyphens, at most 40."))
        if Plan.objects.filter(code=code).exists():
            raise CodeTaken
        plan = Plan(code=code)
        _fill(plan, name, monthly_allowance, member_limit, is_default, knowledge, terms)
        _log(staff, "plan.created", plan, why, after=_facts(plan))
    return plan


def update_plan(
    *,
    staff: Staff,
    plan_id: int,
    name: str,
    monthly_allowance: int,
    member_limit: int | None,
    is_default: bool,
    reason: str,
    knowledge: KnowledgeLimits = ANY_AMOUNT,
    terms: PlanTerms = FREE_TERMS,
) -> Plan:
    """Change a plan for everybody who is on it: the allowance from the next month on, the other limits at once.

    Args:
        knowledge: how much may be kept; by default any amount. Nothing that is there is removed.
        terms: its price and what it includes; by default nothing and everything.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason or the name is missing, or something is out of range.
        NotFound: there is no such plan.
        PlanArchived: it is no longer offered, so it cannot be the default.
    """
    with _changing(staff, reason) as why:
        plan = _access(plan_id)
        if plan.archived_at and is_default:
            raise PlanArchived
        before = _facts(plan)
        _fill(plan, name, monthly_allowance, member_limit, is_default, knowledge, terms)
        _log(staff, "plan.updated", plan, why, before=before, after=_facts(plan))
    return plan


def archive_plan(*, staff: Staff, plan_id: int, reason: str) -> Plan:
    """Offer a plan no longer; organisations that are on it stay on it.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such plan.
        PlanIsDefault: it holds for organisations that are on no plan.
    """
    with _changing(staff, reason) as why:
        plan = _access(plan_id)
        if plan.is_default:
            raise PlanIsDefault
        if plan.archived_at is None:
            plan.archived_at = timezone.now()
            plan.save(update_fields=["archived_at"])
            _log(staff, "plan.archived", plan, why)
    return plan


def restore_plan(*, staff: Staff, plan_id: int, reason: str) -> Plan:
    """Offer an archived plan again.

    Raises:
        NotYourTask: only finance and operators may.
        InvalidInput: the reason is missing.
        NotFound: there is no such plan.
    """
    with _changing(staff, reason) as why:
        plan = _access(plan_id)
        if plan.archived_at is not None:
            plan.archived_at = None
            plan.save(update_fields=["archived_at"])
            _log(staff, "plan.restored", plan, why)
    return plan


@contextmanager
def _changing(staff: Staff, reason: str) -> Iterator[str]:
    require_staff(staff, Role.FINANCE, Role.OPERATOR)
    why = checked_reason(reason)
    with transaction.atomic(durable=True):
        # One change of plans at a time: so there is never more than one default.
        list(Plan.objects.select_for_update().order_by("pk"))
        yield why


def _access(plan_id: int) -> Plan:
    plan = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        raise NotFound
    return plan


def _fill(
    plan: Plan,
    name: str,
    monthly_allowance: int,
    member_limit: int | None,
    is_default: bool,
    knowledge: KnowledgeLimits,
    terms: PlanTerms,
) -> None:
    if not 1 <= len(name.strip()) <= 80:
        raise InvalidInput.on("name", "required", _("Give the plan a name of at most 80 characters."))
    if not 0 <= monthly_allowance <= MOST:
        raise InvalidInput.on("monthly_allowance", "out_of_range", _("Use 0 or more."))
    if member_limit is not None and not 1 <= member_limit <= 1_000_000:
        raise InvalidInput.on("member_limit", "out_of_range", _("Use 1 or more, or leave it empty."))
    _fill_knowledge(plan, knowledge)
    _fill_terms(plan, terms)
    if is_default:
        Plan.objects.filter(is_default=True).exclude(pk=plan.pk).update(is_default=False)
    plan.name, plan.monthly_allowance, plan.member_limit = name.strip(), monthly_allowance, member_limit
    plan.is_default = is_default
    plan.save()


def _fill_knowledge(plan: Plan, limits: KnowledgeLimits) -> None:
    for name, most in (("files", MOST_COUNTED), ("bytes", MOST), ("passages", MOST_COUNTED)):
        value = getattr(limits, name)
        if value is not None and not 0 <= value <= most:
            raise InvalidInput.on(f"knowledge_{name}", "out_of_range", _("Use 0 or more, or leave it empty."))
        setattr(plan, f"knowledge_{name}", value)


def _fill_terms(plan: Plan, terms: PlanTerms) -> None:
    for name in ("price", "own_key_fee"):
        if not 0 <= getattr(terms, name) <= MOST_PRICE:
            raise InvalidInput.on(name, "out_of_range", _("Use 0 or more."))
        setattr(plan, name, getattr(terms, name))
    if not terms.features <= EVERYTHING:
        raise InvalidInput.on("features", "invalid_choice", _("Choose from what a plan can include."))
    if terms.creator_share_bp is not None and not 0 <= terms.creator_share_bp <= WHOLE:
        raise InvalidInput.on("creator_share", "out_of_range", _("Use a part from 0 to 100 percent."))
    _fill_overage(plan, terms)
    plan.features = [code for code in FEATURES if code in terms.features]
    plan.pool = POOL in terms.features
    plan.creator_share_bp = terms.creator_share_bp


def _fill_overage(plan: Plan, terms: PlanTerms) -> None:
    if terms.overage_paid_by not in Plan.OveragePaidBy.values:
        raise InvalidInput.on(
            "overage_paid_by", "invalid_choice", _("Choose the wallet or the plan's invoice.")
        )
    metered = terms.overage_paid_by == Plan.OveragePaidBy.METERED
    if metered and not 0 < (terms.overage_limit or 0) <= MOST_PRICE:
        raise InvalidInput.on(
            "overage_limit", "required", _("Say how much may come on an invoice in a month: more than 0.")
        )
    plan.overage, plan.overage_paid_by = terms.overage, terms.overage_paid_by
    plan.overage_limit = terms.overage_limit if metered else None


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "monthly_allowance": plan.monthly_allowance,
        "member_limit": plan.member_limit,
        "is_default": plan.is_default,
        "price": plan.price,
        "features": plan.features,
        "overage": plan.overage,
        "overage_paid_by": plan.overage_paid_by,
        "overage_limit": plan.overage_limit,
        "own_key_fee": plan.own_key_fee,
        "creator_share_bp": plan.creator_share_bp,
        "knowledge_files": plan.knowledge_files,
        "knowledge_bytes": plan.knowledge_bytes,
        "knowledge_passages": plan.knowledge_passages,
    }


def _log(staff: Staff, action: str, plan: Plan, why: str, **detail: Any) -> None:
    record_staff_action(
        staff=staff.user, action=action, target=plan, reason=why, ip=staff.ip, code=plan.code, **detail
    )
