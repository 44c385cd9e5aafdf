"""Codes of authenticator apps, each of which opens once."""

from collections.abc import Callable
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.cache import cache


class _Once:
    """Refuses a code again for as long as it is taken at all (RFC 6238, section 5.2).

    The library remembers a code for one step, but takes those of the steps before and after too.
    """

    user: Any
    authenticator: Authenticator
    _emit_authentication_failed: Callable[[Authenticator], None]

    def clean_code(self) -> str:
        """Return the code.

        Raises:
            ValidationError: it does not fit, or was used before.
        """
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not self._is_new(code):
            self._emit_authentication_failed(self.authenticator)
            raise get_adapter().validation_error("incorrect_code")
        return code

    def _is_new(self, code: str) -> bool:
        digits = "".join(character for character in code if character.isdigit())
        seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        return bool(cache.add(f"accounts.code:{self.user.pk}:{digits}", True, timeout=seconds))


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]
    """A code after the password."""


class CodeAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    """A code before something that matters."""
