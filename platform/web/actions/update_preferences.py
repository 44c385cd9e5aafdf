"""Keep how somebody wants the interface to look, on all of their devices."""

from typing import Any


def update_preferences(*, user: Any, theme: str = "", language: str = "") -> None:
    """Save a person's theme or language; an empty one stays as it was.

    Args:
        user: the person, an `accounts.User`.
        theme: system, light or dark.
        language: one of the codes in LANGUAGES.
    """
    chosen = {"theme": theme, "locale": language}
    fields = [name for name, value in chosen.items() if value]
    for name in fields:
        setattr(user, name, chosen[name])
    if fields:
        user.save(update_fields=fields)
