"""Templates: whole first drafts to begin an assistant from, in English and Simplified Chinese.

Each is a file in this folder: settings that hold in every language, and the words of each language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistants.building.specification import merge_patch
from kernel.errors import InvalidInput

FOLDER = Path(__file__).parent
CHINESE = "zh"
CODES = {"en": "en", CHINESE: "zh-hans"}
PROFILE = ("name", "tagline", "description", "welcome_message", "starters")
INSTRUCTIONS = ("role", "behaviour", "must_never", "output_format")
# In the order in which they are shown.
GROUPS: dict[str, str | Promise] = {
    "documents": _("Reading documents"),
    "customers": _("Customers"),
    "people": _("People and work"),
    "writing": _("Writing"),
    "technology": _("Technology and figures"),
    "learning": _("Learning"),
    "everyday": _("Everyday life"),
}


class UnknownTemplate(InvalidInput):
    code = "unknown_template"
    user_message = _("There is no template of this name. GET /api/v1/templates lists them.")


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """One template in one language.

    Attributes:
        draft: a merge patch over an empty definition.
        knowledge: the documents that would help it. questions: what to try it with.
    """

    slug: str
    icon: str
    group: str
    name: str
    tagline: str
    description: str
    draft: dict[str, Any]
    knowledge: Sequence[str]
    questions: Sequence[str]

    @property
    def group_label(self) -> str:
        """Its group in words."""
        return str(GROUPS[self.group])


def starting_points(language: str = "") -> list[StartingPoint]:
    """All templates in a language of ours, by group; without one in the active language."""
    wanted = _language(language)
    order = list(GROUPS)
    found = [_template(path.stem, wanted) for path in FOLDER.glob("*.yaml")]
    return sorted(found, key=lambda template: (order.index(template.group), template.slug))


def starting_point(slug: str, language: str = "") -> StartingPoint:
    """One template in a language of ours; without one in the active language.

    Raises:
        UnknownTemplate: there is none of this name.
    """
    if slug not in {path.stem for path in FOLDER.glob("*.yaml")}:
        raise UnknownTemplate
    return _template(slug, _language(language))


def _language(language: str) -> str:
    return CHINESE if (language or get_language() or "").lower().startswith(CHINESE) else "en"


@cache
def _template(slug: str, language: str) -> StartingPoint:
    whole = yaml.safe_load((FOLDER / f"{slug}.yaml").read_text(encoding="utf-8"))
    words = whole[language]
    written = {
        "profile": {name: words[name] for name in PROFILE},
        "instructions": {name: words[name] for name in INSTRUCTIONS},
        "language": CODES[language],
    }
    return StartingPoint(
        slug=slug,
        icon=whole["icon"],
        group=whole["group"],
        name=words["name"],
        tagline=words["tagline"],
        description=words["description"],
        draft=merge_patch(written, whole.get("settings", {})),
        knowledge=tuple(words["knowledge"]),
        questions=tuple(words["questions"]),
    )
