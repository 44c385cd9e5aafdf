"""How allauth makes accounts here: everybody gets a personal organisation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction

from accounts.models import User
from organisations.actions.create_personal_organisation import create_personal_organisation


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Saves a new person together with their personal organisation."""

    def save_user(self, request: Any, user: User, form: Any, commit: bool = True) -> User:
        """Save the person and make the organisation, both or neither."""
        with transaction.atomic(durable=True):
            user.name = form.cleaned_data.get("name", "").strip()
            saved: User = super().save_user(request, user, form, commit)
            create_personal_organisation(user=saved)
        return saved
