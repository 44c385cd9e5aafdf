"""What people are told about an assistant, derived from its definition and never typed in.

The stored form holds codes, so that it reads the same in every language; `in_words` makes sentences of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assistants.actions.disclosing import disclosed_hosts
from assistants.actions.queries import present_revisions
from assistants.building.specification import Specification
from kernel.registries import tools
from kernel.tenancy import HasPk
from providers.catalogue import find_model

STORED_SENTENCES: dict[str, str | Promise] = {
    "conversations": _("Your questions and the answers, on this server, until you delete the chat."),
    "usage": _("How many tokens were used, without their text, for billing."),
    "calls": _("What was called outside for you and with which values, without secrets."),
}
VISIBLE_SENTENCES: dict[str, str | Promise] = {
    "you": _("You see your chats."),
    "operator": _("Whoever runs this server can reach its database."),
    "model_provider": _("The model's provider receives what you type and the passages that were found."),
    "creator_counts": _("The creator sees how often it is used, and never your chats."),
    "outside_hosts": _("The services that it calls receive what is sent to them, as listed here."),
}
LIMIT_SENTENCES: dict[str, str | Promise] = {
    "answers_only_from_sources": _("Answers only from its sources, and says so when they are silent."),
    "may_use_general_knowledge": _("May also answer from the model's general knowledge, which can be wrong."),
    "no_citations": _("Does not number its sources."),
    "models_can_be_wrong": _("Models make mistakes. Check what matters."),
    "no_outside_hosts": _("Calls no outside services."),
    "asks_before_writing": _("Asks you before it changes anything outside."),
}
# Pages that no definition names: whichever address the person or a source gives.
WEB_PAGES: dict[str, Any] = {
    "host": "*",
    "purpose": "web_pages",
    "fields": ["url"],
    "writes": False,
    "operations": [],
    "account": "",
}


def derive_disclosure(
    specification: Specification,
    origin: Mapping[str, Any] | None = None,
    *,
    organisation: HasPk | int,
    revisions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Work out what a definition means for those who use it: hosts, models, what is stored and who sees it.

    Args:
        origin: what the assistant was made from; a fork names whose it was.
        organisation: the one that builds it, whose own models it may use; inside its scope.
        revisions: of its actions, by their ids: those of a version; None for the present ones.
    """
    of_tools = _of_tools(specification, organisation)
    named = filter(None, (specification.model.id or "", specification.model.fallback))
    models = [_model(name, organisation) for name in dict.fromkeys(named)] or [_model("", organisation)]
    models += [_model(name, organisation) for told in of_tools for name in told.get("models", ())]
    outside = any(model["host"] for model in models)
    hosts = _hosts(specification, organisation, revisions)
    hosts += [dict(host) for told in of_tools for host in told.get("hosts", ())]
    return {
        "hosts": hosts,
        "models": models,
        "stored": [
            {"what": "conversations", "where": "this_server", "days": None},
            {"what": "usage", "where": "this_server", "days": None},
            *(
                [{"what": "calls", "where": "this_server", "days": settings.ACTION_CALL_DAYS}]
                if hosts
                else []
            ),
        ],
        "visible_to": [
            *("you", "operator", "creator_counts"),
            *(["model_provider"] if outside else []),
            *(["outside_hosts"] if hosts else []),
        ],
        "limits": _limits(specification, hosts),
        "made_from": _attribution(origin or {}),
    }


def _of_tools(specification: Specification, organisation: HasPk | int) -> list[Mapping[str, Sequence[Any]]]:
    """What the built-in tools that are on say of themselves."""
    return [
        tool.told(organisation)
        for tool in tools
        if tool.told is not None and specification.capabilities.get(tool.name)
    ]


