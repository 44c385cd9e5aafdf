"""A passkey that signs in without the password has asked for a finger, face or PIN; holding it is not enough."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.models import User
from tests.accounts.helpers import PASSWORD, sign_in
from tests.factories.organisations import make_user

HOST = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
FLAG = AuthenticatorData.FLAG


class Passkey:
    """An authenticator in the hand of whoever has this object; nobody has to show that they know its PIN."""

    def __init__(self, user: User) -> None:
        self.user, self.id = user, user.email.encode().ljust(32, b"-")
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = ES256.from_cryptography_key(self._key.public_key())
        data = AuthenticatorData.create(
            hashlib.sha256(HOST.encode()).digest(),
            FLAG.UP | FLAG.UV | FLAG.AT,
            0,
            AttestedCredentialData.create(b"\0" * 16, self.id, public),
        )
        made = {
            "clientDataJSON": websafe_encode(self._client_data("webauthn.create", b"\0" * 32)),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        }
        self._save(made)

    def _save(self, response: dict[str, str]) -> None:
        credential = self._packed(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}
        Authenticator.objects.create(
            user=self.user,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Key", "credential": credential},
        )

    def answer(self, challenge: str, *, verified: bool) -> str:
        """Its answer to a challenge, with or without having asked for the PIN."""
        flags = FLAG.UP | FLAG.UV if verified else FLAG.UP
        data = AuthenticatorData.create(hashlib.sha256(HOST.encode()).digest(), flags, 0)
        client = self._client_data("webauthn.get", challenge)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(signature),
            "userHandle": websafe_encode(user_pk_to_url_str(self.user).encode()),
        }
        return orjson.dumps(self._packed(response)).decode()

    def _packed(self, response: dict[str, str]) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}

    def _client_data(self, kind: str, challenge: bytes | str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, f"https://{HOST}")


@pytest.fixture
def dora(db: None) -> User:
    return make_user("dora@example.org", name="Dora", password=PASSWORD)


def challenge_of(browser: Client) -> str:
    return str(browser.session[STATE_SESSION_KEY]["challenge"])


def signed_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


@pytest.mark.parametrize("verified", [True, False], ids=["PIN", "no PIN"])
def test_it_signs_in_only_where_it_asked_for_more_than_a_touch(dora: User, verified: bool) -> None:
    browser, key = Client(), Passkey(dora)
    browser.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    answer = key.answer(challenge_of(browser), verified=verified)
    browser.post("/accounts/2fa/webauthn/login/", {"credential": answer})
    assert signed_in(browser) is verified


def test_after_the_password_a_touch_is_enough(dora: User) -> None:
    browser, key = Client(), Passkey(dora)
    assert sign_in(browser, dora.email).url == "/accounts/2fa/authenticate/"
    browser.get("/accounts/2fa/authenticate/")
    browser.post(
        "/accounts/2fa/authenticate/", {"credential": key.answer(challenge_of(browser), verified=False)}
    )
    assert signed_in(browser)


@pytest.mark.parametrize(
    "leave",
    [
        lambda browser: None,
        lambda browser: browser.get("/accounts/login/"),
        lambda browser: browser.post("/accounts/logout/"),
        lambda browser: sign_in(browser, "nobody@example.org"),
    ],
    ids=["half way in", "back", "signed out", "wrong password"],
)
def test_the_question_of_ones_own_second_step_opens_nobody_elses_account(dora: User, leave: Any) -> None:
    """Whoever holds Dora's key, but not its PIN, lets their own second step ask, because that asks for a touch alone."""
    stolen = Passkey(dora)
    mallory = make_user("mallory@example.org", password=PASSWORD)
    Passkey(mallory)
    browser = Client()
    assert sign_in(browser, mallory.email).url == "/accounts/2fa/authenticate/"
    browser.get("/accounts/2fa/authenticate/")
    challenge = challenge_of(browser)
    leave(browser)
    answer = stolen.answer(challenge, verified=False)
    browser.post("/accounts/2fa/webauthn/login/", {"credential": answer})
    assert not signed_in(browser)
