"""Keep a call of an operation that was tried, as an example."""

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.actions.models import ActionExample
from assistants.actions.queries import access_action, access_operation, examples_of
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput
from kernel.text import has_nul
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require

MOST, LONGEST, LONGEST_RESPONSE = 50, 100_000, 20_000  # of one action; bytes of arguments; characters


class TooManyExamples(Conflict):
    code = "too_many_examples"
    user_message = _("An action keeps at most %(most)s examples. Remove one that is not needed.")


@entry_action
def save_example(
    *,
    actor: Actor,
    assistant_id: str,
    action_id: str,
    operation: str,
    arguments: dict[str, Any],
    name: str = "",
    status: int | None = None,
    response: str = "",
) -> ActionExample:
    """Keep the arguments of a call, and what came of it.

    Args:
        operation: its key. status, response: of the answer; a long response is cut.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action, or the action no such operation.
        InvalidInput: the arguments are too large, or hold what nothing can keep. TooManyExamples: it keeps as many as it may.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    action = access_action(actor.organisation, assistant_id, action_id, lock=True)
    found = access_operation(action, operation)
    written = orjson.dumps(arguments)
    if has_nul(written, arguments):
        raise InvalidInput.on(
            "arguments", "nul_character", _("The arguments hold a NUL character. Leave it out.")
        )
    if len(written) > LONGEST:
        raise InvalidInput.on("arguments", "too_large", _("Arguments have room for 100,000 characters."))
    if examples_of(action).count() >= MOST:
        raise TooManyExamples(most=MOST)
    example: ActionExample = ActionExample.objects.create(
        organisation=actor.organisation,
        action=action,
        operation=found.key,
        name=(name.replace("\x00", "").strip() or found.summary or found.key)[:120],
        arguments=arguments,
        status=status,
        response=response.replace("\x00", "")[:LONGEST_RESPONSE],
        created_by=actor.user,
    )
    record_audit(actor, "action.example_saved", action, assistant=assistant_id, operation_key=found.key)
    return example
