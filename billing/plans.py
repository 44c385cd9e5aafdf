"""Which plan holds for an organisation, and what a new month may cost because of it."""

from typing import Any

from billing.models import OrganisationPlan, Plan
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
