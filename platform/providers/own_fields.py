"""What people say about a provider of their own, checked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from kernel.egress import EgressRefused, check_url
from kernel.errors import InvalidInput
from providers.known import known_model, known_regions, region_of
from providers.presets import presets

UNKNOWN_REGION = "unknown"
LONGEST_ADDRESS, LONGEST_KEY, LONGEST_MODEL, MOST_MODELS = 300, 500, 115, 500
OFFERED_AT_FIRST = 50


@dataclass(frozen=True, slots=True)
class ModelInput:
    """A model that somebody wants from an own provider; what is None stays as it was, or as it is known.

    `fields` may hold label, kind, capabilities, context_window, max_output, input_price, output_price, offered,
    shutdown_on and replacement.
    """

    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def checked_address(base_url: str, preset: str) -> str:
    """The address without what does not belong there; a preset's own where it is the same for everybody.

    Raises:
        InvalidInput: it is missing, or no call could ever go there.
    """
    known = presets()[preset]
    address = base_url.strip().rstrip("/") or (known.base_url if known.fixed else "")
    if not address:
        raise InvalidInput.on(
            "base_url", "required", _("Give the address of its interface, ending with /v1.")
        )
    if len(address) > LONGEST_ADDRESS or "{" in address or "?" in address or "#" in address:
        message = _("Give the plain address of its interface, for example https://models.example.org/v1.")
        raise InvalidInput.on("base_url", "invalid_address", message)
    try:
        check_url(address)
    except EgressRefused:
        # One sentence for all of them: nobody learns here which inner addresses there are.
        message = _("This address cannot be reached from here. Public https addresses work.")
        raise InvalidInput.on("base_url", "egress_refused", message) from None
    return address


def checked_key(key: str, preset: str) -> str:
    """The key without surrounding blanks.

    Raises:
        InvalidInput: it is missing where one is needed, or cannot be a key.
    """
    kept = key.strip()
    if not kept and presets()[preset].needs_key:
        raise InvalidInput.on("key", "required", _("Enter the key that this provider gave you."))
    if len(kept) > LONGEST_KEY or not (kept.isascii() and (kept.isprintable() or not kept)) or " " in kept:
        raise InvalidInput.on("key", "invalid_key", _("This cannot be a key. Copy it again, without blanks."))
    return kept


def checked_preset(preset: str) -> str:
    """A preset that exists.

    Raises:
        InvalidInput: there is no such one.
    """
    if preset not in presets():
        message = _("There is no such preset. Choose one of: %(names)s.") % {"names": ", ".join(presets())}
        raise InvalidInput.on("preset", "invalid_choice", message)
    return preset


def checked_region(region: str, base_url: str) -> str:
    """Where it runs; empty where nobody knows. What we know of a host wins over what somebody says about it.

    Raises:
        InvalidInput: it is no region that policies could name.
    """
    wanted = region.strip()
    if known := region_of(urlsplit(base_url).hostname or ""):
        return known
    if wanted in ("", UNKNOWN_REGION):
        return ""
    if wanted not in known_regions():
        message = _("There is no such region. Choose one of: %(names)s.")
        names = ", ".join((*known_regions(), UNKNOWN_REGION))
        raise InvalidInput.on("region", "invalid_choice", message % {"names": names})
    return wanted


def checked_models(models: Sequence[ModelInput]) -> list[ModelInput]:
    """The models without repetition.

    Raises:
        InvalidInput: too many, a name that cannot be one, or one price without the other.
    """
    if len(models) > MOST_MODELS:
        message = _("A provider has up to %(most)s models here.") % {"most": MOST_MODELS}
        raise InvalidInput.on("models", "too_many", message)
    for model in models:
        _check_model(model)
    return list({model.name: model for model in models}.values())


def _check_model(model: ModelInput) -> None:
    name = model.name
    if not 0 < len(name) <= LONGEST_MODEL or not name.isprintable() or name != name.strip():
        message = _("%(name)s cannot be a model's name.") % {"name": name[:60] or "“”"}
        raise InvalidInput.on("models", "invalid_name", message)
    prices = [model.fields.get("input_price"), model.fields.get("output_price")]
    if prices.count(None) == 1:
        message = _("Give both prices of %(name)s, or none.") % {"name": name}
        raise InvalidInput.on("models", "half_a_price", message)


def known_fields(name: str, base_url: str) -> dict[str, Any]:
    """What is known about a model before anybody says something."""
    known = known_model(name, host=urlsplit(base_url).hostname or "")
    kept = ("context_window", "max_output", "capabilities", "replacement", "shutdown_on")
    found: dict[str, Any] = {key: known.fields[key] for key in kept if key in known.fields}
    if not isinstance(found.get("shutdown_on"), dt.date):
        found.pop("shutdown_on", None)
    return {"label": name, "kind": known.kind} | found
