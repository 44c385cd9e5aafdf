"""An Assistant of OpenAI's API, as that API described it until it ended."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.building.importers.base import Definition
from assistants.building.importers.mapping import DESCRIPTION, KNOWLEDGE_ADVICE, NAME, Given, Mapper
from assistants.building.portability.archives import Bundle
from assistants.building.portability.located import Located

name = "openai_assistant"
Text = str | Promise
TOOLS: dict[str, tuple[Text, Text, Text]] = {
    "code_interpreter": (_("Code interpreter"), _("Nothing here runs code that a model wrote."), ""),
    "file_search": (
        _("File search"),
        _(
            "Everything under Knowledge is searched by itself; the files of its vector stores do not come with it."
        ),
        KNOWLEDGE_ADVICE,
    ),
    "function": (
        _("Function"),
        _("A function ran in your own program; here an assistant calls an action over HTTP."),
        _("Describe the function as an operation of an OpenAPI document."),
    ),
}


def recognises(document: Any) -> bool:
    """Whether it is an Assistant object, or a list of them."""
    return any(_is_one(one) for one in _each(document))


def definitions(located: Located, bundle: Bundle) -> Iterable[Definition]:
    """The assistants of a document."""
    paged = isinstance(located.value, Mapping) and isinstance(located.value.get("data"), list)
    for number, one in enumerate(_each(located.value)):
        if _is_one(one):
            several = isinstance(located.value, list)
            path = ("data", number) if paged else (number,) if several else ()
            yield _definition(located, Given(one, path))


def _each(document: Any) -> list[Any]:
    if isinstance(document, Mapping) and document.get("object") == "list":
        document = document.get("data")
    return document if isinstance(document, list) else [document]


def _is_one(document: Any) -> bool:
    return isinstance(document, Mapping) and document.get("object") == "assistant"


def _definition(located: Located, given: Given) -> Definition:
    made = Definition(name, located)
    to = Mapper(made)
    to.text(given, "name", "profile.name", NAME)
    to.text(given, "description", "profile.description", DESCRIPTION)
    to.text(given, "instructions", "instructions.text")
    to.model(given, "model", "openai")
    to.sampling(given)
    _tools(to, given)
    to.misses(
        given, "tool_resources", _("Files of its tools"), _("They are stored at OpenAI."), KNOWLEDGE_ADVICE
    )
    if given.left.get("response_format") == "auto":
        given.ignore("response_format")
    form = _("The form of answers is described in words here.")
    advice = _("Say under Configure, Instructions, which form answers should have.")
    to.misses(given, "response_format", _("Form of the answers"), form, advice)
    given.ignore("id", "object", "created_at")
    to.rest(given)
    return made


def _tools(to: Mapper, given: Given) -> None:
    tools = given.take("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else []):
        kind = str(tool.get("type", "")) if isinstance(tool, Mapping) else ""
        what, reason, advice = TOOLS.get(kind, (kind, _("There is no such tool here."), ""))
        to.made.account.misses(f"{given.at('tools')}.{number}", what, reason, tool, advice)
