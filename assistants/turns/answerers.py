"""The models that may make an answer: the first one, and the one that stands in for it."""

from dataclasses import dataclass

from assistants.turns.plan import AssistantPlan
from assistants.turns.policy import check_model
from kernel.errors import NotFound, PermissionDenied
from organisations.actors import Actor
from providers.catalogue import ModelInfo, PriceSnapshot, running_model
from providers.gateway import chat_model
from providers.ports import ChatModel

DEFAULT_WINDOW = 8192


@dataclass(frozen=True, slots=True)
class Answerer:
    """A model that may answer.

    Attributes:
        price: what a call is recorded at for who asks; None where nobody knows, or another organisation's key pays.
        instead_of: id and name of the model that should have answered, where this one stands in for it.
    """

    info: ModelInfo
    model: ChatModel
    price: PriceSnapshot | None = None
    instead_of: tuple[str, str] | None = None

    @property
    def window(self) -> int:
        """How many tokens it takes, its answer included."""
        return self.info.context_window or DEFAULT_WINDOW

    @property
    def calls_tools(self) -> bool:
        """Whether tools may be offered to it."""
        return bool(self.info.capabilities.get("tools"))


def choose_answerers(actor: Actor, plan: AssistantPlan) -> tuple[Answerer, Answerer | None]:
    """The model that is asked first, and its fallback where there is one that may answer.

    Where the first choice is not offered any more, or a policy is against it, the fallback is what is asked first.

    Raises:
        ModelNotFound: the model answers no more, and none takes its place.
        ModelForbidden, AssistantsModelForbidden: a policy does not allow it.
    """
    if not plan.fallback_id or plan.fallback_id == plan.model_id:
        return _answerer(actor, plan, plan.model_id), None
    try:
        first = _answerer(actor, plan, plan.model_id)
    except (NotFound, PermissionDenied) as reason:
        second = _fallback(actor, plan, (plan.model_id, plan.model_id.rpartition("/")[2]))
        if second is None:
            raise reason from None
        return second, None
    second = _fallback(actor, plan, (first.info.id, first.info.name))
    return first, None if second and second.info.id == first.info.id else second


def _fallback(actor: Actor, plan: AssistantPlan, instead_of: tuple[str, str]) -> Answerer | None:
    try:
        return _answerer(actor, plan, plan.fallback_id, instead_of)
    except (NotFound, PermissionDenied):
        return None


def _answerer(
    actor: Actor, plan: AssistantPlan, model_id: str, instead_of: tuple[str, str] | None = None
) -> Answerer:
    creator = plan.creator_organisation_id
    info = running_model(model_id, organisation=creator)
    check_model(actor, plan, info)
    price = None if info.own and info.organisation_id != actor.organisation.pk else info.price
    return Answerer(info, chat_model(info.id, organisation=creator), price, instead_of)
