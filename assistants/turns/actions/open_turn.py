"""Open a turn: reserve its cost and note that it runs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields

from assistants.turns.answerers import Answerer, choose_answerers
from assistants.turns.context import DEFAULT_ANSWER_TOKENS, PastMessage
from assistants.turns.models import Turn
from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.suspension import Suspended
from assistants.turns.toolbox import toolbox_of
from assistants.turns.tools import NO_TOOLS, Toolbox, TurnContext
from assistants.turns.trust import Trust
from billing.actions.open_charge import Sold, open_charge
from billing.prices import cost_of
from kernel.actions import assert_in_action
from kernel.ids import new_public_id
from kernel.rows import insert_row
from organisations.actors import Actor
from providers.catalogue import ModelInfo

BYTES_A_TOKEN = 3  # for an estimate on the safe side
# Where somebody can be asked while the answer is made, and the state of a turn may be kept.
CAN_WAIT = frozenset({Turn.Surface.CHAT, Turn.Surface.PREVIEW, Turn.Surface.REVIEW})
REWRITING_TOKENS, REWRITING_ANSWER = 1_700, 80  # of the call that makes a question stand alone, at most


@dataclass(frozen=True, slots=True)
class OpenedTurn:
    """A turn that may run: everything that making the answer needs, without a database.

    Attributes:
        answerer: the model that is asked first. fallback: the one that takes over where that fails at once.
        sources: what was found for it; filled while the answer is made. trust: what it has read, and may so do.
        resumed: how far it came before it waited for a person. declined: connections that it goes on without.
    """

    id: str
    organisation_id: int
    surface: str
    plan: AssistantPlan
    question: str
    answerer: Answerer
    user_id: int | None
    api_key_id: int | None
    history: Sequence[PastMessage] = field(default_factory=tuple)
    wish: str = ""
    language: str = ""
    message_id: str = ""
    thread_id: str = ""
    keep_text: bool = True
    toolbox: Toolbox = NO_TOOLS
    fallback: Answerer | None = None
    sources: Sources = field(default_factory=Sources)
    trust: Trust = field(default_factory=Trust)
    resumed: Suspended | None = None
    declined: frozenset[str] = frozenset()

    @property
    def info(self) -> ModelInfo:
        """The model that is asked first."""
        return self.answerer.info


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked, where, and who it was.

    Attributes:
        message_id: the public id of the message that shows the answer. thread_id: of its conversation.
        keep_text: whether question and answer are kept in the database.
    """

    question: str
    surface: str
    user_id: int | None
    api_key_id: int | None
    history: Sequence[PastMessage] = ()
    wish: str = ""
    language: str = ""
    message_id: str = ""
    thread_id: str = ""
    keep_text: bool = True


