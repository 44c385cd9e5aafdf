"""An app of Dify, as its DSL describes it."""

import re
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
    says_something,
)
from assistants.building.portability.archives import Bundle
from assistants.building.portability.located import Located

name = "dify"
GRAPHS = ("advanced-chat", "workflow")
# Nodes that a conversation with one assistant has by itself.
FRAME = ("start", "answer", "end")
KNOWLEDGE_NODES = ("knowledge-retrieval", "knowledge-retrieval-v2")
NOT_PORTABLE = _(
    "This app is a graph of several steps. One assistant answers here; the steps are kept below, one by one."
)
ADVICE = _("Describe under Instructions what the steps do together, or make an assistant of each.")
VARIABLE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


def recognises(document: Any) -> bool:
    """Whether it is an app's DSL."""
    return (
        isinstance(document, Mapping)
        and isinstance(document.get("app"), Mapping)
        and (document.get("kind") == "app" or "workflow" in document or "model_config" in document)
    )


def definitions(located: Located, bundle: Bundle) -> Iterable[Definition]:
    """The one app of a document."""
    whole = Given(located.value)
    made = Definition(name, located)
    to = Mapper(made)
    app = whole.inner("app")
    to.text(app, "name", "profile.name", NAME)
    to.text(app, "description", "profile.description", DESCRIPTION)
    if str(app.take("mode")) in GRAPHS:
        _graph(to, whole.inner("workflow"))
        whole.ignore("model_config")
    else:
        _simple(to, whole.inner("model_config"))
    app.ignore("icon", "icon_type", "icon_background", "use_icon_as_answer_icon", "max_active_requests")
    whole.ignore("kind", "version", "dependencies")
    to.rest(app, whole)
    return [made]


def _simple(to: Mapper, config: Given) -> None:
    to.text(config, "pre_prompt", "instructions.text")
    _note_variables(to, config.at("pre_prompt"), to.made.patch.get("instructions", {}).get("text", ""))
    _opening(to, config)
    _model(to, config.inner("model"))
    _citations(to, config)
    datasets = config.inner("dataset_configs")
    _datasets(to, datasets)
    tools = _("It is a tool of Dify, which is not brought over.")
    agent = config.inner("agent_mode")
    to.misses(agent, "tools", _("Tools"), tools)
    agent.ignore("enabled", "strategy", "max_iteration", "prompt")
    form = _("A conversation here begins with a question; there is no form before it.")
    to.misses(config, "user_input_form", _("Form before the conversation"), form)
    config.ignore("prompt_type", "dataset_query_variable")
    to.rest(config, datasets, agent)


def _opening(to: Mapper, given: Given) -> None:
    to.text(given, "opening_statement", "profile.welcome_message", WELCOME)
    to.starters(given, "suggested_questions")


def _citations(to: Mapper, given: Given) -> None:
    resource = given.inner("retriever_resource")
    if isinstance(resource.left.get("enabled"), bool):
        to.put(resource, "enabled", "answer_policy.citations", resource.take("enabled"))


def _model(to: Mapper, model: Given) -> None:
    to.model(model, "name", model.take("provider"))
    parameters = model.inner("completion_params")
    to.sampling(parameters)
    model.ignore("mode")
    to.rest(model, parameters)


def _datasets(to: Mapper, given: Given) -> None:
    reason = _("The documents lie in Dify and do not come with the app.")
    to.misses(given, "datasets", _("Knowledge"), reason, KNOWLEDGE_ADVICE)
    to.number(given, "top_k", "knowledge.top_k", 1, 50, whole=True)
    if isinstance(given.left.get("reranking_enable"), bool):
        to.put(given, "reranking_enable", "knowledge.rerank", given.take("reranking_enable"))
    given.ignore(
        "retrieval_model", "score_threshold_enabled", "score_threshold", "reranking_model", "weights"
    )
    given.ignore("reranking_mode", "metadata_filtering_mode", "metadata_model_config")


def _graph(to: Mapper, workflow: Given) -> None:
    features = workflow.inner("features")
    _opening(to, features)
    _citations(to, features)
    graph = workflow.inner("graph")
    nodes = graph.take("nodes")
    steps = [_node(graph, n, node) for n, node in enumerate(nodes if isinstance(nodes, list) else [])]
    models = [step for step in steps if step.left.get("type") == "llm"]
    others = [s for s in steps if s.left.get("type") not in (*FRAME, "llm", *KNOWLEDGE_NODES, None, "")]
    if len(models) == 1:
        _llm(to, models[0])
    if len(models) != 1 or others:
        to.made.account.misses(graph.at("nodes"), _("Workflow"), NOT_PORTABLE, graph.take("edges"), ADVICE)
        for step in [*(models if len(models) != 1 else []), *others]:
            _not_portable(to, step)
    for step in steps:
        if step.left.get("type") in KNOWLEDGE_NODES:
            reason = _("The documents lie in Dify and do not come with the app.")
            to.made.account.misses(_place(step), _("Knowledge"), reason, step.left, KNOWLEDGE_ADVICE)
        elif step.left.get("type") == "start":
            form = _("A conversation here begins with a question; there is no form before it.")
            to.misses(step, "variables", _("Form before the conversation"), form)
    graph.ignore("edges", "viewport")
    to.rest(features, workflow)


def _node(graph: Given, number: int, node: Any) -> Given:
    data = node.get("data") if isinstance(node, Mapping) else None
    return Given(data, (*graph.path, "nodes", number, "data"))


def _place(step: Given) -> str:
    return ".".join(map(str, step.path))


def _llm(to: Mapper, step: Given) -> None:
    _model(to, step.inner("model"))
    template = step.take("prompt_template")
    messages = template if isinstance(template, list) else [template]
    for number, message in enumerate(messages):
        given = Given(
            message, (*step.path, "prompt_template", *((number,) if isinstance(template, list) else ()))
        )
        role = given.take("role") or "system"
        given.ignore("id", "edition_type", "jinja2_text")
        if role == "system" and "text" not in to.made.patch.get("instructions", {}):
            to.text(given, "text", "instructions.text")
            text = to.made.patch.get("instructions", {}).get("text", "")
            _note_variables(to, given.at("text"), text)
        elif says_something(given.left):
            _message(to, given, str(role))
    step.ignore(
        "title", "type", "selected", "variables", "desc", "prompt_config", "structured_output_enabled"
    )
    for field in ("memory", "context", "vision"):
        step.ignore(field)
    to.rest(step)


def _message(to: Mapper, given: Given, role: str) -> None:
    text = given.take("text")
    # The question itself, which every conversation sends anyway.
    if isinstance(text, str) and VARIABLE.sub("", text).strip():
        reason = _("Only one text is told to the model before the conversation begins.")
        advice = _("Add it to the instructions where it matters.")
        what = _("Message of the prompt (%(role)s)") % {"role": role}
        to.made.account.misses(given.at("text"), what, reason, text, advice)


def _note_variables(to: Mapper, place: str, text: str) -> None:
    found = list(dict.fromkeys(VARIABLE.findall(text)))
    if found:
        reason = _("The instructions came over with these placeholders in them, which nothing fills in here.")
        advice = _("Rewrite these places under Configure, Instructions.")
        to.made.account.misses(place, _("Placeholders"), reason, ", ".join(found), advice)


def _not_portable(to: Mapper, step: Given) -> None:
    kind, title = str(step.left.get("type", "")), str(step.left.get("title") or "")
    reason = _("A step of this kind (%(kind)s) is not brought over.") % {"kind": kind}
    to.made.account.misses(_place(step), title or kind or NO_PLACE, reason, step.left)
