"""What was earned by country, told so that nobody is recognised by where they are."""

from dataclasses import dataclass
from typing import Any

from babel import Locale, UnknownLocaleError
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from billing.dashboards.periods import Span
from kernel.tenancy import across_organisations

FEWEST = 3
# Sales are the buyers', so they are read past the creator's scope: how many buyers a country has, never which.
BY_COUNTRY = """
SELECT country, count(DISTINCT organisation_id), count(*), sum(share)::bigint FROM billing_sale
WHERE earner_id = %(earner)s AND posted_at IS NOT NULL
  AND created_at >= %(start)s::date::timestamp AT TIME ZONE 'UTC' AND created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
GROUP BY country ORDER BY 4 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class CountryRow:
    """A country of buyers; `code` is empty for all that are told together. `earned` is in micro-units."""

    code: str
    sales: int
    earned: int
    percent: int

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return country_name(self.code) if self.code else _("Other and unknown countries")


def earned_by_country(earner_id: int, span: Span) -> list[CountryRow]:
    """Earnings of sales by the buyer's country, the largest first and all others last.

    A country with fewer than three customers in the time is among the others. Where the others then are themselves those of fewer than
    three customers, the smallest country joins them, so that the difference to the sum tells nothing either.
    """
    values: dict[str, Any] = {"earner": earner_id, "start": span.start, "end": span.end}
    with across_organisations(reason="countries of buyers, counted"), connection.cursor() as cursor:
        cursor.execute(BY_COUNTRY, values)
        rows = cursor.fetchall()
    told = [row for row in rows if row[0] and row[1] >= FEWEST]
    others = [row for row in rows if row not in told]
    while told and others and sum(row[1] for row in others) < FEWEST:
        others.append(told.pop())
    highest = max((row[3] for row in rows), default=0) or 1
    found = [
        CountryRow(code, sales, earned, earned * 100 // highest) for code, _buyers, sales, earned in told
    ]
    if others:
        sales, earned = sum(row[2] for row in others), sum(row[3] for row in others)
        found.append(CountryRow("", sales, earned, min(100, earned * 100 // highest)))
    return found


def country_name(code: str) -> str:
    """Deutschland for DE, in the language of the page; the code itself where it is no country's."""
    try:
        locale = Locale.parse(translation.get_language() or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return str(locale.territories.get(code, code))
