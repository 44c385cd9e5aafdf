"""Which model makes an assistant's pictures, and what one costs at most."""

from collections.abc import Iterator

from django.conf import settings

from assistants.turns.plan import AssistantPlan
from assistants.turns.policy import check_model
from kernel.errors import PermissionDenied
from kernel.money import MICRO
from kernel.tenancy import HasPk
from organisations.actors import Actor
from organisations.policy_cache import policy_in_force
from organisations.policy_rules import model_allowed
from providers.catalogue import ModelInfo, PriceSnapshot, list_models
from providers.models import Model

# What a picture takes at most of models that are charged by tokens: the largest size in the best quality, and its prompt.
TOKENS_A_PICTURE, TOKENS_A_PROMPT = 6_500, 1_500


def models_for(organisation: HasPk | int) -> Iterator[ModelInfo]:
    """The models that make pictures for an organisation's assistants, as its policy allows them: its own first, then the one that
    the operator named in IMAGE_MODEL. Reads the database."""
    key = organisation if isinstance(organisation, int) else int(organisation.pk)
    named = str(settings.IMAGE_MODEL)
    policy = policy_in_force(key).models
    found = list_models(Model.Kind.IMAGE, organisation=key)
    for model in sorted(
        found, key=lambda one: (not one.own, not named or named not in (one.id, one.id.partition("/")[2]))
    ):
        if model_allowed(policy, model=model.id, provider=model.provider, region=model.region):
            yield model


def model_for(actor: Actor, plan: AssistantPlan) -> ModelInfo | None:
    """The first of them that the policy of who asks allows as well; None where there is none."""
    for model in models_for(plan.creator_organisation_id):
        try:
            check_model(actor, plan, model)
        except PermissionDenied:
            continue
        return model
    return None


def price_for(actor: Actor, model: ModelInfo) -> PriceSnapshot | None:
    """What it is recorded at; nobody else sees what an organisation pays for a model of its own."""
    elsewhere = model.own and model.organisation_id != actor.organisation.pk
    return None if elsewhere else model.price


def cost_at_most(price: PriceSnapshot | None, count: int) -> int:
    """What so many pictures cost at most, in micro-units, rounded up."""
    if price is None:
        return 0
    tokens = TOKENS_A_PROMPT * price.input_per_million + TOKENS_A_PICTURE * price.output_per_million
    return count * (price.per_image + -(-tokens // MICRO))
