"""Use up one of the messages that a person gets before paying."""

from typing import Any

from django.db import connection

from kernel.actions import assert_in_action

# Whoever else tries the same for the same person waits here, and counts again.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 9))"
TAKE = """
INSERT INTO billing_trialmessage (user_id, product, reference, created_at)
SELECT %(user)s, %(product)s, %(reference)s, now()
WHERE (SELECT count(*) FROM billing_trialmessage WHERE user_id = %(user)s AND product = %(product)s) < %(given)s
ON CONFLICT (reference) DO NOTHING RETURNING id
"""
KNOWN = "SELECT 1 FROM billing_trialmessage WHERE reference = %(reference)s"


def use_trial(*, user_id: int, product: str, reference: str, given: int) -> bool:
    """Note that the answer `reference` is one to try, in the caller's open transaction; the same reference again changes nothing.

    Args:
        given: how many a person gets of this product.

    Returns:
        False where none is left.
    """
    assert_in_action()
    values: dict[str, Any] = {"user": user_id, "product": product, "reference": reference, "given": given}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"{user_id} {product}"])
        cursor.execute(TAKE, values)
        if cursor.fetchone() is not None:
            return True
        cursor.execute(KNOWN, values)
        return cursor.fetchone() is not None


def give_trial_back(*, reference: str) -> None:
    """Forget that an answer was tried, where there is none; in the caller's open transaction."""
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_trialmessage WHERE reference = %s", [reference])
