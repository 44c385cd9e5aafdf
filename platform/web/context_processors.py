"""What all templates can use without asking for it."""

from typing import Any

from django.http import HttpRequest

from web.shell import Shell


def shell(request: HttpRequest) -> dict[str, Any]:
    """Add `shell`: theme, languages and the rail of the page."""
    return {"shell": Shell(request)}
