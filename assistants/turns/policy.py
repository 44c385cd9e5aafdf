"""Whether an answer may be made at all: the policies of who asks and of whose assistant it is."""

from django.utils.translation import gettext_lazy as _

from assistants.turns.plan import AssistantPlan
from kernel.errors import PermissionDenied
from organisations.actors import Actor
from organisations.policy_cache import policy_in_force
from organisations.policy_rules import model_allowed
from providers.catalogue import ModelInfo
from providers.known import region_of


class ModelForbidden(PermissionDenied):
    code = "model_forbidden"
    user_message = _(
        "The policy of %(organisation)s does not allow the model %(model)s, so this assistant gives no answers there. Ask"
        " an administrator, or choose another assistant."
    )


class AssistantsModelForbidden(PermissionDenied):
    code = "model_forbidden"
    user_message = _(
        "The organisation that built this assistant no longer allows its model, so it gives no answers. Its creator has"
        " to choose another one."
    )


def check_model(actor: Actor, plan: AssistantPlan, info: ModelInfo) -> None:
    """Refuse a model that the organisation of who asks, or the one that built the assistant, does not allow.

    Policies are remembered for some seconds, so that a turn costs no further query.

    Raises:
        ModelForbidden, AssistantsModelForbidden: it says whose policy is against it.
    """
    if not _allowed(actor.organisation.pk, info):
        raise ModelForbidden(organisation=actor.organisation.name, model=info.name)
    creator = plan.creator_organisation_id
    if creator != actor.organisation.pk and not _allowed(creator, info):
        raise AssistantsModelForbidden


def _allowed(organisation_id: int, info: ModelInfo) -> bool:
    models = policy_in_force(organisation_id).models
    if info.own and info.organisation_id != organisation_id:
        # Another organisation's own model: no list of this one can mean it, though names may be the same, and where
        # it runs is believed only where we know the host ourselves.
        return model_allowed(models, model="", provider="", region=region_of(info.host))
    return model_allowed(models, model=info.id, provider=info.provider, region=info.region)
