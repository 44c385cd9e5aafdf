"""Find which public listings people use together."""

from datetime import timedelta
from typing import Any

from django.db import connection

from kernel.tenancy import across_organisations

# What somebody has used within this time, at most so many of it, makes up what they use together.
WINDOW, MOST_A_PERSON = timedelta(days=180), 30
# So many people of at least two organisations stand behind a pair, so that nobody's use shows; a pair of few counts less.
FEWEST, SHRINKAGE = 3, 5.0
KEPT = 20

# Cosine of the sets of people, shrunk towards 0 for pairs of few (Sarwar, Karypis, Konstan, Riedl: "Item-Based Collaborative
# Filtering Recommendation Algorithms", WWW 2001; shrinkage after Bell, Koren: "Scalable Collaborative Filtering with Jointly
# Derived Neighborhood Interpolation Weights", ICDM 2007). Entries are what stands in the public store now: nothing private has
# one, so that it neither appears nor shapes what does. Every person's last uses make at most 30 x 29 pairs.
_FIND = """
WITH used AS (
    SELECT u.user_id, e.listing_id, max(u.last_at) AS at, min(u.organisation_id) AS place
    FROM store_use u JOIN building_publication p ON p.public_id = u.publication_id
        JOIN store_listing l ON l.publication_id = p.id JOIN store_entry e ON e.listing_id = l.id
    WHERE u.last_at > now() - %(window)s AND u.organisation_id <> e.organisation_id AND u.turns >= 2
    GROUP BY u.user_id, e.listing_id
    UNION ALL
    SELECT i.user_id, e.listing_id, max(i.created_at), min(i.organisation_id)
    FROM store_install i JOIN store_entry e ON e.public_id = i.listing_id
    WHERE i.organisation_id <> e.organisation_id GROUP BY i.user_id, e.listing_id
), baskets AS (
    SELECT user_id, listing_id, place FROM (
        SELECT user_id, listing_id, min(place) AS place,
            row_number() OVER (PARTITION BY user_id ORDER BY max(at) DESC, listing_id) AS n
        FROM used WHERE NOT EXISTS (SELECT FROM store_nosuggestions s WHERE s.user_id = used.user_id)
        GROUP BY user_id, listing_id) ranked
    WHERE n <= %(most)s
), sizes AS (
    SELECT listing_id, count(*) AS people FROM baskets GROUP BY listing_id HAVING count(*) >= %(fewest)s
), pairs AS (
    SELECT a.listing_id, b.listing_id AS other_id, count(*)::float8 AS shared
    FROM baskets a JOIN baskets b ON b.user_id = a.user_id AND b.listing_id <> a.listing_id
    GROUP BY 1, 2 HAVING count(*) >= %(fewest)s AND count(DISTINCT a.place) >= 2
), weighed AS (
    SELECT p.listing_id, p.other_id,
        p.shared / sqrt(x.people::float8 * y.people) * p.shared / (p.shared + %(shrinkage)s) AS weight
    FROM pairs p JOIN sizes x ON x.listing_id = p.listing_id JOIN sizes y ON y.listing_id = p.other_id
)
INSERT INTO store_neighbour (listing_id, other_id, weight)
SELECT listing_id, other_id, weight FROM (
    SELECT *, row_number() OVER (PARTITION BY listing_id ORDER BY weight DESC, other_id) AS n FROM weighed) ranked
WHERE n <= %(kept)s
"""


def find_neighbours() -> int:
    """Find them anew from what people have pinned and used lately; returns how many pairs there are.

    Those who want nothing suggested are left out, and so is what people use of their own organisation.
    """
    values: dict[str, Any] = {
        "window": WINDOW,
        "most": MOST_A_PERSON,
        "fewest": FEWEST,
        "shrinkage": SHRINKAGE,
        "kept": KEPT,
    }
    reason = "what people of all organisations use together"
    with across_organisations(reason=reason, durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('store.find_neighbours'))")
        cursor.execute("DELETE FROM store_neighbour")
        cursor.execute(_FIND, values)
        return int(cursor.rowcount)
