"""Forms that a browser's passkey answers. Whatever else is sent in its place is a wrong answer, never a fault."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import get_state
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import UserVerificationRequirement

# What the library lets through for bytes that are no credential.
MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def checked_credential(check: Callable[[], Any]) -> Any:
    """What the library makes of a credential.

    Raises:
        ValidationError: it does not fit, or is none.
    """
    try:
        return check()
    except forms.ValidationError:
        raise
    except MALFORMED as error:
        raise get_adapter().validation_error("incorrect_code") from error


class _Careful:
    def clean_credential(self) -> Any:
        """The passkey that answered."""
        return checked_credential(super().clean_credential)  # type: ignore[misc]


class PasskeySignInForm(_Careful, LoginWebAuthnForm):  # type: ignore[misc]
    """Signing in with a passkey alone: it has to have asked for a finger, face or PIN.

    The library keeps one open question a session. That of a second step asks for a touch alone, so its answer is none here:
    whoever found somebody's key could otherwise let their own second step ask.
    """

    def clean_credential(self) -> Any:
        """The passkey that answered the question of this form."""
        if (get_state() or {}).get("user_verification") != UserVerificationRequirement.REQUIRED:
            raise get_adapter().validation_error("incorrect_code")
        return super().clean_credential()


class PasskeySecondStepForm(_Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class PasskeyAgainForm(_Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey once more, before something that is worth a second look."""


class PasskeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """What a passkey is called."""

    name = forms.CharField(label=_("Name"), max_length=80)
