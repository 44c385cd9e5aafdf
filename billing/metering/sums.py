"""SQL that adds records to the sums of their hours and days, in the statement that writes or claims them."""

MEASURES = (
    "answers",
    "calls",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "quantity",
    "cost",
)
# What every measure is, of records.
MEASURED = {
    "answers": "count(*) FILTER (WHERE answered)",
    "calls": "count(*)",
    **{name: f"sum({name})" for name in MEASURES[2:]},
}
HOUR_KEYS = ("organisation_id", "hour", "product", "model", "kind", "paid_by", "earner_id")
DAY_KEYS = (
    "organisation_id",
    "day",
    "product",
    "model",
    "user_id",
    "api_key_id",
    "kind",
    "paid_by",
    "earner_id",
)
# The columns of a record that sums are made of.
SUMMED = (
    "organisation_id, created_at, product, product_name, model, kind, user_id, api_key_id, paid_by, earner_id, answered, "
    + ", ".join(MEASURES[2:])
)
# Hours and days are UTC's.
EXPRESSIONS = {
    "hour": "date_trunc('hour', created_at, 'UTC')",
    "day": "(created_at AT TIME ZONE 'UTC')::date",
}


def grouped(keys: tuple[str, ...], source: str) -> str:
    """A SELECT of the sums of a source's records: the keys, the latest name of the product, the measures.

    In the keys' order: whoever adds to the same sums at the same time meets them in the same order, so that nobody waits
    for somebody who waits for them.
    """
    chosen = ", ".join(f"{EXPRESSIONS[key]} AS {key}" if key in EXPRESSIONS else key for key in keys)
    places = ", ".join(str(place) for place in range(1, len(keys) + 1))
    measures = ", ".join(f"{expression} AS {name}" for name, expression in MEASURED.items())
    return (
        f"SELECT {chosen}, max(product_name) AS product_name, {measures} FROM {source}"  # noqa: S608
        f" GROUP BY {places} ORDER BY {places}"
    )


def _added(table: str, keys: tuple[str, ...], source: str) -> str:
    columns = ", ".join((*keys, "product_name", *MEASURES))
    more = ", ".join(f"{name} = sums.{name} + EXCLUDED.{name}" for name in MEASURES)
    return (
        f"INSERT INTO {table} AS sums ({columns}) {grouped(keys, source)}"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET product_name = EXCLUDED.product_name, {more}"
    )


def adding(source: str) -> str:
    """Two common table expressions that add the records of a third one, named `source`, to all sums."""
    return (
        f"hours AS ({_added('billing_usagehourly', HOUR_KEYS, source)}),"
        f" days AS ({_added('billing_usagedaily', DAY_KEYS, source)})"
    )