def _hosts(
    specification: Specification, organisation: HasPk | int, revisions: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    uses = {use.id: use.operations for use in specification.actions if use.operations}
    if revisions is None:
        revisions = present_revisions(organisation, list(uses)) if uses else {}
    found = disclosed_hosts(organisation, uses, revisions) if uses else []
    if specification.capabilities.get("fetch_page"):
        found.append(dict(WEB_PAGES))
    return found


def _attribution(origin: Mapping[str, Any]) -> dict[str, str] | None:
    if origin.get("kind") != "fork":
        return None
    return {name: str(origin[name]) for name in ("name", "creator", "slug")}


def _model(model_id: str, organisation: HasPk | int) -> dict[str, str]:
    model = find_model(model_id, organisation=organisation)
    if model is None:
        provider = model_id.partition("/")[0]
        return {"id": model_id, "name": model_id, "provider": provider, "host": "", "region": ""}
    return {
        "id": model.id,
        "name": model.name,
        "provider": model.provider_name,
        "host": model.host,
        "region": model.region,
    }


def _limits(specification: Specification, hosts: Sequence[Mapping[str, Any]]) -> list[str]:
    policy = specification.answer_policy
    source_rule = "answers_only_from_sources" if policy.grounding == "only" else "may_use_general_knowledge"
    citation_rule = [] if policy.citations else ["no_citations"]
    reach_rule = [] if hosts else ["no_outside_hosts"]
    if any(host["writes"] for host in hosts):
        reach_rule = ["asks_before_writing"]
    return [source_rule, *citation_rule, *reach_rule, "models_can_be_wrong"]


def model_sentence(model: dict[str, str]) -> str:
    """Where what people type goes, in words."""
    if not model.get("host"):
        return str(_("%(name)s, which runs on this server. Nothing you type leaves it.")) % {
            "name": model["name"]
        }
    place = ", ".join(filter(None, (model["provider"], model["region"], model["host"])))
    sentence = _("%(name)s. What you type and the passages found are sent to %(place)s.")
    return str(sentence) % {"name": model["name"], "place": place}


def widened(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """What holds for whoever may get either of two versions, in the order of the first."""
    hosts = {host["host"]: host for host in one["hosts"]}
    for host in other["hosts"]:
        hosts[host["host"]] = _both(hosts[host["host"]], host) if host["host"] in hosts else host
    models = {model["id"]: model for model in (*other["models"], *one["models"])}
    stored = {item["what"]: item for item in (*other["stored"], *one["stored"])}
    limits = [code for code in one["limits"] if code in other["limits"] or code != "no_outside_hosts"]
    return {
        **one,
        "hosts": list(hosts.values()),
        "models": sorted(models.values(), key=lambda model: model not in one["models"]),
        "stored": sorted(stored.values(), key=lambda item: item not in one["stored"]),
        "visible_to": list(dict.fromkeys((*one["visible_to"], *other["visible_to"]))),
        "limits": list(dict.fromkeys((*limits, *(c for c in other["limits"] if c != "no_outside_hosts")))),
    }


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    told = [
        *one["operations"],
        *(operation for operation in other["operations"] if operation not in one["operations"]),
    ]
    return {
        **one,
        "purpose": "; ".join(dict.fromkeys(filter(None, (one["purpose"], other["purpose"])))),
        "fields": list(dict.fromkeys((*one["fields"], *other["fields"]))),
        "writes": one["writes"] or other["writes"],
        "operations": told,
        "account": one["account"] or other["account"],
    }


def host_sentence(host: Mapping[str, Any]) -> str:
    """What is called at a host, for what and with what, in words."""
    if host["host"] == "*":
        return str(_("Web pages that you or it name: their address is sent, and nothing else."))
    words = {
        "host": host["host"],
        "purpose": host.get("purpose", ""),
        "fields": ", ".join(host.get("fields", [])) or str(_("nothing")),
    }
    if host.get("writes"):
        return str(_("%(host)s, for %(purpose)s. It reads and writes there; sent: %(fields)s.")) % words
    return str(_("%(host)s, for %(purpose)s. It reads there; sent: %(fields)s.")) % words


def reach_chip(disclosure: Mapping[str, Any]) -> dict[str, Any]:
    """What the chip on a card says: how many hosts are called, and whether anything is written there."""
    hosts = disclosure.get("hosts", [])
    return {"hosts": len(hosts), "writes": any(host.get("writes") for host in hosts)}


def in_words(disclosure: dict[str, Any]) -> dict[str, list[str]]:
    """A disclosure as sentences in the active language: hosts, models, stored, visible_to, limits."""
    return {
        "hosts": [host_sentence(host) for host in disclosure.get("hosts", [])],
        "models": [model_sentence(model) for model in disclosure.get("models", [])],
        "stored": [_worded(STORED_SENTENCES, item["what"]) for item in disclosure.get("stored", [])],
        "visible_to": [_worded(VISIBLE_SENTENCES, code) for code in disclosure.get("visible_to", [])],
        "limits": [_worded(LIMIT_SENTENCES, code) for code in disclosure.get("limits", [])],
    }


def _worded(sentences: dict[str, str | Promise], code: str) -> str:
    return str(sentences.get(code, code))
