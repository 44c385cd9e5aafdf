"""An assistant as strangers may try it: it reads and answers, in a few words, and changes nothing anywhere."""

from dataclasses import replace

from django.conf import settings

from assistants.actions.calling.planned import frozen_revision
from assistants.actions.disclosing import READS
from assistants.actions.models import Action
from assistants.connections.models import AuthProfile
from assistants.turns.plan import ActionUse, AssistantPlan, Limits
from kernel.tenancy import tenant_scope

TOOL_CALLS = 3
SECONDS = 60
CHARACTERS = 12_000
PASSAGES_TOKENS = 1500
# Strangers get tools that reach nothing, cost nothing and leave nothing behind.
CAPABILITIES = frozenset({"clock", "calculator", "search"})


def trial_plan(plan: AssistantPlan) -> AssistantPlan:
    """The same version within the limits of a trial: no operation that writes or needs an account of its user's."""
    answer = min(
        int(plan.parameters.get("max_output_tokens") or settings.TRIAL_ANSWER_TOKENS),
        settings.TRIAL_ANSWER_TOKENS,
    )
    return replace(
        plan,
        parameters={**plan.parameters, "max_output_tokens": answer},
        capabilities=plan.capabilities & CAPABILITIES,
        actions=_reading(plan),
        budget_tokens=min(plan.budget_tokens, PASSAGES_TOKENS),
        rerank=False,
        rewriting="words" if plan.rewriting == "model" else plan.rewriting,
        verification=False,
        limits=Limits(
            characters=min(plan.limits.characters, CHARACTERS),
            seconds=min(plan.limits.seconds or SECONDS, SECONDS),
            tokens=min(plan.limits.tokens or settings.TRIAL_TOKENS, settings.TRIAL_TOKENS),
            tool_calls=min(plan.limits.tool_calls, TOOL_CALLS),
            cost=plan.limits.cost,
        ),
    )


def without_own_accounts(plan: AssistantPlan) -> tuple[ActionUse, ...]:
    """The actions of a plan but for those that each person signs with an account of their own."""
    if not plan.actions:
        return ()
    organisation = plan.creator_organisation_id
    with tenant_scope(organisation):
        rows = Action.objects.for_organisation(organisation).filter(
            public_id__in=[use.action_id for use in plan.actions],
            profile__owner=AuthProfile.Owner.USER,
            profile__deleted_at=None,
        )
        own = set(rows.exclude(profile__kind="none").values_list("public_id", flat=True))
    return tuple(use for use in plan.actions if use.action_id not in own)


def _reading(plan: AssistantPlan) -> tuple[ActionUse, ...]:
    if not plan.actions:
        return ()
    organisation = plan.creator_organisation_id
    with tenant_scope(organisation):
        rows = Action.objects.for_organisation(organisation).select_related("profile")
        unsigned = {
            action.public_id
            for action in rows.filter(public_id__in=[use.action_id for use in plan.actions], deleted_at=None)
            if action.profile is None or action.profile.kind == "none" or action.profile.deleted_at
        }
        uses = [
            replace(use, operations=_reads(organisation, use))
            for use in plan.actions
            if use.action_id in unsigned
        ]
    return tuple(use for use in uses if use.operations)


def _reads(organisation: int, use: ActionUse) -> tuple[str, ...]:
    operations = frozen_revision(organisation, use.revision_id).operations
    return tuple(key for key in use.operations if key in operations and operations[key].risk == READS)
