"""Switches that an operator turns for the whole installation. Rooms register theirs; a page asks `is_on`."""

from dataclasses import dataclass
from time import monotonic

from django.utils.functional import Promise

from kernel.models import FeatureSwitch
from kernel.registries import Registry

CACHE_SECONDS = 3.0
_seen: dict[str, tuple[float, bool]] = {}


@dataclass(frozen=True)
class Switch:
    """Something that can be switched; `default` holds until an operator says otherwise."""

    name: str
    label: str | Promise
    hint: str | Promise
    default: bool = True


known_switches: Registry[Switch] = Registry()


def switch_named(name: str) -> Switch:
    """A known switch.

    Raises:
        LookupError: no room has registered it.
    """
    for switch in known_switches:
        if switch.name == name:
            return switch
    raise LookupError(f"there is no switch {name}")


def is_on(name: str) -> bool:
    """How a switch stands; remembered for a few seconds.

    Raises:
        LookupError: no room has registered it.
    """
    found = _seen.get(name)
    if found and found[0] > monotonic():
        return found[1]
    row = FeatureSwitch.objects.filter(name=name).values_list("on", flat=True).first()
    value = switch_named(name).default if row is None else row
    _seen[name] = (monotonic() + CACHE_SECONDS, value)
    return value


def forget_switches() -> None:
    """Drop what this process remembers, for tests and right after a change."""
    _seen.clear()
