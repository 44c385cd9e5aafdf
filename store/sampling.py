"""A conversation that a creator shows on a listing's page: checked, and picked from what they asked themselves."""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from assistants.turns.models import Turn
from kernel.errors import FieldError, InvalidInput, NotFound
from organisations.actors import Actor

MOST_MESSAGES, LONGEST, MOST_CHARACTERS = 12, 4000, 20_000
OFFERED = 20
ROLES = ("user", "assistant")
_MARK = re.compile(r"\s?\[\d{1,3}\]")


def checked_sample(sample: Any) -> list[dict[str, str]]:
    """A sample conversation as it is kept: `[{role, text}]`, questions and answers in turn.

    Raises:
        InvalidInput: it is something else, too long, or does not alternate.
    """
    problem = _problem(sample)
    if problem:
        raise InvalidInput(errors=[FieldError("sample", "invalid", problem)])
    return [{"role": said["role"], "text": said["text"].strip()} for said in sample]


def _problem(sample: Any) -> str:
    if not isinstance(sample, list) or not all(_is_said(said) for said in sample):
        return _(
            "A sample conversation is a list of messages, each with a role (user or assistant) and a text."
        )
    in_turn = [said["role"] for said in sample] == [ROLES[at % 2] for at in range(len(sample))]
    if not in_turn or len(sample) % 2 or not all(said["text"].strip() for said in sample):
        return _("A sample conversation goes question, answer, question, answer. None of them is empty.")
    if len(sample) > MOST_MESSAGES or sum(len(said["text"]) for said in sample) > MOST_CHARACTERS:
        return _("A sample conversation has at most six questions and answers, of 20,000 characters in all.")
    return ""


def _is_said(said: Any) -> bool:
    return (
        isinstance(said, dict)
        and set(said) == {"role", "text"}
        and said["role"] in ROLES
        and isinstance(said["text"], str)
        and len(said["text"].strip()) <= LONGEST
        and "\x00" not in said["text"]
    )


def own_turns(actor: Actor, assistant_id: str) -> QuerySet[Turn]:
    """What the actor asked the assistant themselves, in chats and in its preview, newest first; in the open scope."""
    rows = Turn.objects.for_organisation(actor.organisation).filter(
        user_id=actor.user_id,
        assistant_id=assistant_id,
        surface__in=(Turn.Surface.CHAT, Turn.Surface.PREVIEW),
        state=Turn.State.COMPLETE,
    )
    return rows.exclude(question="").exclude(answer="").order_by("-id")


def offered_turns(actor: Actor, assistant_id: str) -> Sequence[Turn]:
    """The latest of them, to pick from."""
    return list(own_turns(actor, assistant_id)[:OFFERED])


def pair_of(actor: Actor, assistant_id: str, turn_id: str) -> tuple[str, str]:
    """A question and its answer, without the marks that lead to sources.

    Raises:
        NotFound: the actor asked nothing of this id.
    """
    turn = own_turns(actor, assistant_id).filter(public_id=turn_id).first()
    if turn is None:
        raise NotFound
    return turn.question[:LONGEST], _MARK.sub("", turn.answer)[:LONGEST]
