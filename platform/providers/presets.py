"""Providers that people know by name: a data file, read once."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

_FILE = Path(__file__).parent / "data" / "presets.json"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of provider.

    Attributes:
        base_url: its address, or the shape of it, with a part in braces.
        key_header: the header that carries the key as it is; empty for `Authorization: Bearer`.
    """

    id: str
    name: str
    base_url: str
    needs_key: bool
    key_header: str = ""

    @property
    def label(self) -> str:
        """Its name, in the active language where it is no brand."""
        return self.name or _("Another one")

    @property
    def fixed(self) -> bool:
        """Whether its address is the same for everybody."""
        return bool(self.base_url) and "{" not in self.base_url


@lru_cache(maxsize=1)
def presets() -> dict[str, Preset]:
    """Every preset by its id."""
    return {entry["id"]: Preset(**entry) for entry in json.loads(_FILE.read_text())["presets"]}


def key_header_of(preset: str) -> str:
    """The header that carries a key; empty for `Authorization: Bearer`."""
    found = presets().get(preset)
    return found.key_header if found else ""


def preset_for(base_url: str) -> str:
    """The preset that an address looks like."""
    host = urlsplit(base_url).hostname or ""
    if host.endswith(".openai.azure.com"):
        return "azure"
    fixed = (preset for preset in presets().values() if preset.fixed)
    return next((preset.id for preset in fixed if urlsplit(preset.base_url).hostname == host), OTHER)
