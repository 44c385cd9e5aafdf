"""How an assistant greets: what a conversation shows before its first question."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistants.building.queries import access_assistant, draft_of, specification_of
from assistants.building.standing import shown_publication
from kernel.errors import NotFound
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Face:
    """Name, picture and words of an assistant. `available` is False where it was withdrawn."""

    name: str
    picture: str = ""
    tagline: str = ""
    welcome: str = ""
    starters: Sequence[str] = field(default_factory=tuple)
    slug: str = ""
    available: bool = True
    hosts: int = 0


def face_of(actor: Actor, reference: str) -> Face:
    """The face behind a reference, in the open scope; an unavailable one where nothing is seen."""
    if reference.startswith("asst_"):
        return _draft_face(actor, reference)
    row = shown_publication(actor, reference)
    if row is None:
        return Face(name="", available=False)
    return Face(
        name=row.name,
        picture=row.picture_seed,
        tagline=row.tagline,
        welcome=row.welcome_message,
        starters=row.starters,
        slug=row.slug,
        hosts=len(row.disclosure.get("hosts", [])),
    )


def _draft_face(actor: Actor, assistant_id: str) -> Face:
    try:
        assistant = access_assistant(actor, assistant_id)
    except NotFound:
        return Face(name="", available=False)
    profile = specification_of(draft_of(assistant)).profile
    return Face(
        name=profile.name or assistant.label,
        picture=profile.picture or assistant.public_id,
        tagline=profile.tagline,
        welcome=profile.welcome_message,
        starters=profile.starters,
    )
