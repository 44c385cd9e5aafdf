"""Act in another of one's organisations."""

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import User
from kernel.errors import NotFound
from organisations.actors import SESSION_KEY
from organisations.models import Organisation
from organisations.queries import memberships_of


def switch_organisation(*, user: User, session: SessionBase, organisation_id: str) -> Organisation:
    """Let the session act in another organisation from now on.

    Args:
        organisation_id: public id of one that the person belongs to.

    Raises:
        NotFound: they do not.
    """
    found = next((m for m in memberships_of(user) if m.organisation.public_id == organisation_id), None)
    if found is None:
        raise NotFound
    remember_organisation(user=user, organisation=found.organisation)
    session[SESSION_KEY] = found.organisation_id
    # The streaming endpoints remember for a few seconds whom a session's key stands for.
    session.cycle_key()
    return found.organisation


def remember_organisation(*, user: User, organisation: Organisation) -> None:
    """Let the person's next sign-in start in an organisation of theirs."""
    user.last_organisation_id = organisation.pk
    user.save(update_fields=["last_organisation_id"])
