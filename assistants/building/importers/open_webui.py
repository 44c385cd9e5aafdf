"""A model of Open WebUI's workspace: one, an export of several, or rows of its database."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.building.importers.base import Definition
from assistants.building.importers.mapping import DESCRIPTION, KNOWLEDGE_ADVICE, NAME, Given, Mapper
from assistants.building.portability.archives import Bundle
from assistants.building.portability.located import Located

name = "open_webui"
BOOKKEEPING = (
    "id", "user_id", "user", "access_control", "access_grants", "write_access", "is_active", "created_at", "updated_at",
    "object", "created", "owned_by", "preset", "info", "actions", "filters",
)  # fmt: skip
TOOL_FIELDS = ("toolIds", "filterIds", "defaultFilterIds", "actionIds", "skillIds", "defaultFeatureIds")


def recognises(document: Any) -> bool:
    """Whether it is a model of a workspace, or a list of them."""
    return any(_is_one(one) for one in _each(document))


def definitions(located: Located, bundle: Bundle) -> Iterable[Definition]:
    """The models of a document."""
    several = isinstance(located.value, list)
    for number, one in enumerate(_each(located.value)):
        if _is_one(one):
            yield _definition(located, Given(one, (number,) if several else ()))


def _each(document: Any) -> list[Any]:
    return document if isinstance(document, list) else [document]


def _is_one(document: Any) -> bool:
    if not isinstance(document, Mapping) or not isinstance(document.get("name"), str):
        return False
    return {"params", "meta"} <= document.keys() or "base_model_id" in document


def _definition(located: Located, given: Given) -> Definition:
    made = Definition(name, located)
    to = Mapper(made)
    to.text(given, "name", "profile.name", NAME)
    to.model(given, "base_model_id")
    params, meta = given.inner("params"), given.inner("meta")
    to.text(params, "system", "instructions.text")
    to.sampling(params)
    if "num_predict" in params.left:
        to.number(params, "num_predict", "model.parameters.max_output_tokens", 1, 200_000, whole=True)
    to.text(meta, "description", "profile.description", DESCRIPTION)
    to.starters(meta, "suggestion_prompts")
    knowledge = _("It lies in Open WebUI and does not come with the model.")
    to.misses(meta, "knowledge", _("Knowledge"), knowledge, KNOWLEDGE_ADVICE)
    tools = _("It is a program of Open WebUI; nothing here runs programs out of a file.")
    for field in TOOL_FIELDS:
        to.misses(meta, field, _("Tools and filters"), tools)
    _capabilities(to, meta)
    meta.ignore("profile_image_url", "tags", "user", "hidden")
    given.ignore(*BOOKKEEPING)
    to.rest(given, params, meta)
    return made


def _capabilities(to: Mapper, meta: Given) -> None:
    found = meta.inner("capabilities")
    on = sorted(key for key, value in found.left.items() if value in (True, "true"))
    if "citations" in found.left:
        found.path = (*meta.path, "capabilities")
        to.put(found, "citations", "answer_policy.citations", "citations" in on)
    others = [key for key in on if key != "citations"]
    if others:
        reason = _("What a model can do is known of the model that is chosen here.")
        to.made.account.misses(".".join(map(str, found.path)), _("Capabilities"), reason, ", ".join(others))
