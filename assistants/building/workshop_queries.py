"""Questions about the workshop of an assistant: what was said, what it changed, and which models can build."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assistants.building.models import Assistant, DraftChange, WorkshopMessage
from assistants.building.queries import draft_of
from assistants.building.workshop_edits import LABELS
from assistants.turns.context import PastMessage
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.policy_cache import policy_in_force
from organisations.policy_rules import model_allowed
from providers.catalogue import ModelInfo, default_chat_model, list_models

SHOWN_MESSAGES = 200
REMEMBERED_MESSAGES = 40
SMALLEST_WINDOW = 8000  # tokens: what the builder is told, its tools and a draft
ORDER = {path: place for place, path in enumerate(LABELS)}


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that nobody has kept or taken back yet.

    Attributes:
        now: what the field holds; another value than `after` where somebody wrote it since.
    """

    id: str
    path: str
    label: str
    before: Any
    after: Any
    now: Any
    message_id: str

    @property
    def overwritten(self) -> bool:
        """Whether somebody changed the field since, so that it cannot simply be taken back."""
        return bool(self.now != self.after)

    def document(self) -> dict[str, Any]:
        """Its public form."""
        return {
            "id": self.id,
            "path": self.path,
            "label": self.label,
            "before": self.before,
            "after": self.after,
            "now": self.now,
            "message": self.message_id or None,
        }


def field_values(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a definition by their paths, two names deep: `profile.starters`."""
    return dict(_fields(document))


def _fields(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, content in document.items():
        if isinstance(content, Mapping):
            for name, value in content.items():
                yield f"{section}.{name}", value
        else:
            yield section, content


def unsettled(assistant: Assistant) -> QuerySet[DraftChange]:
    """The changes of an assistant's draft that nobody has kept or taken back."""
    rows = DraftChange.objects.for_organisation(assistant.organisation_id)
    return rows.filter(assistant=assistant, kept_at=None, undone_at=None)


def open_changes(assistant: Assistant, document: Mapping[str, Any] | None = None) -> list[OpenChange]:
    """The newest unsettled change of each field, in the order of the fields.

    Args:
        document: the draft's definition, where it was read already.
    """
    values = field_values(document if document is not None else draft_of(assistant).specification)
    newest: dict[str, DraftChange] = {}
    for change in unsettled(assistant).select_related("message").order_by("id"):
        newest[change.path] = change
    shown = [_opened(change, values) for change in newest.values()]
    return sorted(shown, key=lambda change: ORDER.get(change.path, len(ORDER)))


def _opened(change: DraftChange, values: Mapping[str, Any]) -> OpenChange:
    return OpenChange(
        id=change.public_id,
        path=change.path,
        label=label_of(change.path),
        before=change.before,
        after=change.after,
        now=values.get(change.path),
        message_id=change.message.public_id if change.message else "",
    )


def access_change(assistant: Assistant, change_id: str, *, lock: bool = False) -> DraftChange:
    """One change of an assistant's draft.

    Raises:
        NotFound: there is none.
    """
    rows = DraftChange.objects.for_organisation(assistant.organisation_id)
    found = (rows.select_for_update() if lock else rows).filter(assistant=assistant, public_id=change_id)
    change: DraftChange | None = found.first()
    if change is None:
        raise NotFound
    return change


def label_of(path: str) -> str:
    """A field's words for people."""
    return str(LABELS.get(path, path))


def value_in_words(path: str, value: Any) -> str:
    """A field's value as people read it, on one line."""
    if path == "profile.picture":
        return _("another picture")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return "; ".join(item["question"] if isinstance(item, dict) else str(item) for item in value)
    return str(value or _("nothing"))


def workshop_messages(assistant: Assistant) -> list[WorkshopMessage]:
    """What was said last, the oldest first, with turns and changes."""
    rows = WorkshopMessage.objects.for_organisation(assistant.organisation_id).filter(assistant=assistant)
    newest = rows.select_related("turn", "author").prefetch_related("changes").order_by("-id")
    return list(newest[:SHOWN_MESSAGES])[::-1]


def access_message(assistant: Assistant, message_id: str) -> WorkshopMessage:
    """One message of the workshop.

    Raises:
        NotFound: there is none.
    """
    rows = WorkshopMessage.objects.for_organisation(assistant.organisation_id)
    found: WorkshopMessage | None = (
        rows.select_related("turn").filter(assistant=assistant, public_id=message_id).first()
    )
    if found is None:
        raise NotFound
    return found


def text_of(message: WorkshopMessage) -> str:
    """What a message says; an answer's text is kept by its turn."""
    return str(message.text or (message.turn.answer if message.turn else ""))


def history_of(messages: Sequence[WorkshopMessage]) -> list[PastMessage]:
    """A conversation as a model is given it: who speaks changes with each message, empty ones are left out."""
    past: list[PastMessage] = []
    for message in messages[-REMEMBERED_MESSAGES:]:
        text = text_of(message)
        role = "user" if message.role == WorkshopMessage.Role.USER else "assistant"
        if text and past and past[-1].role == role:
            past[-1] = PastMessage(role, f"{past[-1].text}\n\n{text}")
        elif text:
            past.append(PastMessage(role, text))
    return past


def building_models(actor: Actor) -> list[ModelInfo]:
    """The models that can build by conversation: they call tools, have room for a draft, and the policy allows them."""
    policy = policy_in_force(actor.organisation.pk).models
    return [
        model
        for model in list_models("chat", organisation=actor.organisation)
        if model.capabilities.get("tools")
        and (model.context_window is None or model.context_window >= SMALLEST_WINDOW)
        and model_allowed(policy, model=model.id, provider=model.provider, region=model.region)
    ]


def building_model(actor: Actor, wanted: str = "") -> ModelInfo | None:
    """The model that builds: the one that is asked for, else the default one; None where it cannot."""
    chosen = wanted or default_chat_model().id
    return next((model for model in building_models(actor) if model.id == chosen), None)


def interview_messages(assistant: Assistant) -> list[WorkshopMessage]:
    """Questions and answers of the guided interview, the oldest first."""
    rows = WorkshopMessage.objects.for_organisation(assistant.organisation_id)
    return list(rows.filter(assistant=assistant).exclude(step="").order_by("id"))
