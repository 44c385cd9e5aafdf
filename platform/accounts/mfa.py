"""How second factors are kept: secrets encrypted, passkeys bound to the installation's public address."""

import base64
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NAME = "Bottega"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Says our words, and encrypts what would let others make codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This did not fit. Wait for the next code, or try again."),
        "unverified_email": gettext_lazy(
            "Confirm your e-mail address first, so that nobody can lock you out of it."
        ),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes stand in for a second factor. Add a passkey or an authenticator app first."
        ),
    }

    def get_totp_issuer(self) -> str:
        """What authenticator apps show beside the address."""
        return NAME

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom a passkey is for: our own address, whatever Host the request named."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "localhost", "name": NAME}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """What a new passkey is called until the person names it."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1} if count else _("My passkey")

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with a key derived from the server's."""
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret back."""
        return _cipher().decrypt(encrypted_text.encode("ascii")).decode()


def has_second_factor(user_id: int) -> bool:
    """Whether somebody has an authenticator app or a passkey; recovery codes alone count for nothing."""
    types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=types).exists())


def _cipher() -> MultiFernet:
    return MultiFernet(
        [Fernet(_derived(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


@lru_cache(maxsize=8)
def _derived(secret: str) -> bytes:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"bottega second factor").derive(
        secret.encode()
    )
    return base64.urlsafe_b64encode(key)
