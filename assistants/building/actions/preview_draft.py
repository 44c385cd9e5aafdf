"""Try an assistant before others do."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from assistants.building.plans import plan_for_draft, plan_for_version
from assistants.turns.actions.open_turn import OpenedTurn, open_turn
from assistants.turns.context import PastMessage
from assistants.turns.models import Turn
from assistants.turns.runtime import runtime
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.permissions import Permission, require

MAX_LENGTH = 32_000


@entry_action
def preview_draft(
    *,
    actor: Actor,
    assistant_id: str,
    text: str,
    version: int | None = None,
    model: str = "",
    history: Sequence[PastMessage] = (),
    language: str = "",
) -> OpenedTurn:
    """Open a turn that answers a question with the draft, or with one of its versions.

    Args:
        model: another model to try it with.
        history: what was said before in this preview.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the organisation has no such assistant or version.
        InvalidInput: the question is empty or too long.
        ModelNotFound: the model is not offered.
        AllowanceUsedUp: the month's allowance is spent.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    if version is None:
        plan = plan_for_draft(actor, assistant_id, model=model)
    else:
        plan = plan_for_version(actor, assistant_id, version, model=model)
    _turn, opened = open_turn(
        actor=actor,
        plan=plan,
        question=_checked(text),
        surface=Turn.Surface.PREVIEW,
        runner=runtime().runner,
        history=history,
        language=language,
    )
    return opened


def _checked(text: str) -> str:
    question = text.replace("\x00", "").strip()
    if not question:
        raise InvalidInput.on("text", "required", _("Write a question first."))
    if len(question) > MAX_LENGTH:
        raise InvalidInput.on("text", "too_long", _("A question has at most 32,000 characters."))
    return question
