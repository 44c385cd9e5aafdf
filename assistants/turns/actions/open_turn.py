"""Open a turn: reserve its cost and note that it runs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from assistants.turns.context import DEFAULT_ANSWER_TOKENS, PastMessage
from assistants.turns.models import Turn
from assistants.turns.plan import AssistantPlan
from assistants.turns.policy import check_model
from assistants.turns.tools import Toolbox
from billing.actions.reserve import reserve
from kernel.actions import assert_in_action
from kernel.ids import new_public_id
from kernel.money import price_of
from kernel.rows import insert_row
from organisations.actors import Actor
from providers.catalogue import ModelInfo, get_model
from providers.gateway import chat_model
from providers.ports import ChatModel

NO_TOOLS = Toolbox()
BYTES_A_TOKEN = 3  # for an estimate on the safe side


@dataclass(frozen=True, slots=True)
class OpenedTurn:
    """A turn that may run: everything that making the answer needs, without a database."""

    id: str
    organisation_id: int
    surface: str
    plan: AssistantPlan
    question: str
    model: ChatModel
    info: ModelInfo
    user_id: int | None
    api_key_id: int | None
    history: Sequence[PastMessage] = field(default_factory=tuple)
    wish: str = ""
    language: str = ""
    message_id: str = ""
    keep_text: bool = True
    toolbox: Toolbox = NO_TOOLS


def open_turn(
    *,
    actor: Actor,
    plan: AssistantPlan,
    question: str,
    surface: str,
    runner: str,
    history: Sequence[PastMessage] = (),
    wish: str = "",
    language: str = "",
    message_id: str = "",
    keep_text: bool = True,
    toolbox: Toolbox = NO_TOOLS,
) -> tuple[Turn, OpenedTurn]:
    """Reserve what the answer may cost and save the turn, in the open transaction.

    Args:
        runner: the id of the process that will make the answer.
        message_id: the public id of the message that shows the answer.
        keep_text: whether question and answer are kept in the database.
        toolbox: the tools that the model may call.

    Raises:
        AllowanceUsedUp: the organisation's allowance for the month is spent.
        ModelNotFound: the assistant's model is no longer offered.
        ModelForbidden, AssistantsModelForbidden: a policy does not allow it.
    """
    assert_in_action()
    info = get_model(plan.model_id)
    check_model(actor, plan, info)
    opened = OpenedTurn(
        id=new_public_id("turn_"),
        organisation_id=actor.organisation.pk,
        surface=surface,
        plan=plan,
        question=question,
        model=chat_model(plan.model_id),
        info=info,
        user_id=actor.user_id,
        api_key_id=actor.api_key_id,
        history=history,
        wish=wish,
        language=language,
        message_id=message_id,
        keep_text=keep_text,
        toolbox=toolbox,
    )
    turn = _saved(opened, runner)
    reserve(
        organisation=actor.organisation,
        reference=turn.public_id,
        amount=_estimate(plan, opened.info, turn.prompt_tokens),
        user=actor.user,
        api_key_id=actor.api_key_id,
    )
    return turn, opened


def _saved(opened: OpenedTurn, runner: str) -> Turn:
    plan = opened.plan
    turn = Turn(
        public_id=opened.id,
        organisation_id=opened.organisation_id,
        user_id=opened.user_id,
        api_key_id=opened.api_key_id,
        message_id=opened.message_id,
        surface=opened.surface,
        assistant_id=plan.assistant_id,
        assistant_name=plan.assistant_name,
        publication_id=plan.publication_id or "",
        version_id=plan.version_id or "",
        creator_organisation_id=plan.creator_organisation_id,
        model_id=plan.model_id,
        runner=runner,
        question=opened.question if opened.keep_text else "",
        prompt_tokens=_prompt_estimate(plan, opened.question, opened.history),
        price=_price_note(opened.info),
    )
    insert_row(turn)
    return turn


def _prompt_estimate(plan: AssistantPlan, question: str, history: Sequence[PastMessage]) -> int:
    written = (
        len(plan.system_prompt.encode()) + len(question.encode()) + sum(len(m.text.encode()) for m in history)
    )
    return written // BYTES_A_TOKEN + (plan.budget_tokens if plan.knowledge else 0)


def _price_note(info: ModelInfo) -> dict[str, object]:
    # Kept with the turn, so that whoever closes it charges the price it was opened at.
    note: dict[str, object] = {"provider": info.provider}
    if info.price:
        note |= asdict(info.price)
    return note


def _estimate(plan: AssistantPlan, info: ModelInfo, prompt_tokens: int) -> int:
    if info.price is None:
        return 0
    answer = int(plan.parameters.get("max_output_tokens") or DEFAULT_ANSWER_TOKENS)
    return price_of(prompt_tokens, info.price.input_per_million) + price_of(
        answer, info.price.output_per_million
    )
