"""Take the audit log out, as a file."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kernel.actions import entry_action
from kernel.errors import InvalidInput
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.audit_export import CONTENT_TYPES, file_chunks
from organisations.audit_log import AuditFilter, each_entry
from organisations.permissions import Permission, require


@entry_action
def export_audit_log(*, actor: Actor, wanted: AuditFilter, file_format: str) -> Iterator[bytes]:
    """Note that the log was taken out, and give the bytes of the file; they are read while somebody asks for them.

    Args:
        wanted: which entries.
        file_format: `csv` or `jsonl`.

    Raises:
        PermissionDenied: the actor may not read the log.
        InvalidInput: there is no such format.
    """
    require(actor, Permission.VIEW_AUDIT)
    if file_format not in CONTENT_TYPES:
        raise InvalidInput.on("format", "not_a_choice", _("Choose csv or jsonl."))
    record_audit(actor, "audit.exported", format=file_format, filters=wanted.words)
    return file_chunks(each_entry(actor.organisation, wanted), file_format)
