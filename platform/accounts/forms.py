"""Forms about people."""

from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Asks for a name beside the address and the password."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Shown to the people you work with."),
    )
    field_order = ("name", "email", "password1")

    def save(self, request: Any) -> Any:
        """Save the person, their address and their organisation: all or nothing."""
        with transaction.atomic(durable=True):
            return super().save(request)


class ProfileForm(forms.Form):
    """What others see of a person."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("Shown to the people you work with."),
    )
