"""What tests of the account share: codes as an authenticator app makes them, and a confirmed "it is still me"."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from django.test import Client

PASSWORD = "three-unrelated-words"


def code_for(secret: str, *, steps: int = 0) -> str:
    """What an app shows now, or some half minutes from now.

    One half minute either way is taken, so the code of the next one still fits when this one ends meanwhile.
    """
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(browser: Client, email: str, password: str = PASSWORD, **form: str) -> Any:
    return browser.post("/accounts/login/", {"login": email, "password": password, **form})


def confirm(browser: Client, password: str = PASSWORD) -> None:
    """Type the password once more, as sensitive pages ask."""
    assert browser.post("/accounts/reauthenticate/", {"password": password}).status_code == 302


def set_up_app(browser: Client) -> str:
    """Turn an authenticator app on; returns its key."""
    confirm(browser)
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200
    secret: str = browser.session[SECRET_SESSION_KEY]
    answer = browser.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def codes_on(browser: Client) -> list[str]:
    """The recovery codes that the page shows, the one time that it does."""
    page = browser.get("/accounts/2fa/recovery-codes/")
    return list(page.context["unused_codes"])
