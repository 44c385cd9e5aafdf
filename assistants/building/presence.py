"""Who is on a draft right now, and in which field: kept in Redis for some seconds, and nowhere else."""

import time
from dataclasses import dataclass

import orjson

from kernel.redis import sync_redis
from organisations.actors import Actor
from web.templatetags.bottega import face_colour, initials

STAYS = 12  # seconds; a page that is looked at says every four that it is there
MOST = 40  # pages that one draft remembers


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has the draft open in another page.

    Attributes:
        field: a path in the definition, or empty.
        own: whether it is the asking person's own other page.
    """

    name: str
    field: str
    own: bool

    def document(self) -> dict[str, str | int | bool]:
        """Its public form."""
        return {
            "name": self.name,
            "field": self.field,
            "own": self.own,
            "initials": initials(self.name),
            "colour": face_colour(self.name),
        }


def note_presence(actor: Actor, assistant_id: str, client: str, field: str) -> list[Visitor]:
    """Say that a page of the actor is open, and learn who else is there.

    Args:
        client: what the page calls itself; one person may have several open.
    """
    key, now = _key(assistant_id), time.time()
    name = actor.user.display_name if actor.user else ""
    said = orjson.dumps({"name": name, "user": actor.user_id, "field": field, "at": now})
    with sync_redis().pipeline() as pipe:
        pipe.hset(key, client, said)
        pipe.expire(key, STAYS * 5)
        pipe.hgetall(key)
        rows = pipe.execute()[2]
    others = {page.decode(): orjson.loads(row) for page, row in rows.items() if page.decode() != client}
    gone = [page for page, row in others.items() if row["at"] < now - STAYS]
    if gone or len(others) > MOST:
        sync_redis().hdel(key, *(gone or others))
    here = sorted((row for page, row in others.items() if page not in gone), key=lambda row: row["name"])
    return [Visitor(row["name"], row["field"], row["user"] == actor.user_id) for row in here[:MOST]]


def end_presence(assistant_id: str, client: str) -> None:
    """Say that a page was closed or is no longer looked at."""
    sync_redis().hdel(_key(assistant_id), client)


def _key(assistant_id: str) -> str:
    return f"presence:{assistant_id}"
