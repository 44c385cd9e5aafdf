"""What the store's pages and searches cost the database: `python -m harness.store_speed COUNT ROUNDS`.

Every way is what the product runs, from its own functions, as the app's role behind row-level security in a visitor's scope.
Counted is the processor time of the server's process, in which all ways take turns; of each way its best round counts, since
the machine is shared. Searches go by words and meaning. The floor is one look-up of a listing's card by its primary key. Prints one JSON object as the last line.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import psycopg  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402

from harness.load_listings import characters, load, vocabulary  # noqa: E402
from harness.load_meanings import MODEL, about  # noqa: E402
from kernel.tenancy import tenant_scope  # noqa: E402
from organisations.models import Organisation  # noqa: E402
from store.discovery.front import category_tallies, forget_front, front  # noqa: E402
from store.discovery.meaning import Question  # noqa: E402
from store.discovery.narrowing import Narrowing  # noqa: E402
from store.discovery.search import find  # noqa: E402
from store.discovery.suggestions import suggestions  # noqa: E402
from store.queries import store_entries  # noqa: E402

FLOOR, CARDS, DEEP = "primary key", 12, 200
COMMON, MIDDLING, RARE = 5, 300, 3000  # places in the vocabulary
TOGETHER = 10  # visits of a process while it keeps its front page: five a second
Way = Callable[[], Any]


def ways(count: int) -> dict[str, Way]:
    """What is measured, by its name."""
    words, signs = vocabulary(), characters()
    known = store_entries().values_list("pk", flat=True)[count // 3]
    law = Narrowing(category="law")
    deep = cursor_at(DEEP, law)
    typo = words[RARE][:3] + "x" + words[RARE][4:]
    texts = {
        "common": words[COMMON],
        "middling": words[MIDDLING],
        "rare": words[RARE],
        "two common": f"{words[COMMON]} {words[COMMON + 1]}",
        "common and rare": f"{words[COMMON]} {words[RARE]}",
        "beginning": words[COMMON][:4],
        "misspelt": typo,
        "Chinese common": signs[3] + signs[5],
        "Chinese rare": signs[400] + signs[410],
    }
    found: dict[str, Way] = {
        FLOOR: lambda: store_entries().get(pk=known),
        "home": busy_home,
        "home, read anew": home,
        "browse: most used": lambda: find(store_entries(), limit=CARDS),
        "browse: newest": lambda: find(store_entries(), sort="new", limit=CARDS),
        "browse: trending": lambda: find(store_entries(), sort="trending", limit=CARDS),
        "browse: a category": lambda: find(store_entries(), wanted=law, limit=CARDS),
        "browse: a language": lambda: find(store_entries(), wanted=Narrowing(language="zh"), limit=CARDS),
        "page: 200th of a category": lambda: find(store_entries(), wanted=law, cursor=deep, limit=CARDS),
        "page: three filters": lambda: find(
            store_entries(), wanted=Narrowing(category="law", creator="verified", hosts="none"), limit=CARDS
        ),
        "page: filters, best rated": lambda: find(
            store_entries(), wanted=Narrowing(language="zh", model="gpt"), sort="rating", limit=CARDS
        ),
        "page: counts of categories": category_tallies,
    }
    for topic, (name, text) in enumerate(texts.items()):
        question = Question(MODEL, about(topic))
        found[f"search: {name}"] = lambda text=text, question=question: find(
            store_entries(), search=text, question=question, limit=CARDS
        )
    question = Question(MODEL, about(42))
    found["search: by meaning alone"] = lambda: find(
        store_entries(), search="zzzzzzzz", question=question, limit=CARDS
    )
    found["search: common, filtered"] = lambda: find(
        store_entries(), search=words[COMMON], wanted=law, question=question, limit=CARDS
    )
    found["suggest: common"] = lambda: suggestions(store_entries(), words[COMMON][:5])
    return found


def home() -> None:
    """The front page, read anew."""
    forget_front()
    front()


def busy_home() -> None:
    """What ten visitors of a process cost who come while it keeps the front page."""
    home()
    for _ in range(TOGETHER - 1):
        front()


def cursor_at(page: int, wanted: Narrowing) -> str | None:
    """Where a late page of a list begins."""
    cursor = None
    for _ in range(page):
        made = find(store_entries(), wanted=wanted, cursor=cursor, limit=CARDS).page
        if made.next is None:
            return cursor
        cursor = made.next
    return cursor


def measured(count: int, rounds: int) -> dict[str, float]:
    """Milliseconds of the server's processor, by way."""
    visitor = Organisation.objects.get(kind=Organisation.Kind.PLATFORM)
    best: dict[str, float] = {}
    with tenant_scope(visitor):
        all_ways = ways(count)
        backend = connection.connection.info.backend_pid
        clock = Path(f"/proc/{backend}/schedstat")
        for number in range(rounds + 1):
            for name, way in all_ways.items():
                for _ in range(3):
                    before = _milliseconds(clock)
                    way()
                    spent = (_milliseconds(clock) - before) / (TOGETHER if way is busy_home else 1)
                    if number:  # the first round warms up
                        best[name] = min(best.get(name, spent), spent)
    return best


def _milliseconds(clock: Path) -> float:
    return int(clock.read_text().split()[0]) / 1e6


def main(count: int, rounds: int) -> None:
    """Load, measure, print."""
    url = os.environ["DATABASE_OWNER_URL"].replace("bottega_owner@", "postgres@")
    with psycopg.connect(url, autocommit=True) as admin:
        seconds = load(count, admin)
        sizes = dict(
            admin.execute(
                "SELECT relname, pg_total_relation_size(oid) / 1e6 FROM pg_class"
                " WHERE relname IN ('store_entry', 'store_entrywords', 'store_entrymeaning', 'store_storeword', 'store_listing')"
            ).fetchall()
        )
    print(
        json.dumps(
            {
                "ms": measured(count, rounds),
                "load_seconds": seconds,
                "megabytes": {k: float(v) for k, v in sizes.items()},
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
