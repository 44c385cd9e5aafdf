"""What a long history of versions takes to read and to go back in: `python -m harness.version_history VERSIONS REPEATS`.

One assistant with instructions of 32,000 characters is published again and again, each time with other words in them. Prints
`{name: [ms, …]}`: comparing two versions far apart over REST, restoring one, the page of versions, the comparison of two texts that
have nothing in common, difflib on the same words as the comparison, and one look-up by primary key.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from difflib import SequenceMatcher

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs the applications
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402

from assistants.building.actions.create_assistant import create_assistant  # noqa: E402
from assistants.building.actions.publish_version import publish_version  # noqa: E402
from assistants.building.actions.restore_version import restore_version  # noqa: E402
from assistants.building.actions.update_draft import update_draft  # noqa: E402
from assistants.building.comparison.words import compare_texts  # noqa: E402
from assistants.building.models import Version  # noqa: E402
from assistants.knowledge.models import Document, Source  # noqa: E402
from kernel.tenancy import tenant_scope  # noqa: E402
from organisations.actions.create_person import create_person  # noqa: E402
from organisations.actors import SESSION_KEY, Actor  # noqa: E402
from organisations.queries import actor_for  # noqa: E402

CHARACTERS = 32_000
DOCUMENTS = 40
WORDS = [
    f"{stem}{end}"
    for stem in ("lease", "rent", "clause", "tenant", "notice", "deposit")
    for end in range(400)
]
EDITS = 40  # words that another version has otherwise


class History:
    """An assistant with many versions."""

    def __init__(self, versions: int) -> None:
        self.dice = random.Random(32)
        self.versions = versions
        actor = actor_for(create_person(email="history@example.org", name="History"))
        assert actor
        self.actor: Actor = actor
        self.words = self._text()
        draft = {"instructions": {"text": self.text}}
        self.assistant = create_assistant(actor=actor, name="History", draft=draft)
        self._documents()
        self.texts: list[str] = []
        for number in range(versions):
            self._publish(number)

    @property
    def text(self) -> str:
        return " ".join(self.words)[:CHARACTERS]

    def _text(self) -> list[str]:
        words: list[str] = []
        length = 0
        while length < CHARACTERS:
            words.append(self.dice.choice(WORDS) + self.dice.choice(["", "", "", ",", ".", ".\n"]))
            length += len(words[-1]) + 1
        return words

    def _documents(self) -> None:
        with tenant_scope(self.actor.organisation):
            place = {"organisation": self.actor.organisation, "source_set_id": self.assistant.source_set_id}
            for number in range(DOCUMENTS):
                source = Source.objects.create(type="text", name=f"Text {number}", **place)
                source.document = Document.objects.create(
                    source=source, name=source.name, state="ready", searchable=True, **place
                )
                source.save(update_fields=["document"])

    def _publish(self, number: int) -> None:
        for place in self.dice.sample(range(len(self.words)), EDITS):
            self.words[place] = self.dice.choice(WORDS)
        self.texts.append(self.text)
        patch = {"instructions": {"text": self.text}}
        update_draft(actor=self.actor, assistant_id=self.assistant.public_id, patch=patch)
        publish_version(actor=self.actor, assistant_id=self.assistant.public_id, note=f"Edit {number}")

    def pair(self) -> tuple[int, int]:
        """Two versions far apart."""
        third = max(1, self.versions // 3)
        return self.dice.randint(1, third), self.dice.randint(self.versions - third + 1, self.versions)


def client_of(actor: Actor) -> Client:
    """A browser that is signed in."""
    assert actor.user
    client = Client()
    client.force_login(actor.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session[SESSION_KEY] = actor.organisation.pk
    session.save()
    return client


def fetch(client: Client, address: str) -> None:
    """A whole request."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code} {answer.content[:300]!r}")


def measures(history: History, client: Client) -> dict[str, Callable[[], None]]:
    """What is measured, each as one call."""
    own, dice = history.assistant.public_id, history.dice
    characters = [chr(0x4E00 + number) for number in range(3000)]
    strangers = ["".join(dice.choices(characters, k=CHARACTERS)) for _side in range(2)]
    with tenant_scope(history.actor.organisation):
        keys = list(Version.objects.for_organisation(history.actor.organisation).values_list("pk", flat=True))

    def diff() -> None:
        before, after = history.pair()
        fetch(client, f"/api/v1/assistants/{own}/versions/diff?from={before}&to={after}")

    def restore() -> None:
        restore_version(actor=history.actor, assistant_id=own, number=history.pair()[0])

    def words() -> None:
        before, after = history.pair()
        compare_texts(history.texts[before - 1], history.texts[after - 1])

    def by_difflib() -> None:
        before, after = history.pair()
        old, new = history.texts[before - 1].split(" "), history.texts[after - 1].split(" ")
        SequenceMatcher(None, old, new, autojunk=False).get_opcodes()

    def look_up() -> None:
        with tenant_scope(history.actor.organisation):
            Version.objects.for_organisation(history.actor.organisation).get(pk=dice.choice(keys))

    return {
        "diff": diff,
        "restore": restore,
        "page": lambda: fetch(client, f"/build/{own}/versions"),
        "words": words,
        "words_strangers": lambda: compare_texts(*strangers) and None,
        "difflib": by_difflib,
        "look_up": look_up,
    }


def main(versions: int, repeats: int) -> None:
    """Make the history, then measure everything in turns."""
    history = History(versions)
    client = client_of(history.actor)
    found: dict[str, list[float]] = {}
    todo = measures(history, client)
    for call in todo.values():
        call()
    for _repeat in range(repeats):
        for name, call in todo.items():
            started = time.perf_counter()
            call()
            found.setdefault(name, []).append((time.perf_counter() - started) * 1000)
    connections.close_all()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
