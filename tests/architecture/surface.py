"""Every way in: HTML pages, REST views and streaming routes, with what each declares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import Phase, find, settings
from hypothesis.strategies import from_regex

from kernel import registries
from kernel.asgi import StreamRoute

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SLOT = re.compile(r"<(?:\w+:)?(\w+)>")
# Pages of libraries, which know no permission of ours; what guards them is tested beside them.
FOREIGN = re.compile(r"^(admin|account_|mfa_|usersessions_|schema|api-docs|socialaccount_)")


@dataclass(frozen=True, slots=True)
class WayIn:
    """One method of one address. `permission` is what its code declares; None where it declares that none is needed."""

    name: str
    method: str
    template: str
    permission: str | None
    public: bool
    rest: bool

    @property
    def key(self) -> str:
        """What the table of expectations calls it."""
        return f"{self.method} {self.name}"

    @property
    def slots(self) -> list[str]:
        """The names of its parameters."""
        return _SLOT.findall(self.template)

    def path(self, values: dict[str, str], default: str = "1") -> str:
        """An address with the slots filled."""
        return "/" + _SLOT.sub(lambda found: values.get(found[1], default), self.template)


def _patterns(resolver: Any, prefix: str = "", space: str = "") -> Iterator[tuple[str, str, Any]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, route, ":".join(filter(None, (space, entry.namespace))))
        elif isinstance(entry, URLPattern):
            yield ":".join(filter(None, (space, entry.name or entry.lookup_str))), route, entry.callback


def ways_in() -> list[WayIn]:
    """All of our own routes that Django serves, a row a method."""
    found: list[WayIn] = []
    for name, template, view in _patterns(get_resolver()):
        if FOREIGN.match(name) or "\\" in template:
            continue
        view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
        if view_class is not None:
            found += _of_class(name, template, view_class)
        else:
            found += _of_page(name, template, view)
    return found


def _of_class(name: str, template: str, view: Any) -> list[WayIn]:
    declared, public = getattr(view, "permissions", {}), bool(getattr(view, "public", False))
    return [
        WayIn(
            name,
            method,
            template,
            _value(
                declared.get(method, getattr(view, "permission", None))
                if declared
                else getattr(view, "permission", None)
            ),
            public,
            rest=True,
        )
        for method in METHODS
        if hasattr(view, method.lower())
    ]


def _of_page(name: str, template: str, view: Any) -> list[WayIn]:
    permission, public = getattr(view, "required_permission", None), bool(getattr(view, "is_public", False))
    methods = getattr(view, "allowed_methods", ("GET",))
    return [WayIn(name, method, template, _value(permission), public, rest=False) for method in methods]


def _value(permission: Any) -> str | None:
    return permission.value if permission is not None else None


def streams() -> list[StreamRoute]:
    """The routes that are served beside Django and ask who is there."""
    return [route for route in registries.stream_routes if not route.public]


def sample_path(route: StreamRoute) -> str:
    """An address that a streaming route takes."""
    pattern = from_regex(re.compile(route.pattern, re.ASCII), fullmatch=True)
    # Any will do: to look for a simpler one, or to say why it fits, took half of the time of these tests.
    return find(pattern, lambda _: True, settings=settings(phases=[Phase.generate], database=None))
