"""Bring models and dated prices of a file into the catalogue. Prices that were are never changed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction

from kernel.money import format_money
from providers.actions.set_alias import AliasProblem, write_alias
from providers.catalogue import forget
from providers.models import Model, Price, Provider
from providers.price_file.rows import BadRow, ModelRow, PriceRow


class ImportRefused(ValueError):
    """Rows that cannot be brought in; nothing was changed."""

    def __init__(self, problems: Sequence[BadRow]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, problems)))


class _Undo(Exception):
    """Takes everything back, at the end of a dry run."""


def import_models(
    rows: Sequence[ModelRow],
    aliases: Mapping[str, str],
    *,
    source: str,
    providers: Sequence[str] | None = None,
    offer_new: bool = True,
    dry_run: bool = False,
) -> list[str]:
    """Write what a file says, all of it or nothing; gives a line for each change.

    Args:
        source: what the file is called, kept with each price.
        providers: leave rows of others out silently; None refuses rows of providers that are not here.
        offer_new: whether models that were not known can be chosen at once.
        dry_run: say what would change, and change nothing.

    Raises:
        ImportRefused: it names each row that is wrong.
    """
    changes: list[str] = []
    try:
        with transaction.atomic():
            known = {provider.slug: provider for provider in Provider.objects.select_for_update()}
            wanted = [row for row in rows if providers is None or row.provider in providers]
            problems = [*_write_all(wanted, known, source, offer_new, changes)]
            problems += _write_aliases(aliases, changes)
            if problems:
                raise ImportRefused(problems)
            if dry_run:
                raise _Undo
    except _Undo:
        return changes
    forget()
    return changes


def _write_all(
    rows: Sequence[ModelRow],
    known: Mapping[str, Provider],
    source: str,
    offer_new: bool,
    changes: list[str],
) -> Iterator[BadRow]:
    for row in sorted(rows, key=lambda row: (row.provider, row.name, row.price and row.price.valid_from)):
        provider = known.get(row.provider)
        if provider is None:
            yield BadRow(row.place, f"there is no provider {row.provider} here")
            continue
        model = _write_model(provider, row, offer_new, changes)
        if row.price is not None and (problem := _write_price(model, row, row.price, source, changes)):
            yield problem


def _write_model(provider: Provider, row: ModelRow, offer_new: bool, changes: list[str]) -> Model:
    model = Model.objects.filter(provider=provider, name=row.name).first()
    if model is None:
        fresh = {"label": row.name, "offered": offer_new, **row.fields}
        changes.append(f"{provider.slug}/{row.name}: new")
        return Model.objects.create(provider=provider, name=row.name, **fresh)
    differing = {name: value for name, value in row.fields.items() if getattr(model, name) != value}
    for name, value in differing.items():
        changes.append(f"{model}: {name} {_said(getattr(model, name))} → {_said(value)}")
        setattr(model, name, value)
    if differing:
        model.save(update_fields=list(differing))
    return model


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(sorted(name for name, flag in value.items() if flag)) or "none"
    return "none" if value in (None, "") else str(value)


def _write_price(
    model: Model, row: ModelRow, price: PriceRow, source: str, changes: list[str]
) -> BadRow | None:
    latest = model.prices.order_by("-valid_from").first()
    if latest is not None and latest.valid_from <= price.valid_from and _same(latest, price):
        return None
    there = model.prices.filter(valid_from=price.valid_from).first()
    if there is not None and _same(there, price):
        return None
    if latest is not None and latest.valid_from >= price.valid_from:
        return BadRow(
            row.place,
            f"{model} has a price from {latest.valid_from} on; prices are never changed: choose a later day",
        )
    Price.objects.create(
        model=model,
        currency=price.currency,
        input_per_million=price.input_per_million,
        output_per_million=price.output_per_million,
        cached_per_million=price.cached_per_million,
        per_image=price.per_image,
        valid_from=price.valid_from,
        source=source[:200],
    )
    sums = " / ".join(
        format_money(value, price.currency, places=6)
        for value in (price.input_per_million, price.output_per_million, price.per_image)[
            : 3 if price.per_image else 2
        ]
    )
    changes.append(f"{model}: price {sums} from {price.valid_from} on")
    return None


def _same(present: Price, price: PriceRow) -> bool:
    names = ("currency", "input_per_million", "output_per_million", "cached_per_million", "per_image")
    return all(getattr(present, name) == getattr(price, name) for name in names)


def _write_aliases(aliases: Mapping[str, str], changes: list[str]) -> Iterator[BadRow]:
    for name, target in aliases.items():
        try:
            if write_alias(name, target):
                changes.append(f"alias {name} → {target}")
        except AliasProblem as problem:
            yield BadRow(f"aliases.{name}", problem.message)
