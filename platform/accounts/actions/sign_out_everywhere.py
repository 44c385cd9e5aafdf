"""End all sessions of a person."""

from django.db.models import F

from accounts.models import User


def sign_out_everywhere(*, user: User) -> None:
    """Void every session of the person; the one that asks has to be renewed by its caller."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    user.refresh_from_db(fields=["session_generation"])
