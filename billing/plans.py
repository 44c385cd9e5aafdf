"""Which plan holds for an organisation, what it includes, and what a new month may cost because of it."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from billing.models import OrganisationPlan, Plan
from kernel.errors import DomainError
from kernel.registries import KnowledgeLimits
from organisations.models import Organisation

# A month's limit where nobody has set it: that of the plan, otherwise as the month before, otherwise the installation's.
# Visitors without an account act in the platform's own organisation: only a plan that it was put on holds for that one.
NEW_LIMIT = """COALESCE(
  (SELECT plan.monthly_allowance FROM billing_organisationplan own JOIN billing_plan plan ON plan.id = own.plan_id
   WHERE own.organisation_id = %(organisation)s),
  (SELECT plan.monthly_allowance FROM billing_plan plan, organisations_organisation one
   WHERE plan.is_default AND one.id = %(organisation)s AND one.kind <> 'platform'),
  (SELECT "limit" FROM billing_allowanceperiod
   WHERE organisation_id = %(organisation)s ORDER BY month DESC LIMIT 1),
  %(limit)s)"""

# Each organisation with its plan: the one that it was put on, else the default one.
ON_PLAN = """(
  SELECT one.id AS organisation_id, COALESCE(own.plan_id, standard.id) AS plan_id FROM organisations_organisation one
  LEFT JOIN billing_organisationplan own ON own.organisation_id = one.id
  LEFT JOIN billing_plan standard ON standard.is_default AND one.kind <> 'platform') holder
  JOIN billing_plan plan ON plan.id = holder.plan_id"""
OWN_KEY_FEE = f"SELECT plan.own_key_fee FROM {ON_PLAN} WHERE holder.organisation_id = %s"  # noqa: S608

POOL = "pool"
# What a plan may include, as those who choose one read it.
FEATURES: dict[str, Any] = {
    "own_keys": _("Own keys of model providers"),
    "private_directory": _("A directory of the organisation's own"),
    "custom_roles": _("Roles of the organisation's own"),
    "domains": _("Own domains, single sign-on and joining by e-mail domain"),
    "api": _("API keys"),
    POOL: _("Assistants that are included in paying plans"),
}
EVERYTHING = frozenset(FEATURES)


class NotInPlan(DomainError):
    code = "not_in_plan"
    status = 402
    user_message = _(
        "The plan %(plan)s does not include this: %(feature)s. Choose another plan under Organisation, Plans, or ask"
        " those who look after the organisation's money."
    )


def features_of(organisation: Any) -> frozenset[str]:
    """Codes of what an organisation's plan includes, inside its scope; everything where it is on no plan."""
    plan = plan_of(organisation)
    return frozenset(plan.features) if plan else EVERYTHING


def require_feature(organisation: Any, feature: str) -> None:
    """Refuse what an organisation's plan does not include, inside its scope.

    Raises:
        NotInPlan: it says which plan, and what is missing.
    """
    plan = plan_of(organisation)
    if plan is not None and feature not in plan.features:
        raise NotInPlan(plan=plan.name, feature=FEATURES[feature])


def own_key_fee(organisation_id: int) -> int:
    """What an answer by an organisation's own key costs by its plan, in micro-units."""
    with connection.cursor() as cursor:
        cursor.execute(OWN_KEY_FEE, [organisation_id])
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def plan_of(organisation: Any) -> Plan | None:
    """The plan that an organisation is on, inside its scope: its own, otherwise the default one."""
    own = OrganisationPlan.objects.for_organisation(organisation).select_related("plan").first()
    if own is not None:
        plan: Plan = own.plan
        return plan
    if organisation.kind == Organisation.Kind.PLATFORM:
        return None
    return Plan.objects.filter(is_default=True).first()


def member_limit(organisation: Any) -> int | None:
    """How many people an organisation may have by its plan; None for any number."""
    plan = plan_of(organisation)
    return plan.member_limit if plan else None


def knowledge_limits(organisation: Any) -> KnowledgeLimits:
    """How much knowledge an organisation may keep by its plan."""
    plan = plan_of(organisation)
    return limits_of(plan) if plan else KnowledgeLimits()


def limits_of(plan: Plan) -> KnowledgeLimits:
    """How much knowledge a plan allows."""
    return KnowledgeLimits(plan.knowledge_files, plan.knowledge_bytes, plan.knowledge_passages)
