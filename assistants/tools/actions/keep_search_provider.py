"""Choose the service that searches the web for an organisation's assistants."""

from assistants.tools.models import SearchProvider
from assistants.tools.searching.chosen import Chosen, of_row, search_provider
from assistants.tools.searching.fields import checked_address, checked_key, checked_kind
from kernel.actions import entry_action
from kernel.secrets import encrypt
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def keep_search_provider(*, actor: Actor, kind: str, url: str = "", key: str = "") -> SearchProvider:
    """Keep it, in the place of the one before; the key is sealed at once.

    Args:
        kind: a name of `APIS`. url: its address; empty for the service's own.
        key: empty for none, or for the present one where neither service nor address change: a key goes to no other host.

    Raises:
        PermissionDenied: the actor may not change the organisation's settings.
        InvalidInput: a field is wrong; it names which.
    """
    require(actor, Permission.MANAGE_ORGANISATION)
    kind = checked_kind(kind)
    address = checked_address(url, kind)
    row = search_provider(actor.organisation) or SearchProvider(organisation=actor.organisation)
    before = _told(row) if row.pk else None
    kept = bool(row.pk and row.key_encrypted and row.kind == kind and row.url == address)
    secret = checked_key(key, kind, kept=kept)
    row.kind, row.url, row.created_by = kind, address, actor.user
    if secret:
        row.key_encrypted = encrypt(secret, row=row.secret_row)
    elif not kept:
        row.key_encrypted = ""
    row.save()
    record_audit(actor, "web_search.chosen", row, before=before, after=_told(row), key_changed=bool(secret))
    return row


def _told(row: SearchProvider) -> dict[str, str]:
    chosen: Chosen = of_row(row)
    return {"type": chosen.name, "host": chosen.host}
