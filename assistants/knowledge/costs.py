"""What calls of models for knowledge cost: held before they are made, charged with what was really used.

A call has a reference that names the document, the stage and the batch. So work that is done again after a crash holds,
and is charged for, the same call, and what was charged is charged once.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistants.knowledge.models import Document
from billing.actions.reserve import reserve
from billing.actions.settle import UsageInput, settle
from billing.metering.usages import OCR
from billing.prices import cost_of
from kernel import registries
from kernel.actions import assert_in_action
from kernel.tenancy import tenant_scope
from organisations.models import Organisation
from providers.catalogue import PriceSnapshot, find_model, snapshot
from providers.tokens import count_tokens

RERANK = "rerank"  # whose a reranker is that the catalogue does not know
BYTES_A_TOKEN = 3  # for an estimate on the safe side


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a model's calls cost one organisation at the moment, and what they are made for.

    Attributes:
        recorded: whether calls leave usage records: those of models on this server cost nothing and leave none.
        product: opaque id and name of what they are made for; empty where nobody says.
    """

    organisation_id: int
    model: str
    provider: str
    price: PriceSnapshot | None
    recorded: bool
    product: tuple[str, str] = ("", "")

    def cost(self, tokens: int) -> int:
        """What so many tokens cost, in micro-units."""
        return cost_of(self.price, input_tokens=tokens, output_tokens=0)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made: `tokens` by the provider's count, or by ours where it is `estimated`.

    Attributes:
        group, number: what calls are recorded under together where nothing was held for any of them, and which of them it
            is; a call without a group is recorded by itself.
    """

    reference: str
    tokens: int
    estimated: bool = False
    group: str = ""
    number: int = 0


def tariff_of(model: str, *, organisation_id: int, source_set_id: int | None = None) -> Tariff:
    """What calls of a model cost; inside the organisation's scope."""
    info = find_model(model, organisation=organisation_id)
    return Tariff(
        organisation_id,
        model,
        info.provider if info else model.partition("/")[0],
        info.price if info else None,
        not (info and info.built_in),
        product_of(organisation_id, source_set_id) if source_set_id else ("", ""),
    )


def reranking_tariff(model: str, *, organisation_id: int) -> Tariff:
    """What calls of the operator's reranker cost, where the catalogue knows it by its id, by another name, or as `rerank/<name>`."""
    known = snapshot()
    info = known.find(model) or known.find(f"{RERANK}/{model}")
    return Tariff(
        organisation_id, model, info.provider if info else RERANK, info.price if info else None, recorded=True
    )


def product_of(organisation_id: int, source_set_id: int) -> tuple[str, str]:
    """Opaque id and name of what a set belongs to; empty where nobody says."""
    for holder in registries.knowledge_holders:
        if found := holder.product(organisation_id, source_set_id):
            return found
    return ("", "")


def likely_tokens(texts: Sequence[str]) -> int:
    """How many tokens texts have, on the safe side, without counting them."""
    return sum(len(text.encode()) // BYTES_A_TOKEN + 1 for text in texts)


def call_made(reference: str, texts: Sequence[str], tokens: int, *, group: str = "", number: int = 0) -> Call:
    """A call as it is charged: by the provider's count, otherwise by ours."""
    counted = tokens or sum(map(count_tokens, texts))
    return Call(reference, counted, estimated=not tokens, group=group, number=number)


def hold(tariff: Tariff, reference: str, tokens: int) -> None:
    """Keep a part of the month's allowance for a call that is about to be made, in a transaction of its own.

    Raises:
        AllowanceUsedUp: less is left than the call may cost.
    """
    amount = tariff.cost(tokens)
    if amount > 0:
        with tenant_scope(tariff.organisation_id, durable=True):
            organisation = Organisation.objects.get(pk=tariff.organisation_id)
            reserve(organisation=organisation, reference=reference, amount=amount)


def charge(tariff: Tariff, calls: Sequence[Call], *, kind: str = "embedding") -> int:
    """Record calls that were made and release what was held for them, in the open transaction.

    Returns what was charged, in micro-units; a call that was charged before is not charged again.
    """
    assert_in_action()
    if not tariff.recorded:
        return 0
    uses = defaultdict[str, list[UsageInput]](list)
    for call in calls:
        # What was held is named by each call. Without a price nothing was: one statement then does for a whole document's.
        together = call.group if tariff.price is None else ""
        uses[together or call.reference].append(_usage(tariff, call, kind, call.number if together else 0))
    return sum(
        settle(organisation=tariff.organisation_id, reference=reference, usages=usages)
        for reference, usages in uses.items()
    )


def count_recognised(document: Document, warnings: Sequence[Mapping[str, Any]]) -> None:
    """Record the pages of a document whose text was recognised, in the open transaction: this server does it, at no price."""
    assert_in_action()
    pages = sum(int(one.get("pages", 0)) for one in warnings if one["code"] == "pages_recognised")
    if pages == 0:
        return
    product, name = product_of(document.organisation_id, document.source_set_id)
    settle(
        organisation=document.organisation_id,
        reference=f"{document.public_id}/ocr",
        usages=[
            UsageInput(
                ordinal=0,
                product=product,
                product_name=name,
                model="tesseract",
                provider="bottega",
                input_tokens=0,
                output_tokens=0,
                price=None,
                kind=OCR,
                quantity=pages,
                unit="page",
            )
        ],
    )


def _usage(tariff: Tariff, call: Call, kind: str, ordinal: int) -> UsageInput:
    return UsageInput(
        ordinal=ordinal,
        product=tariff.product[0],
        product_name=tariff.product[1],
        model=tariff.model,
        provider=tariff.provider,
        input_tokens=call.tokens,
        output_tokens=0,
        price=tariff.price,
        kind=kind,
        estimated=call.estimated,
    )