def assemble_turn(
    *,
    actor: Actor,
    plan: AssistantPlan,
    turn_id: str,
    asked: Asked,
    toolbox: Toolbox | None = None,
    resumed: Suspended | None = None,
    declined: frozenset[str] = frozenset(),
) -> OpenedTurn:
    """Choose the models of a turn and its tools; nothing is saved.

    Args:
        toolbox: the tools that the model may call; by default those that the assistant has switched on.
        resumed: how far it had come. declined: connections that it goes on without.

    Raises: as `choose_answerers`.
    """
    answerer, fallback = choose_answerers(actor, plan)
    sources = resumed.sources() if resumed else Sources()
    trust = resumed.trust() if resumed else Trust.of(asked.question, asked.history)
    context = TurnContext(
        turn_id,
        asked.thread_id,
        actor,
        plan,
        asked.surface,
        sources,
        trust,
        can_wait=asked.surface in CAN_WAIT,
        declined=declined,
        computed=resumed.computed if resumed else {},
        resumed=resumed is not None,
    )
    return OpenedTurn(
        id=turn_id,
        organisation_id=actor.organisation.pk,
        plan=plan,
        answerer=answerer,
        fallback=fallback,
        toolbox=toolbox_of(context) if toolbox is None else toolbox,
        sources=sources,
        trust=trust,
        resumed=resumed,
        declined=declined,
        **{one.name: getattr(asked, one.name) for one in fields(asked)},
    )


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
    thread_id: str = "",
    keep_text: bool = True,
    toolbox: Toolbox | None = None,
) -> tuple[Turn, OpenedTurn]:
    """Reserve what the answer may cost and save the turn, in the open transaction.

    Args:
        runner: the id of the process that will make the answer.
        message_id, thread_id, keep_text: as in `Asked`.
        toolbox: the tools that the model may call; by default those that the assistant has switched on.

    Raises:
        AllowanceUsedUp: the organisation's allowance for the month is spent.
        BudgetUsedUp: a budget that the answer falls under is.
        WalletTooLow: the assistant has a price, and less than that is in the wallet.
        ModelNotFound: the assistant's model answers no more, and none takes its place.
        ModelForbidden, AssistantsModelForbidden: a policy does not allow it.
    """
    assert_in_action()
    asked = Asked(
        question,
        surface,
        actor.user_id,
        actor.api_key_id,
        history,
        wish,
        language,
        message_id,
        thread_id,
        keep_text,
    )
    opened = assemble_turn(
        actor=actor, plan=plan, turn_id=new_public_id("turn_"), asked=asked, toolbox=toolbox
    )
    turn = _saved(opened, runner)
    open_charge(
        actor=actor,
        reference=turn.public_id,
        amount=_estimate(opened, turn.prompt_tokens),
        sold=_sold(plan, actor),
        product=plan.assistant_id,
    )
    return turn, opened


def _sold(plan: AssistantPlan, actor: Actor) -> Sold | None:
    """What is sold with the answer: an assistant that somebody else published."""
    earner = plan.earner_of(actor.organisation.pk)
    return Sold(plan.assistant_id, plan.assistant_name, earner) if earner is not None else None


def _saved(opened: OpenedTurn, runner: str) -> Turn:
    plan = opened.plan
    turn = Turn(
        public_id=opened.id,
        organisation_id=opened.organisation_id,
        user_id=opened.user_id,
        api_key_id=opened.api_key_id,
        message_id=opened.message_id,
        thread_id=opened.thread_id,
        surface=opened.surface,
        assistant_id=plan.assistant_id,
        assistant_name=plan.assistant_name,
        publication_id=plan.publication_id or "",
        version_id=plan.version_id or "",
        creator_organisation_id=plan.creator_organisation_id,
        model_id=opened.info.id,
        runner=runner,
        question=opened.question if opened.keep_text else "",
        prompt_tokens=_prompt_estimate(plan, opened.question, opened.history),
        price=_price_note(opened.answerer),
    )
    insert_row(turn)
    return turn


def _prompt_estimate(plan: AssistantPlan, question: str, history: Sequence[PastMessage]) -> int:
    written = (
        len(plan.system_prompt.encode()) + len(question.encode()) + sum(len(m.text.encode()) for m in history)
    )
    return written // BYTES_A_TOKEN + (plan.budget_tokens if plan.knowledge else 0)


def _price_note(answerer: Answerer) -> dict[str, object]:
    # Kept with the turn, so that whoever closes it charges the price it was opened at.
    note: dict[str, object] = {"provider": answerer.info.provider}
    if answerer.price:
        note |= asdict(answerer.price)
    return note


def _estimate(opened: OpenedTurn, prompt_tokens: int) -> int:
    """What the answer may cost us with the dearer of its models, what comes before and after it and its tools included; own keys
    cost us nothing."""
    answer = int(opened.plan.parameters.get("max_output_tokens") or DEFAULT_ANSWER_TOKENS)
    calls = [(prompt_tokens, answer)]
    if opened.plan.rewriting == "model" and opened.history and opened.plan.knowledge:
        calls.append((REWRITING_TOKENS, REWRITING_ANSWER))
    if opened.plan.verification:
        calls.append((opened.plan.budget_tokens + answer, answer))
    paid = [one for one in (opened.answerer, opened.fallback) if one and not one.info.own]
    costs = (
        sum(cost_of(one.info.price, input_tokens=sent, output_tokens=got) for sent, got in calls)
        for one in paid
    )
    return max(costs, default=0) + opened.toolbox.most_cost
