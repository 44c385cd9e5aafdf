"""What importers of other products' definitions share: taking values one by one, so that whatever is left is seen."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.building.importers.base import Definition
from assistants.building.portability.located import Path
from assistants.building.specification import MAX_STARTERS

NAME, TAGLINE, DESCRIPTION, WELCOME, STARTER = 80, 120, 4000, 2000, 200
NO_PLACE = _("There is no such setting here.")
ACTION_ADVICE = _(
    "Keep the document. Add it as an action of this assistant, and sign in to its service again."
)
KNOWLEDGE_ADVICE = _("Download the files there and add them under Knowledge.")
CUT = _("It is longer than this field may be. The beginning came over; the whole is kept below.")


class Given:
    """An object of a definition. What is taken from it counts as seen; `left` holds the rest.

    Attributes:
        path: where it stands in the file.
    """

    def __init__(self, value: Any, path: Path = ()) -> None:
        self.left: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {}
        self.path = path

    def at(self, name: str) -> str:
        """The dotted path of one of its fields."""
        return ".".join(map(str, (*self.path, name)))

    def take(self, name: str) -> Any:
        """A value, which counts as seen; None where there is none."""
        return self.left.pop(name, None)

    def inner(self, name: str) -> "Given":
        """An object in it, also where it is one written as JSON text, as in dumps of databases."""
        value = self.take(name)
        if isinstance(value, str):
            try:
                value = orjson.loads(value)
            except orjson.JSONDecodeError:
                self.left[name] = value
        return Given(value, (*self.path, name))

    def ignore(self, *names: str) -> None:
        """Count fields as seen that say nothing about an assistant: ids, dates, who may see it there."""
        for name in names:
            self.left.pop(name, None)


class Mapper:
    """Writes a definition's patch, noting down where each part of it came from."""

    def __init__(self, made: Definition) -> None:
        self.made = made

    def text(self, given: Given, name: str, to: str, most: int | None = None) -> None:
        """Bring a text over into a field; one that is too long for it is cut, and kept whole in the report."""
        value = given.take(name)
        if not isinstance(value, str) or not value.strip():
            if value not in (None, ""):
                given.left[name] = value
            return
        value = value.replace("\x00", "\ufffd")
        if most is not None and len(value.strip()) > most:
            self.made.account.misses(given.at(name), name, CUT, value)
            value = value.strip()[:most]
        self.put(given, name, to, value)

    def put(self, given: Given, name: str, to: str, value: Any) -> None:
        """Set a field of the patch."""
        *parents, last = to.split(".")
        part = self.made.patch
        for parent in parents:
            part = part.setdefault(parent, {})
        part[last] = value
        self.made.places[to] = (*given.path, name)
        self.made.account.maps(given.at(name), to)

    def starters(self, given: Given, name: str) -> None:
        """Bring conversation starters over: texts, or objects with their text in `content`."""
        value = given.take(name)
        if not isinstance(value, list):
            return
        found = [(one.get("content") if isinstance(one, Mapping) else one) for one in value]
        texts = [
            one.replace("\x00", "\ufffd").strip() for one in found if isinstance(one, str) and one.strip()
        ]
        fitting = [text for text in texts if len(text) <= STARTER][:MAX_STARTERS]
        if fitting:
            self.put(given, name, "profile.starters", fitting)
        for text in texts:
            if text not in fitting:
                reason = _("At most %(most)s conversation starters of %(length)s characters fit here.")
                filled = reason % {"most": MAX_STARTERS, "length": STARTER}
                self.made.account.misses(given.at(name), _("Conversation starter"), filled, text)

    def number(
        self, given: Given, name: str, to: str, low: float, high: float, *, whole: bool = False
    ) -> None:
        """Bring a number over, where it lies within what the field takes."""
        value = given.take(name)
        if value is None:
            return
        fits = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        if fits and (not whole or value == int(value)):
            self.put(given, name, to, int(value) if whole else float(value))
        else:
            given.left[name] = value

    def sampling(self, given: Given) -> None:
        """Bring over how the model writes, under the names that OpenAI gave these."""
        self.number(given, "temperature", "model.parameters.temperature", 0, 2)
        self.number(given, "top_p", "model.parameters.top_p", 0.000001, 1)
        self.number(given, "max_tokens", "model.parameters.max_output_tokens", 1, 200_000, whole=True)

    def model(self, given: Given, name: str, provider: Any = "") -> None:
        """Note which model it wants."""
        wanted = given.take(name)
        if not isinstance(wanted, str) or not wanted.strip():
            return
        self.made.models = model_names(wanted, provider)
        self.made.places["model.id"] = (*given.path, name)
        self.made.account.maps(given.at(name), "model.id")

    def misses(
        self, given: Given, name: str, what: str | Promise, reason: str | Promise, advice: str | Promise = ""
    ) -> None:
        """Note that a field does not come over, where it says anything."""
        value = given.take(name)
        if says_something(value):
            self.made.account.misses(given.at(name), what, reason, value, advice)

    def rest(self, *given: Given) -> None:
        """Note down everything that was not taken."""
        for one in given:
            for name, value in one.left.items():
                if says_something(value):
                    self.made.account.misses(one.at(name), name, NO_PLACE, value)


def says_something(value: Any) -> bool:
    """Whether a value is more than an empty or switched-off one."""
    if isinstance(value, Mapping):
        return any(says_something(inner) for name, inner in value.items() if name != "type")
    if isinstance(value, list):
        return any(map(says_something, value))
    return value not in (None, "", False)


def model_names(wanted: str, provider: Any = "") -> tuple[str, ...]:
    """Ids that a model may have here: as it is written, and below its provider."""
    wanted = wanted.strip()[:200]
    below = str(provider or "").rpartition("/")[2].lower()
    bare = wanted.rpartition("/")[2]
    return tuple(dict.fromkeys((wanted, *((f"{below}/{bare}",) if below else ()), f"openai/{bare}", bare)))


def labelled(values: Iterable[Any]) -> str:
    """Names in a row."""
    return ", ".join(str(value) for value in values)
