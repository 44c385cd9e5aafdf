"""A search of a store with many listings: the most used of those that say the words, however many do."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from store.discovery.shares import use_shares
from store.migrations._search import FEW, MOST
from tests.harness.database import admin_url

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6000
# Every listing says `oak`, a twentieth says `elm`, and `yew` is said by most; the first one is used most, by the power that stores have.
MADE = """
INSERT INTO store_entry (listing_id, organisation_id, public_id, slug, picture_seed, name, tagline, creator_name, category, language,
    tongue, hosts, calls_outside, writes_outside, model_family, is_verified, is_free, price_kind, price_amount, in_pool, featured,
    version_number, conversations, installs, trend, stars, reviews_count, rating, live_at, updated_at)
SELECT n, 1, 'list_' || n, 'slug-' || n, '', 'Oak', '', '', 'law', 'en', 'en', 0, false, false, '', false, true, '', 0, false, false,
    1, (%(scale)s * power(n, -1.4))::int, 0, 0, 0, 0, 0, now(), now() FROM generate_series(1, %(many)s) n;
INSERT INTO store_entrywords (listing_id, organisation_id, words)
SELECT e.listing_id, 1, to_tsvector('simple', 'oak' || CASE WHEN e.listing_id %% 20 = 0 THEN ' elm' ELSE '' END
    || CASE WHEN e.listing_id %% 3 > 0 THEN ' yew' ELSE '' END) || store_marks(e) FROM store_entry e
"""


@pytest.fixture
def admin() -> Iterator[psycopg.Connection]:
    """The superuser in the test's database: neither foreign keys nor triggers stand in the way."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(admin_url(database=str(name)), autocommit=True) as made:
        made.execute("SET session_replication_role = replica")
        yield made


def fill(admin: psycopg.Connection, scale: float) -> None:
    """Listings whose use falls from `scale` on."""
    with psycopg.ClientCursor(admin) as cursor:
        cursor.execute(MADE, {"many": MANY, "scale": scale})
    admin.execute("ANALYZE store_entrywords")


def candidates(words: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT store_use_shares()")
        asked = "SELECT id FROM store_candidates(ARRAY[%s::tsquery], ''::tsquery, NULL, %s::float8[])"
        cursor.execute(asked, [words, cursor.fetchone()[0]])
        return [row[0] for row in cursor.fetchall()]


def test_of_very_many_the_most_used_are_taken(db: None, admin: psycopg.Connection) -> None:
    fill(admin, 1e6)
    for words, share in (("oak", 1.0), ("yew", 2 / 3), ("oak & yew", 2 / 3)):
        found = candidates(words)
        assert len(found) == len(set(found)) == MOST
        # A mark says at most about four times as many as were wanted, and a third more is wanted to be safe.
        assert max(found) <= 4 * 1.3 * MOST / share


def test_of_a_few_hundred_the_most_used_are_taken_exactly(db: None, admin: psycopg.Connection) -> None:
    fill(admin, 1e9)
    there = range(20, MANY + 1, 20)
    assert MOST < len(there) < FEW
    assert sorted(candidates("elm")) == list(there)[:MOST]
    assert sorted(candidates("elm & yew")) == [one for one in there if one % 3][:MOST]
    assert candidates("larch") == []


def test_where_nothing_was_used_yet_there_are_candidates_all_the_same(
    db: None, admin: psycopg.Connection
) -> None:
    fill(admin, 0)
    assert len(candidates("oak")) == MOST
    assert len(candidates("elm")) == MOST


def test_shares_are_those_of_the_store(db: None, admin: psycopg.Connection) -> None:
    fill(admin, 1e6)
    real = [sum(int(1e6 * n**-1.4) >= 4**mark for n in range(1, MANY + 1)) / MANY for mark in range(12)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT store_use_shares()")
        shares = cursor.fetchone()[0]
    assert shares == sorted(shares, reverse=True)
    for mark in range(8):
        assert shares[mark] == pytest.approx(real[mark], rel=0.3, abs=0.005)
    assert len(use_shares()) == 12
