"""What a call has to pass before it leaves the house: policies, and a person's word where one is due.

Who wins: taint over the organisation's policy over what the operation says of itself. In a tainted turn (it has read text
from outside, which may hold instructions to the model) every write, every new destination and every argument that the
person did not type needs a word, whatever was remembered.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from django.utils.translation import gettext_lazy as _

from assistants.actions.actions.ask_confirmation import ask_confirmation
from assistants.actions.actions.claim_confirmation import claim_confirmation
from assistants.actions.actions.report_undisclosed import report_undisclosed
from assistants.actions.calling.recording import Made, confirmed_by, record_call, record_refusal
from assistants.actions.calling.values import free_values, is_address_of_nobody
from assistants.actions.disclosing import covers, is_built_in
from assistants.actions.models import ActionCall, Confirmation
from assistants.actions.queries import confirmation_of_call, is_always_allowed
from assistants.actions.reach import was_announced
from assistants.turns.pausing import CONFIRMATION, Paused, PauseRequest
from assistants.turns.tools import Intention, Permit, ToolResult, TurnContext
from assistants.turns.trust import Trust
from kernel.db import run_db
from kernel.errors import DomainError
from organisations.host_policy import check_hosts
from organisations.policy_cache import policy_in_force
from providers.ports import ToolCall

Reason = Confirmation.Reason


class CallDenied(DomainError):
    """Attributes:
    confirmation_id: of the question that was answered with no.
    """

    code = "call_denied"
    status = 403
    user_message = _(
        "The person refused this call, so it was not made. Do not try it again; go on without it."
    )
    confirmation_id = ""


class AnswerLost(DomainError):
    code = "answer_lost"
    status = 409
    user_message = _(
        "This call was sent once, and what came of it was lost: it may have arrived or not. It is not repeated. Say so, and"
        " ask the person to look there before anything is sent anew."
    )


class Undisclosed(DomainError):
    code = "undisclosed"
    status = 403
    user_message = _(
        "What people are told about this assistant does not cover a call to %(host)s, so it was not made."
    )


class NobodyToAsk(DomainError):
    code = "confirmation_needed"
    status = 409
    user_message = _(
        "This call needs a person's confirmation, and nobody can be asked here. It was not made. Ask in a chat, or by"
        " POST /api/v1/conversations, where calls can be confirmed."
    )


async def gate(context: TurnContext, call: ToolCall, intention: Intention) -> Permit:
    """Look at a call that would leave the house.

    Returns:
        The permit to make it, with the arguments that a person may have edited.

    Raises:
        Undisclosed, HostForbidden, CallDenied, AnswerLost, NobodyToAsk: it is not made, and why.
        Paused: a person is asked first.
    """
    try:
        permit = await run_db(_gate, context, call, intention)
    except DomainError as error:
        answered = getattr(error, "confirmation_id", "")
        await run_db(record_refusal, context, intention, error, confirmation_id=answered)
        if isinstance(error, Undisclosed):
            await run_db(report_undisclosed, plan=context.plan, intention=intention, actor=context.actor)
        raise
    if is_built_in(intention.action):  # actions write their calls down themselves
        return replace(permit, done=partial(_write_down, context, intention))
    return permit


async def _write_down(
    context: TurnContext, intention: Intention, result: ToolResult, milliseconds: int
) -> None:
    outcome = ActionCall.Outcome.ANSWERED if result.ok else ActionCall.Outcome.FAILED
    await run_db(record_call, context, intention, Made(outcome, milliseconds=milliseconds))


def _gate(context: TurnContext, call: ToolCall, intention: Intention) -> Permit:
    if not covers(context.plan, intention) or not _announced(context, intention):
        raise Undisclosed(host=intention.host)
    organisation = context.actor.organisation
    # Those of who asks, and of whose action it is.
    concerned = {organisation.pk, intention.organisation_id or organisation.pk}
    check_hosts(intention.host, *concerned)
    decided = confirmation_of_call(organisation, context.turn_id, call.id) if context.resumed else None
    if decided is not None:
        return _as_decided(decided, intention)
    confirm = [policy_in_force(one).actions.confirm for one in concerned]
    reason = reason_to_ask(context.trust, intention, confirm)
    if reason is None and is_address_of_nobody(context, intention):
        reason = Reason.TAINT
    arguments = dict(intention.arguments)
    if reason is None or (
        remembers(reason, intention) and is_always_allowed(context.actor, context.thread_id, intention)
    ):
        return Permit(arguments, (intention.host,))
    if not context.can_wait:
        raise NobodyToAsk
    asked = ask_confirmation(context=context, call_id=call.id, intention=intention, reason=reason)
    raise Paused(PauseRequest(asked.public_id, CONFIRMATION, asked.document, asked.expires_at))


def _announced(context: TurnContext, intention: Intention) -> bool:
    """Whether other organisations' people were told of the host when the version was opened to them.

    What a version says of itself is not enough here: this was written down apart from it, and changing the one does not
    change the other.
    """
    plan = context.plan
    at_home = plan.creator_organisation_id == context.actor.organisation.pk
    if at_home or not plan.publication_id or is_built_in(intention.action):
        return True
    return was_announced(plan.creator_organisation_id, plan.assistant_id, intention.host)


def _as_decided(confirmation: Confirmation, intention: Intention) -> Permit:
    if confirmation.state == Confirmation.State.PENDING:
        raise Paused(
            PauseRequest(confirmation.public_id, CONFIRMATION, confirmation.document, confirmation.expires_at)
        )
    if confirmation.state == Confirmation.State.MADE:
        raise AnswerLost
    if confirmation.state != Confirmation.State.ALLOWED:
        refused = CallDenied()
        refused.confirmation_id = confirmation.public_id
        raise refused

    async def claim() -> bool:
        confirmed_by.set(confirmation.public_id)
        return await run_db(claim_confirmation, confirmation=confirmation)

    return Permit(dict(confirmation.arguments), (intention.host,), confirmed=True, claim=claim)


def reason_to_ask(trust: Trust, intention: Intention, confirm: Sequence[str]) -> str | None:
    """Why a person has to be asked about a call; None where nobody has.

    Args:
        confirm: what the policies ask for: `declared`, `writes` or `all`.
    """
    if trust.tainted and (
        not intention.reads
        or intention.host not in trust.hosts
        or (not intention.stays_home and _says_something(trust, intention))
    ):
        return Reason.TAINT
    if "all" in confirm or ("writes" in confirm and not intention.reads):
        return Reason.POLICY
    if intention.consequential or intention.risk == "destroys":
        return Reason.CONSEQUENTIAL
    return None if intention.reads else Reason.WRITES


def _says_something(trust: Trust, intention: Intention) -> bool:
    return any(not trust.was_typed(value) for value in free_values(intention.arguments, intention.schema))


def remembers(reason: str, intention: Intention) -> bool:
    """Whether a person may allow it for a whole conversation: only what says itself that it is harmless.

    OpenAI's rule for actions: `x-openai-isConsequential: false` offers "always allow", for everything else that is not a
    GET each run is asked about.
    """
    return reason == Reason.WRITES and intention.consequential is False
