"""Questions about people."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import QuerySet

from accounts.models import SecurityEvent, User


def email_is_verified(user: User) -> bool:
    """Whether the person has shown that the address they sign in with is theirs."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person signs in with beside the password."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes: Authenticator | None

    @property
    def any(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        return self.app is not None or bool(self.passkeys)

    @property
    def codes_left(self) -> int:
        """How many recovery codes still work."""
        return len(self.codes.wrap().get_unused_codes()) if self.codes else 0


def factors_of(user: User) -> Factors:
    """A person's second factors, passkeys in the order in which they were added."""
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "id"))
    by_type = {row.type: row for row in rows}
    return Factors(
        app=by_type.get(Authenticator.Type.TOTP),
        passkeys=[row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        codes=by_type.get(Authenticator.Type.RECOVERY_CODES),
    )


def sessions_of(user: User) -> list[UserSession]:
    """Where the person is signed in, the latest first; sessions that are over are cleared away."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda session: session.last_seen_at, reverse=True)


def security_events(user: User) -> QuerySet[SecurityEvent]:
    """What happened to the person's account."""
    return SecurityEvent.objects.filter(user=user)
