"""An agent of LibreChat, or the model specs of its `librechat.yaml`."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.building.importers.base import Definition
from assistants.building.importers.mapping import (
    DESCRIPTION,
    KNOWLEDGE_ADVICE,
    NAME,
    NO_PLACE,
    WELCOME,
    Given,
    Mapper,
)
from assistants.building.portability.archives import Bundle
from assistants.building.portability.located import Located

name = "librechat"
BOOKKEEPING = (
    "_id", "id", "__v", "author", "authorName", "createdAt", "updatedAt", "versions", "version", "projectIds", "tenantId",
    "isCollaborative", "is_promoted", "access_level", "avatar", "category", "mcpServerNames",
)  # fmt: skip
TOOLS = {
    "execute_code": (_("Code interpreter"), _("Nothing here runs code that a model wrote.")),
    "file_search": (_("File search"), _("Everything under Knowledge is searched by itself.")),
    "web_search": (_("Web search"), NO_PLACE),
}
ACTION_MARK = "_action_"
ACTION_TOOL = _("Its OpenAPI document lies in LibreChat's database and does not come with the agent.")
ACTION_TOOL_ADVICE = _(
    "Copy the document from the agent's actions there, paste it under Actions here, and switch on the operations that it used."
)


def recognises(document: Any) -> bool:
    """Whether it is an agent, a list of them, or a configuration with model specs."""
    return bool(_specs(document)) or any(_is_agent(one) for one in _each(document))


def definitions(located: Located, bundle: Bundle) -> Iterable[Definition]:
    """The agents of a document, or an assistant of each of its model specs."""
    for number, spec in enumerate(_specs(located.value)):
        yield _from_spec(located, Given(spec, ("modelSpecs", "list", number)))
    several = isinstance(located.value, list)
    for number, one in enumerate(_each(located.value)):
        if _is_agent(one):
            yield _from_agent(located, Given(one, (number,) if several else ()))


def _each(document: Any) -> list[Any]:
    return document if isinstance(document, list) else [document]


def _is_agent(document: Any) -> bool:
    if not isinstance(document, Mapping) or not isinstance(document.get("provider"), str):
        return False
    return str(document.get("id", "")).startswith("agent_") or "model_parameters" in document


def _specs(document: Any) -> list[Any]:
    specs = document.get("modelSpecs") if isinstance(document, Mapping) else None
    found = specs.get("list") if isinstance(specs, Mapping) else None
    return [spec for spec in found if isinstance(spec, Mapping)] if isinstance(found, list) else []


def _from_agent(located: Located, given: Given) -> Definition:
    made = Definition(name, located)
    to = Mapper(made)
    to.text(given, "name", "profile.name", NAME)
    to.text(given, "description", "profile.description", DESCRIPTION)
    to.text(given, "instructions", "instructions.text")
    to.starters(given, "conversation_starters")
    to.model(given, "model", given.take("provider"))
    parameters = given.inner("model_parameters")
    _sampling(to, parameters)
    _tools(to, given)
    files = _("They are stored in LibreChat and do not come with the agent.")
    to.misses(given, "tool_resources", _("Files of its tools"), files, KNOWLEDGE_ADVICE)
    chain = _("One assistant answers here; there is no chain of agents.")
    to.misses(given, "edges", _("Other agents"), chain)
    to.misses(given, "agent_ids", _("Other agents"), chain)
    to.misses(given, "artifacts", _("Artifacts"), NO_PLACE)
    given.ignore(*BOOKKEEPING)
    to.rest(given, parameters)
    return made


def _from_spec(located: Located, given: Given) -> Definition:
    made = Definition(name, located)
    to = Mapper(made)
    to.text(given, "label" if given.left.get("label") else "name", "profile.name", NAME)
    to.text(given, "description", "profile.description", DESCRIPTION)
    preset = given.inner("preset")
    for source in ("promptPrefix", "system", "instructions"):
        if "text" not in made.patch.get("instructions", {}):
            to.text(preset, source, "instructions.text")
    to.text(preset, "greeting", "profile.welcome_message", WELCOME)
    to.starters(preset, "conversation_starters")
    to.model(preset, "model", preset.take("endpoint"))
    _sampling(to, preset)
    given.ignore(
        "name", "order", "default", "group", "groupIcon", "showIconInMenu", "showIconInHeader", "iconURL"
    )
    preset.ignore("modelLabel", "iconURL", "spec")
    to.rest(given, preset)
    return made


def _sampling(to: Mapper, given: Given) -> None:
    to.sampling(given)
    if "topP" in given.left:
        to.number(given, "topP", "model.parameters.top_p", 0.000001, 1)
    for other in ("maxOutputTokens", "max_output_tokens"):
        if other in given.left:
            to.number(given, other, "model.parameters.max_output_tokens", 1, 200_000, whole=True)
    given.ignore("model")


def _tools(to: Mapper, given: Given) -> None:
    tools = given.take("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else []):
        place = f"{given.at('tools')}.{number}"
        if isinstance(tool, str) and ACTION_MARK in tool:
            to.made.account.misses(place, _("Action"), ACTION_TOOL, tool, ACTION_TOOL_ADVICE)
        else:
            what, reason = TOOLS.get(str(tool), (_("Tool"), _("There is no such tool here.")))
            to.made.account.misses(place, what, reason, tool)
    actions = _("Actions are named by ids of LibreChat here; their documents do not come with the agent.")
    to.misses(given, "actions", _("Actions"), actions, ACTION_TOOL_ADVICE)
