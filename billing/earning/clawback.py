"""Take earnings back that were none: refunds, disputes, trade that was not real.

Everything here posts to the ledger in the caller's open `across_organisations` transaction, and changes nothing when the same event
comes again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.utils import timezone

from billing.actions.post_sales import post_sales_of
from billing.earning.parts import WHY, Part, left_of, lock_sales, note, portion
from billing.ledger import Event, Kind, Posting, post
from billing.models import Clawback, LedgerEntry, LedgerTransaction, PoolShare, Sale, Wallet
from kernel.actions import assert_in_action
from kernel.errors import NotFound

LOOKED_AT = 500  # sales of a disputed wallet at a time, latest first


def refund_sale(
    *, sale_public_id: str, event_id: str, occurred_at: datetime | None = None
) -> LedgerTransaction | None:
    """Give a buyer back what is left of a sale: into the wallet that paid, out of everybody's part of it.

    The provider has been paid, so the platform bears the cost of the model. Whatever a dispute took back before is not given again.

    Args:
        event_id: names this refund once and for all, for example the public id of the sale.

    Returns:
        The transaction; None where it was posted before, or nothing is left.

    Raises:
        NotFound: there is no such sale.
    """
    assert_in_action()
    at = occurred_at or timezone.now()
    _lock_wallets([sale_public_id])
    sale = _posted_sale(sale_public_id)
    left = left_of([sale])[sale.public_id]
    if not left.total or _is_posted("refund", event_id):
        return None
    event = Event("refund", "refund", event_id, at, {"sale": sale.public_id, "product": sale.product})
    made = post(
        event,
        [
            Posting(Kind.CREATOR_PAYABLE, left.share, sale.earner_id),
            Posting(Kind.PLATFORM_FEE, left.fee),
            Posting(Kind.REFUNDS, left.cost),
            Posting(Kind.DISPUTE_LOSSES, left.voided),
            Posting(Kind.WALLET, -left.total, sale.organisation_id),
        ],
    )
    note(sale, left, reason=Clawback.Reason.REFUND, event_id=event_id, at=at, borne=left.voided).save()
    return made


def claw_back(
    *, sale_public_ids: Sequence[str], reason: str, event_id: str, occurred_at: datetime | None = None
) -> int:
    """Take back what creators earned by sales that were not real; the buyer gets nothing, the platform keeps it against losses.

    Args:
        reason: in a word, for the ledger: `self_dealing`, `fraud` …
        event_id: names this clawback once and for all.

    Returns:
        Micro-units that were taken back from creators.

    Raises:
        NotFound: there is no such sale.
    """
    assert_in_action()
    at = occurred_at or timezone.now()
    _lock_wallets(sale_public_ids)
    sales = lock_sales(sale_public_ids)
    if len(sales) < len(set(sale_public_ids)):
        raise NotFound
    for owner in sorted({sale.organisation_id for sale in sales if sale.posted_at is None}):
        post_sales_of(owner)
    left = {sale_id: Part(part.share, 0, 0) for sale_id, part in left_of(sales).items() if part.share}
    if not left or _is_posted("clawback", event_id):
        return 0
    taken = [sale for sale in sales if sale.public_id in left]
    by_earner = Counter[int]()
    for sale in taken:
        by_earner[sale.earner_id] += left[sale.public_id].share
    total = by_earner.total()
    postings = [Posting(Kind.CREATOR_PAYABLE, amount, earner) for earner, amount in sorted(by_earner.items())]
    event = Event("void", "clawback", event_id, at, {"reason": reason, "sales": len(taken)})
    post(event, [*postings, Posting(Kind.DISPUTE_LOSSES, -total)])
    Clawback.objects.bulk_create(
        note(sale, left[sale.public_id], reason=Clawback.Reason.VOID, event_id=event_id, at=at)
        for sale in taken
    )
    return total


def take_back_pool_shares(
    *, earner_id: int, payer_id: int, since: datetime, until: datetime, event_id: str
) -> int:
    """Take back what a creator got of a customer's part of the pool in the months that a time touches; the remainder gets it.

    Returns:
        Micro-units that were taken back.
    """
    assert_in_action()
    rows = PoolShare.objects.across_organisations(reason=WHY).select_for_update(no_key=True)
    shares = list(
        rows.filter(
            organisation_id=earner_id,
            payer_id=payer_id,
            month__gte=since.astimezone(UTC).date().replace(day=1),
            month__lte=until.astimezone(UTC).date(),
            taken_back_at=None,
        )
    )
    total: int = sum(one.amount for one in shares)
    if not total or _is_posted("pool_void", event_id):
        return 0
    at = timezone.now()
    event = Event("pool_void", "pool_void", event_id, at, {"shares": len(shares)})
    post(event, [Posting(Kind.CREATOR_PAYABLE, total, earner_id), Posting(Kind.POOL_REMAINDER, -total)])
    rows.filter(pk__in=[one.pk for one in shares]).update(taken_back_at=at)
    return total


def open_dispute(
    *, organisation_id: int, amount: int, tax: int, event_id: str, occurred_at: datetime
) -> LedgerTransaction | None:
    """A customer's bank takes a payment back: what is still in the wallet goes first, then the latest sales that it paid.

    Args:
        amount: micro-units that left the platform's account, `tax` of them tax.
        event_id: the dispute's name at the payment provider.

    Returns:
        The transaction; None where it was posted before.
    """
    assert_in_action()
    wallet = (
        Wallet.objects.across_organisations(reason=WHY)
        .select_for_update(no_key=True)
        .filter(organisation_id=organisation_id)
        .first()
    )
    if _is_posted("dispute", event_id):
        return None
    post_sales_of(organisation_id)
    owed = amount - tax
    from_wallet = min(owed, wallet.balance - wallet.reserved) if wallet else 0
    taken = list(_latest_sales(organisation_id, owed - from_wallet))
    postings = [
        Posting(Kind.WALLET, from_wallet, organisation_id),
        Posting(Kind.TAX_PAYABLE, tax),
        *_by_earner(taken),
        Posting(Kind.PLATFORM_FEE, sum(part.fee for _sale, part in taken)),
        Posting(Kind.CASH, -amount),
    ]
    lost = -sum(one.amount for one in postings)
    event = Event("dispute", "dispute", event_id, occurred_at, {"sales": len(taken)})
    made = post(event, [*postings, Posting(Kind.DISPUTE_LOSSES, lost)])
    Clawback.objects.bulk_create(
        note(sale, part, reason=Clawback.Reason.DISPUTE, event_id=event_id, at=occurred_at)
        for sale, part in taken
    )
    return made


def win_dispute(*, event_id: str, occurred_at: datetime) -> LedgerTransaction | None:
    """The bank gives a disputed payment back: everything that the dispute took is restored, to whom it was taken from.

    Returns:
        The transaction; None where it was posted before, or the dispute is not known (its news comes later, and again).
    """
    assert_in_action()
    dispute = LedgerTransaction.objects.filter(source="dispute", event_id=event_id).first()
    if dispute is None or _is_posted("dispute_won", event_id):
        return None
    entries = LedgerEntry.objects.across_organisations(reason=WHY).filter(transaction=dispute)
    postings = [
        Posting(kind, -amount, owner)
        for kind, amount, owner in entries.values_list("account__kind", "amount", "organisation_id")
    ]
    made = post(
        Event("dispute_won", "dispute_won", event_id, occurred_at, {"dispute": dispute.public_id}), postings
    )
    if made is not None:
        Clawback.objects.across_organisations(reason=WHY).filter(
            reason=Clawback.Reason.DISPUTE, event_id=event_id
        ).update(reversed_at=occurred_at)
    return made


def _lock_wallets(sale_public_ids: Sequence[str]) -> None:
    # Wallets before sales, everywhere: two that undo the same sales queue instead of waiting for each other.
    payers = Sale.objects.across_organisations(reason=WHY).filter(public_id__in=sale_public_ids)
    wallets = Wallet.objects.across_organisations(reason=WHY).filter(
        organisation_id__in=payers.values("organisation_id")
    )
    list(wallets.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _posted_sale(public_id: str) -> Sale:
    found = lock_sales([public_id])
    if not found:
        raise NotFound
    if found[0].posted_at is None:
        post_sales_of(found[0].organisation_id)
    return found[0]


def _is_posted(source: str, event_id: str) -> bool:
    return bool(LedgerTransaction.objects.filter(source=source, event_id=event_id).exists())


def _latest_sales(organisation_id: int, owed: int) -> Iterator[tuple[Sale, Part]]:
    sales = Sale.objects.across_organisations(reason=WHY).filter(organisation_id=organisation_id)
    before: int | None = None
    while owed > 0:
        rows = sales if before is None else sales.filter(pk__lt=before)
        batch = list(rows.select_for_update(no_key=True).order_by("-pk")[:LOOKED_AT])
        if not batch:
            return
        left = left_of(batch)
        for sale in batch:
            before, whole = sale.pk, left[sale.public_id]
            wanted = min(owed, whole.share + whole.fee + whole.cost)
            if wanted:
                owed -= wanted
                yield sale, portion(whole, wanted)


def _by_earner(taken: list[tuple[Sale, Part]]) -> list[Posting]:
    sums = Counter[int]()
    for sale, part in taken:
        sums[sale.earner_id] += part.share
    return [Posting(Kind.CREATOR_PAYABLE, amount, earner) for earner, amount in sorted(sums.items())]
