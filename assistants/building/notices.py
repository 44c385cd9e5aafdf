"""What people are told about the assistants that they look after."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from assistants.actions.actions.note_disconnected import EVENT as DISCONNECTED
from assistants.actions.actions.note_tools import EVENT as TOOLS_CHANGED
from assistants.actions.actions.report_undisclosed import EVENT as UNDISCLOSED
from assistants.building.models import Assistant, Version
from assistants.building.queries import RESOURCE
from assistants.knowledge.models import Document, Source
from kernel import registries
from kernel.registries import NotificationKind
from organisations.permissions import Level
from organisations.recipients import people_with_grant

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _published(organisation_id: int, payload: dict[str, Any]) -> Notices:
    rows = Version.objects.for_organisation(organisation_id).select_related("assistant")
    version: Version | None = rows.filter(
        assistant__public_id=payload["assistant"], number=payload["version"]
    ).first()
    if version is None:
        return
    facts = {"name": version.author_name, "assistant": version.assistant.label, "number": version.number}
    title = [gettext_noop("%(name)s published %(assistant)s, version %(number)s"), facts]
    address = reverse("building:version_list", args=[version.assistant.public_id])
    for user_id in people_with_grant(organisation_id, RESOURCE, payload["assistant"], Level.OWN):
        if user_id != version.author_id:
            yield user_id, title, None, address


def _document_failed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    rows = Document.objects.for_organisation(organisation_id).filter(public_id=payload["document"])
    document: Document | None = rows.first()
    found = Assistant.objects.for_organisation(organisation_id).filter(deleted_at=None)
    assistant: Assistant | None = found.filter(source_set__public_id=payload["source_set"]).first()
    if document is None or assistant is None or document.state != Document.State.FAILED:
        return
    facts = {"document": document.name, "assistant": assistant.label}
    title = [gettext_noop("%(document)s could not be read"), facts]
    body = [gettext_noop("It is knowledge of %(assistant)s. The page says why, and what to do."), facts]
    address = reverse("building:assistant_knowledge", args=[assistant.public_id])
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant.public_id, Level.EDIT):
        yield user_id, title, body, address


def _source_disconnected(organisation_id: int, payload: dict[str, Any]) -> Notices:
    rows = Source.objects.for_organisation(organisation_id).filter(
        public_id=payload["source"], removed_at=None
    )
    source: Source | None = rows.first()
    found = Assistant.objects.for_organisation(organisation_id).filter(deleted_at=None)
    assistant: Assistant | None = found.filter(source_set__public_id=payload["source_set"]).first()
    if source is None or assistant is None:
        return
    facts = {"source": source.name, "assistant": assistant.label}
    title = [gettext_noop("%(source)s is no longer read"), facts]
    body = [
        gettext_noop(
            "The account that read it for %(assistant)s is no longer connected, or is refused. What was read keeps answering."
            " Connect again, and it goes on."
        ),
        facts,
    ]
    address = reverse("building:assistant_source", args=[assistant.public_id, source.public_id])
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant.public_id, Level.EDIT):
        yield user_id, title, body, address


def _model_ending(organisation_id: int, payload: dict[str, Any]) -> Notices:
    rows = Assistant.objects.for_organisation(organisation_id).filter(deleted_at=None)
    assistant: Assistant | None = rows.filter(public_id=payload["assistant"]).first()
    if assistant is None:
        return
    facts = {name: payload[name] for name in ("model", "day", "successor")} | {"assistant": assistant.label}
    title = [gettext_noop("The model of %(assistant)s ends on %(day)s"), facts]
    if payload["successor"]:
        body = [
            gettext_noop("%(model)s is switched off. From then on %(successor)s answers; try it out before."),
            facts,
        ]
    else:
        body = [
            gettext_noop("%(model)s is switched off, and nothing takes its place. Choose another model."),
            facts,
        ]
    address = reverse("building:assistant_configure", args=[assistant.public_id])
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant.public_id, Level.EDIT):
        yield user_id, title, body, address


def _about_rollout(said: str) -> Callable[[int, dict[str, Any]], Notices]:
    def notices(organisation_id: int, payload: dict[str, Any]) -> Notices:
        assistant = _named(organisation_id, payload["assistant"])
        if assistant is None:
            return
        facts = {"name": payload["by"], "assistant": assistant.label, "number": payload["version"]}
        address = reverse("building:version_list", args=[assistant.public_id])
        for user_id in people_with_grant(organisation_id, RESOURCE, assistant.public_id, Level.OWN):
            if user_id != payload["user"]:
                yield user_id, [said, facts], None, address

    return notices


def _release_failed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    assistant = _named(organisation_id, payload["assistant"])
    if assistant is None:
        return
    facts = {"assistant": assistant.label, "number": payload["version"]}
    title = [gettext_noop("Version %(number)s of %(assistant)s was not published at its moment"), facts]
    body = [gettext_noop("The reason: %(reason)s"), {"reason": payload["reason"]}]
    address = reverse("building:version_list", args=[assistant.public_id])
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant.public_id, Level.OWN):
        yield user_id, title, body, address


def _tools_changed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    assistant = _named(organisation_id, payload["assistant"])
    if assistant is None:
        return
    facts = {"action": payload["name"], "assistant": assistant.label, "tools": ", ".join(payload["tools"])}
    title = [gettext_noop("Tools of %(action)s changed, and are off"), facts]
    body = [
        gettext_noop(
            "%(assistant)s no longer calls %(tools)s until somebody has looked at what they say now."
        ),
        facts,
    ]
    address = reverse("building:assistant_actions", args=[assistant.public_id])
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant.public_id, Level.EDIT):
        yield user_id, title, body, address


def _undisclosed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    assistant = _named(organisation_id, payload["assistant"])
    if assistant is None:
        return
    facts = {name: payload[name] for name in ("action", "host")} | {"assistant": assistant.label}
    title = [gettext_noop("%(assistant)s was kept from calling %(host)s"), facts]
    body = [
        gettext_noop(
            "%(action)s would have called it, and what people are told does not cover that. Look at the action, then"
            " publish a new version: its disclosure names the host."
        ),
        facts,
    ]
    address = reverse("building:assistant_actions", args=[assistant.public_id])
    for user_id in people_with_grant(organisation_id, RESOURCE, assistant.public_id, Level.EDIT):
        yield user_id, title, body, address


def _named(organisation_id: int, assistant_id: str) -> Assistant | None:
    rows = Assistant.objects.for_organisation(organisation_id).filter(deleted_at=None)
    found: Assistant | None = rows.filter(public_id=assistant_id).first()
    return found


KINDS = (
    NotificationKind(
        "assistant_published",
        _("Somebody publishes your assistant"),
        "assistant.published",
        _published,
        "daily",
    ),
    NotificationKind("model_ending", _("The model of your assistant ends"), "model.ending", _model_ending),
    NotificationKind(
        "document_failed", _("Knowledge could not be read"), "document.failed", _document_failed, "daily"
    ),
    NotificationKind(
        "source_disconnected",
        _("The connection that reads your assistant's knowledge ends"),
        DISCONNECTED,
        _source_disconnected,
    ),
    NotificationKind(
        "rollout_started",
        _("Somebody rolls out a version of your assistant"),
        "rollout.started",
        _about_rollout(
            gettext_noop("%(name)s gives version %(number)s of %(assistant)s to some new conversations")
        ),
        "daily",
    ),
    NotificationKind(
        "rollout_promoted",
        _("A rolled-out version goes to everybody"),
        "rollout.promoted",
        _about_rollout(gettext_noop("%(name)s gave version %(number)s of %(assistant)s to everybody")),
        "daily",
    ),
    NotificationKind(
        "rollout_rolled_back",
        _("A version of your assistant is rolled back"),
        "rollout.rolled_back",
        _about_rollout(gettext_noop("%(name)s rolled version %(number)s of %(assistant)s back")),
    ),
    NotificationKind(
        "release_failed",
        _("A scheduled version is not published"),
        "release.failed",
        _release_failed,
    ),
    NotificationKind(
        "call_undisclosed",
        _("Your assistant is kept from calling a host that nobody was told of"),
        UNDISCLOSED,
        _undisclosed,
    ),
    NotificationKind(
        "tools_changed", _("Tools of your assistant's actions change"), TOOLS_CHANGED, _tools_changed
    ),
)


def register() -> None:
    """Let events become notifications."""
    for kind in KINDS:
        registries.notification_kinds.register(kind)
