"""Forms about people."""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.passkey_forms import checked_credential
from accounts.queries import email_is_verified


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


class _VerifiedFirst:
    """Second factors need a verified address: else whoever signs up with another's could lock its owner out."""

    user: Any

    def clean(self) -> Any:
        """Refuse somebody whose address is not confirmed."""
        if not email_is_verified(self.user):
            raise get_adapter().validation_error("unverified_email")
        return checked_credential(super().clean)  # type: ignore[misc]


class AppForm(_VerifiedFirst, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app."""

    code = forms.CharField(
        label=_("The six digits that the app shows"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "12"}
        ),
    )


class PasskeyForm(_VerifiedFirst, AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey: the browser makes the credential."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=80,
        help_text=_("So that you know it among others: the device or the keyring that holds it."),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"),
        required=False,
        initial=True,
        help_text=_("It then asks for your finger, face or PIN. Leave it out for a plain security key."),
    )
