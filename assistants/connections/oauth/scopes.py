"""Whether what was granted is what was asked for."""

from collections.abc import Iterable

# Services leave these out of what they say they granted, or add them by themselves: they give no access to an API.
_ABOUT_THE_PERSON = frozenset(
    {
        "openid", "profile", "email", "offline_access", "refresh_token", "identify",
        "https://www.googleapis.com/auth/userinfo.email", "https://www.googleapis.com/auth/userinfo.profile",
    }
)  # fmt: skip


def missing_scopes(wanted: Iterable[str], granted: Iterable[str]) -> list[str]:
    """What was asked for and not granted. A scope holds those that begin with it and a colon, as GitHub has them."""
    got = set(granted)
    return sorted(
        scope
        for scope in set(wanted) - got - _ABOUT_THE_PERSON
        if not any(scope.startswith(f"{holder}:") for holder in got)
    )


def surplus_scopes(wanted: Iterable[str], granted: Iterable[str]) -> list[str]:
    """What was granted and nobody asked for."""
    asked = set(wanted)
    return sorted(
        scope
        for scope in set(granted) - asked - _ABOUT_THE_PERSON
        if not any(scope.startswith(f"{holder}:") for holder in asked)
    )
