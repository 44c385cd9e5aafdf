"""Which budgets an answer falls under."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from billing.prices import this_month
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Spender:
    """For whom something is spent, and on what.

    Attributes:
        product: opaque public id of what is used; empty where nothing is.
        visitor: who of those without an account; empty where it is none of them.
    """

    organisation_id: int
    user_id: int | None = None
    api_key_id: int | None = None
    product: str = ""
    visitor: str = ""

    def values(self, month: date | None = None) -> dict[str, Any]:
        """What the statements below ask for."""
        return {
            "organisation": self.organisation_id,
            "user": self.user_id,
            "api_key": self.api_key_id,
            "product": self.product,
            "visitor": self.visitor,
            "month": month or this_month(),
        }


def spender_of(actor: Actor, product: str = "") -> Spender:
    """Whoever acts, using a product."""
    visitor = visitor_of(actor.ip, this_month()) if actor.is_anonymous and not actor.api_key_id else ""
    return Spender(actor.organisation.pk, actor.user_id, actor.api_key_id, product, visitor)


def visitor_of(ip: str, month: date) -> str:
    """A visitor's name for one month: an address that cannot be read back from it, nor followed into the next month."""
    return hmac.new(
        settings.SECRET_KEY.encode(), f"budget {month} {ip}".encode(), hashlib.sha256
    ).hexdigest()[:32]


# Whether there is anything to match at all, so that whoever has no budgets pays for none.
ANY_BUDGET = """(EXISTS (SELECT 1 FROM billing_budget WHERE organisation_id = %(organisation)s)
  OR EXISTS (SELECT 1 FROM organisations_apikey
             WHERE organisation_id = %(organisation)s AND id = %(api_key)s AND monthly_budget_micro IS NOT NULL))"""
# One row for each sum that counts: where an API key has a limit of its own and a budget too, the lower one holds.
MATCHING = """
SELECT scope, subject, min(ceiling) AS ceiling FROM (
  SELECT scope,
    CASE scope WHEN 'each_member' THEN %(user)s::text WHEN 'each_visitor' THEN %(visitor)s ELSE subject END AS subject,
    CASE WHEN is_hard THEN "limit" + "limit" * grace_percent / 100 END AS ceiling
  FROM billing_budget WHERE organisation_id = %(organisation)s AND CASE scope
    WHEN 'organisation' THEN true
    WHEN 'member' THEN subject = %(user)s::text
    WHEN 'each_member' THEN %(user)s::bigint IS NOT NULL
    WHEN 'assistant' THEN subject = %(product)s
    WHEN 'key' THEN subject = (SELECT COALESCE(origin_id, id)::text FROM organisations_apikey
                               WHERE organisation_id = %(organisation)s AND id = %(api_key)s)
    WHEN 'group' THEN EXISTS (
      SELECT 1 FROM organisations_groupmembership place JOIN organisations_membership member ON member.id = place.membership_id
      WHERE place.organisation_id = %(organisation)s AND place.group_id::text = subject AND member.user_id = %(user)s)
    ELSE %(visitor)s <> '' END
  UNION ALL
  SELECT 'key', COALESCE(origin_id, id)::text, monthly_budget_micro FROM organisations_apikey
  WHERE organisation_id = %(organisation)s AND id = %(api_key)s AND monthly_budget_micro IS NOT NULL) matching
GROUP BY scope, subject
"""
