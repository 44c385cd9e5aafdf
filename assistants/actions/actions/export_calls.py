"""Take the record of calls out, as a file."""

from collections.abc import Iterator

from assistants.actions.record_export import file_chunks
from assistants.actions.records import CallFilter, each_call
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def export_calls(*, actor: Actor, wanted: CallFilter) -> Iterator[bytes]:
    """Note that the record was taken out, and give the bytes of a CSV file; they are read while somebody asks for them.

    Raises:
        PermissionDenied: the actor may not read the calls of everybody.
    """
    require(actor, Permission.VIEW_AUDIT)
    record_audit(actor, "action_calls.exported", filters=wanted.words)
    return file_chunks(each_call(actor, wanted))
