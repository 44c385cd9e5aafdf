"""Bring sales into the ledger, batch by batch."""

from django.db import connection

from billing.ledger import Kind, accounts_of
from kernel.actions import assert_in_action
from kernel.tenancy import across_organisations
from organisations.queries import platform_organisation

BATCH = 5_000
CLAIM = """
SELECT id, organisation_id, earner_id FROM billing_sale WHERE posted_at IS NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
CLAIM_OF = """
SELECT id, organisation_id, earner_id FROM billing_sale WHERE posted_at IS NULL AND organisation_id = %s ORDER BY id FOR UPDATE
"""
# A sale is one transaction of four entries: the buyer's wallet pays, the provider's cost is covered, the rest is shared.
# All entries of a transaction come in one statement, which the database checks.
POST = """
WITH sold AS (
  UPDATE billing_sale SET posted_at = now() WHERE id = ANY(%(ids)s)
  RETURNING id, organisation_id, earner_id, public_id, kind, product, reference, amount, cost, fee, share, share_bp, created_at),
noted AS (
  INSERT INTO billing_ledgertransaction (public_id, kind, source, event_id, occurred_at, details)
  SELECT 'ltx_' || replace(gen_random_uuid()::text, '-', ''), 'sale', 'sale', public_id, created_at,
    jsonb_build_object('product', product, 'reference', reference, 'priced', kind, 'share_bp', share_bp)
  FROM sold RETURNING id, event_id),
wallets AS (SELECT * FROM unnest(%(owners)s::bigint[], %(wallets)s::bigint[]) AS one (owner, account)),
payables AS (SELECT * FROM unnest(%(earners)s::bigint[], %(payables)s::bigint[]) AS one (owner, account)),
entries AS (
  SELECT noted.id AS transaction, part.account, part.owner, part.amount
  FROM sold JOIN noted ON noted.event_id = sold.public_id
  JOIN wallets ON wallets.owner = sold.organisation_id
  JOIN payables ON payables.owner = sold.earner_id
  CROSS JOIN LATERAL (VALUES
    (wallets.account, sold.organisation_id, sold.amount),
    (%(cost)s::bigint, %(platform)s::bigint, -sold.cost),
    (payables.account, sold.earner_id, -sold.share),
    (%(fee)s::bigint, %(platform)s::bigint, -sold.fee)) AS part (account, owner, amount)
  WHERE part.amount <> 0)
INSERT INTO billing_ledgerentry (transaction_id, account_id, organisation_id, amount)
SELECT transaction, account, owner, amount FROM entries
"""


def post_sales(*, batch: int = BATCH) -> int:
    """Post every sale that is not in the ledger yet; returns how many.

    A batch is one transaction: after a crash its sales are still to be posted, and none is posted twice. Runs beside itself.
    """
    posted = 0
    while True:
        with across_organisations(reason="sales of all organisations", durable=True):
            count = _post(CLAIM, batch)
        posted += count
        if count < batch:
            return posted


def post_sales_of(organisation_id: int) -> int:
    """Post every sale to one customer in the open `across_organisations` transaction, before something undoes some of them.

    Waits for a batch under way that holds any of them; returns how many were left to post.
    """
    assert_in_action()
    return _post(CLAIM_OF, organisation_id)


def _post(claim: str, value: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(claim, [value])
        rows = cursor.fetchall()
        if not rows:
            return 0
        owners, earners = sorted({row[1] for row in rows}), sorted({row[2] for row in rows})
        platform = int(platform_organisation().pk)
        wanted = [(owner, Kind.WALLET) for owner in owners]
        wanted += [(earner, Kind.CREATOR_PAYABLE) for earner in earners]
        accounts = accounts_of([*wanted, (platform, Kind.PROVIDER_COST), (platform, Kind.PLATFORM_FEE)])
        cursor.execute(
            POST,
            {
                "ids": [row[0] for row in rows],
                "owners": owners,
                "wallets": [accounts[owner, Kind.WALLET] for owner in owners],
                "earners": earners,
                "payables": [accounts[earner, Kind.CREATOR_PAYABLE] for earner in earners],
                "platform": platform,
                "cost": accounts[platform, Kind.PROVIDER_COST],
                "fee": accounts[platform, Kind.PLATFORM_FEE],
            },
        )
    return len(rows)
