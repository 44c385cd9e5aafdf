"""Begin a new assistant."""

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from assistants.building.action_uses import with_known_actions
from assistants.building.actions.save_draft import checked_specification
from assistants.building.models import Assistant, Draft
from assistants.building.queries import RESOURCE
from assistants.building.slugs import random_part
from assistants.building.specification import Specification, merge_patch
from assistants.building.starting_points import starting_point
from assistants.knowledge.actions.create_source_set import create_source_set
from kernel.actions import assert_in_action, entry_action
from kernel.errors import InvalidInput
from organisations.actions.put_grant import own
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require
from organisations.policy import policy_of
from organisations.policy_rules import require_allowed
from providers.catalogue import default_chat_model


@entry_action
def create_assistant(
    *,
    actor: Actor,
    name: str = "",
    description: str = "",
    draft: dict[str, Any] | None = None,
    template: str = "",
) -> Assistant:
    """Make an assistant with a draft: the default model, sources preferred, a picture of its own.

    Args:
        name: needed where no template gives one.
        draft: a merge patch over that first definition.
        template: the name of a template to begin from, in the active language.

    Raises:
        PermissionDenied: the actor may not build.
        PolicyForbids: the organisation's policy does not let the actor's role create assistants.
        InvalidInput: the name is missing, or a field of the draft is wrong; it names each.
        UnknownTemplate: there is no such template.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    require_allowed(actor, policy_of(actor.organisation).building.create, gettext_lazy("create assistants"))
    begun_from = starting_point(template) if template else None
    name = name.strip() or (begun_from.name if begun_from else "")
    if not name:
        raise InvalidInput.on("name", "required", _("Give the assistant a name."))
    profile = {"name": name} | ({"description": description} if description else {})
    document = beginning()
    for patch in (begun_from.draft if begun_from else {}, draft or {}, {"profile": profile}):
        document = merge_patch(document, patch)
    origin = {"kind": "template", "template": template, "name": begun_from.name} if begun_from else None
    specification = checked_specification(document, organisation=actor.organisation)
    assistant = begin(actor, specification, origin=origin)
    with_known_actions(specification, assistant)  # it has none yet
    detail: dict[str, Any] = {"template": template} if template else {}
    record_audit(actor, "assistant.created", assistant, **detail)
    return assistant


def begin(actor: Actor, specification: Specification, *, origin: dict[str, Any] | None = None) -> Assistant:
    """Make an assistant of a definition, owned by whoever acts; in the open transaction.

    Args:
        origin: what it was made from, where it was not begun empty.
    """
    assert_in_action()
    assistant: Assistant = Assistant.objects.create(
        organisation=actor.organisation,
        name=specification.profile.name,
        created_by=actor.user,
        origin=origin,
        source_set=create_source_set(organisation=actor.organisation),
    )
    Draft.objects.create(
        organisation=actor.organisation,
        assistant=assistant,
        specification=specification.document(),
        updated_by=actor.user,
    )
    own(actor=actor, resource_type=RESOURCE, resource_id=assistant.public_id)
    return assistant


def beginning() -> dict[str, Any]:
    """What a new assistant's definition holds before anybody says anything about it."""
    return {
        "profile": {"picture": random_part(12)},
        "model": {"id": default_chat_model().id},
        "answer_policy": {
            "grounding": "prefer",
            "not_enough_information": _("I don't have enough information to answer that."),
        },
        "language": get_language() or "",
    }
