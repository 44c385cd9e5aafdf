"""A GPT of ChatGPT: the builder's JSON as a data export holds it, or its pieces."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.actions.reading import reading_of_document
from assistants.building.importers.base import BroughtAction, Definition, word_for_word
from assistants.building.importers.mapping import (
    ACTION_ADVICE,
    DESCRIPTION,
    NAME,
    WELCOME,
    Given,
    Mapper,
)
from assistants.building.portability.archives import Bundle
from assistants.building.portability.located import Located
from kernel.errors import DomainError

name = "gpt"
INSTRUCTIONS = ("instructions.md", "instructions.txt")
NO_SECRETS = _("Keys and passwords stay where they were.")
SIGN_IN = _("Open the action, and give its key or its client anew.")
MOST_TEXT = 4 * 1024 * 1024
BUILT_IN = {
    "browser": _("Web browsing"),
    "python": _("Code interpreter and data analysis"),
    "dalle": _("Image generation"),
    "canvas": _("Canvas"),
}


def recognises(document: Any) -> bool:
    """Whether it is a GPT, or a list of them."""
    return any(_is_one(one) for one in _each(document))


def definitions(located: Located, bundle: Bundle) -> Iterable[Definition]:
    """The GPTs of a document."""
    several = isinstance(located.value, list)
    for number, one in enumerate(_each(located.value)):
        if _is_one(one):
            yield _definition(located, Given(one, (number,) if several else ()))


def pieces(bundle: Bundle) -> Definition | None:
    """A GPT of which only pieces are there: a file with its instructions, beside what it knows."""
    found = next((n for n in bundle.names() if PurePosixPath(n).name.lower() in INSTRUCTIONS), None)
    if found is None:
        return None
    text = bundle.read(found, MOST_TEXT).decode("utf-8", "replace")
    title = PurePosixPath(bundle.label).stem.replace("-", " ").replace("_", " ").strip()
    return pasted(name=title, instructions=text, file=found)


def pasted(
    *,
    name: str,
    description: str = "",
    instructions: str = "",
    welcome_message: str = "",
    starters: Iterable[str] = (),
    openapi: str = "",
    file: str = "",
) -> Definition:
    """A GPT whose fields somebody copied from its page."""
    display = {
        "name": name,
        "description": description,
        "welcome_message": welcome_message,
        "prompt_starters": [*starters],
    }
    tools = [{"type": "plugins_prototype", "metadata": {"raw_spec": openapi}}] if openapi.strip() else []
    document = {"gizmo": {"instructions": instructions, "display": display}, "tools": tools}
    return _definition(Located(file or str(_("What you pasted")), document), Given(document))


def _each(document: Any) -> list[Any]:
    if isinstance(document, Mapping) and isinstance(document.get("gizmos"), list):
        document = document["gizmos"]
    if isinstance(document, list):
        # Lists of them wrap each once more: {"resource": {"gizmo": {…}}}.
        return [one.get("resource", one) if isinstance(one, Mapping) else one for one in document]
    return [document]


def _is_one(document: Any) -> bool:
    if not isinstance(document, Mapping):
        return False
    gizmo = document.get("gizmo", document)
    return isinstance(gizmo, Mapping) and isinstance(gizmo.get("display"), Mapping)


def _definition(located: Located, whole: Given) -> Definition:
    made = Definition(name, located)
    to = Mapper(made)
    gizmo = whole.inner("gizmo") if "gizmo" in whole.left else whole
    display = gizmo.inner("display")
    to.text(display, "name", "profile.name", NAME)
    to.text(display, "description", "profile.description", DESCRIPTION)
    to.text(display, "welcome_message", "profile.welcome_message", WELCOME)
    to.starters(display, "prompt_starters")
    to.text(gizmo, "instructions", "instructions.text")
    to.model(gizmo, "model", "openai")
    _tools(to, whole if "tools" in whole.left else gizmo)
    _files(to, whole if "files" in whole.left else gizmo)
    display.ignore("profile_picture_url", "profile_pic_id")
    gizmo.ignore("id", "short_url", "organization_id", "author", "live_version", "version", "vanity_metrics")
    gizmo.ignore(
        "share_recipient", "updated_at", "created_at", "last_interacted_at", "current_user_permission"
    )
    to.rest(display, gizmo, *([whole] if whole is not gizmo else []))
    return made


def _tools(to: Mapper, holder: Given) -> None:
    tools = holder.take("tools")
    for number, tool in enumerate(tools if isinstance(tools, list) else []):
        given = Given(tool, (*holder.path, "tools", number))
        kind = str(given.left.get("type", ""))
        if kind == "plugins_prototype":
            _action(to, given)
        else:
            place = ".".join(map(str, given.path))
            reason = _("It is a part of ChatGPT that is not brought over.")
            to.made.account.misses(place, BUILT_IN.get(kind, kind), reason, dict(given.left))


def _action(to: Mapper, tool: Given) -> None:
    metadata = tool.inner("metadata")
    key = "raw_spec" if metadata.left.get("raw_spec") else "json_schema"
    place, document = metadata.at(key), word_for_word(metadata.left.get(key))
    auth, policy = metadata.left.get("auth"), metadata.left.get("privacy_policy_url")
    try:
        reading = reading_of_document(document.encode())
    except DomainError as refusal:
        domain = metadata.left.get("domain") or _("an outside service")
        reason = _("Its document cannot be read: %(why)s It is kept below, word for word.")
        told = reason % {"why": refusal.message}
        to.misses(metadata, key, _("Action of %(domain)s") % {"domain": domain}, told, ACTION_ADVICE)
    else:
        # ChatGPT calls everything that a document describes.
        policy = policy if isinstance(policy, str) and policy.startswith("https://") else ""
        signed = signed_as(auth if isinstance(auth, Mapping) else {})
        to.made.actions.append(BroughtAction(place, reading, None, signed, policy[:2000]))
        metadata.ignore("privacy_policy_url", "auth")
        if signed:
            to.made.account.misses(metadata.at("auth"), _("Credentials"), NO_SECRETS, "", SIGN_IN)
    tool.ignore("id", "type")
    metadata.ignore("raw_spec", "json_schema", "action_id", "domain")
    to.rest(tool, metadata)


def signed_as(auth: Mapping[str, Any]) -> dict[str, Any] | None:
    """How ChatGPT signs an action's calls, as settings of ours; None where it does not.

    Source: developers.openai.com, actions/authentication; `client_url` is where people consent, `authorization_url` where
    the code is exchanged.
    """
    kind, how = str(auth.get("type", "none")), str(auth.get("authorization_type", "bearer")).lower()
    if kind in ("service_http", "user_http"):
        header = str(auth.get("custom_auth_header") or "")
        placement = {"where": "header", "name": header} if how == "custom" and header else {"where": how}
        owner = "user" if kind == "user_http" else "organisation"
        return {"kind": "api_key", "owner": owner, "placement": placement}
    if kind != "oauth":
        return None
    scope = str(auth.get("scope") or "").split()
    post = "basic" not in str(auth.get("token_exchange_method", ""))
    oauth = {
        "authorization_url": str(auth.get("client_url") or ""),
        "token_url": str(auth.get("authorization_url") or ""),
        "client_id": str(auth.get("client_id") or auth.get("oauth_client_id") or ""),
        "scopes": scope,
        "token_auth": "post" if post else "basic",
    }
    return {"kind": "oauth2", "owner": "user", "oauth": oauth}


def _files(to: Mapper, holder: Given) -> None:
    files = holder.take("files")
    for number, file in enumerate(files if isinstance(files, list) else []):
        name = file.get("name") if isinstance(file, Mapping) else None
        if isinstance(name, str) and name:
            to.made.listed[name] = f"{holder.at('files')}.{number}"
