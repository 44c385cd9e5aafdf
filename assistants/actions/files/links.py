"""Links by which a service fetches a file that a call named: signed, for five minutes, for that file alone."""

from django.conf import settings
from django.core import signing

from assistants.actions.models import ActionFile
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor

SECONDS = 300  # as OpenAI's links are good for
_SALT = "actions.file"


def download_link(file: ActionFile) -> str:
    """A link to a file for whoever holds it; it dies with the file."""
    token = signing.dumps([file.organisation_id, file.public_id], salt=_SALT)
    return f"{settings.PUBLIC_URL}/files/links/{token}"


def linked_file(token: str) -> ActionFile:
    """The file of a link.

    Raises:
        NotFound: nobody signed it, it is too old, or the file is gone.
    """
    try:
        organisation_id, public_id = signing.loads(token, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise NotFound from None
    with tenant_scope(organisation_id):
        rows = ActionFile.objects.for_organisation(organisation_id)
        return _one(rows.filter(public_id=public_id, hidden=False).first())


def own_file(actor: Actor, file_id: str) -> ActionFile:
    """A file of the actor's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    with tenant_scope(actor.organisation):
        rows = ActionFile.objects.for_organisation(actor.organisation).filter(public_id=file_id, hidden=False)
        if actor.user_id:
            rows = rows.filter(user_id=actor.user_id)
        else:
            rows = rows.filter(user_id=None, api_key_id=actor.api_key_id or 0)
        return _one(rows.first())


def _one(file: ActionFile | None) -> ActionFile:
    if file is None:
        raise NotFound
    return file
