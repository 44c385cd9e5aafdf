from typing import ClassVar

from django.db import migrations

from kernel.rls import AppendOnly, ReadPolicy, TenantTable

# Entries come in one statement a transaction, or several whole transactions in one; each must be whole by itself. The
# check reads the new rows alone, so that it costs the same however long the ledger is; and since a transaction that has
# entries gets no further ones, no later statement can unbalance it.
BALANCED = """
CREATE FUNCTION billing_refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  SELECT transaction_id INTO wrong FROM fresh GROUP BY transaction_id HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger transaction % does not sum to zero', wrong USING ERRCODE = 'check_violation';
  END IF;
  SELECT fresh.transaction_id INTO wrong FROM (SELECT transaction_id, count(*) AS here FROM fresh GROUP BY 1) fresh
  WHERE (SELECT count(*) FROM billing_ledgerentry entry WHERE entry.transaction_id = fresh.transaction_id) <> fresh.here LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger transaction % has its entries already', wrong USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER balanced AFTER INSERT ON billing_ledgerentry REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_unbalanced();
"""
UNBALANCED = "DROP TRIGGER balanced ON billing_ledgerentry; DROP FUNCTION billing_refuse_unbalanced()"
# Whoever posts holds a shared lock until the transaction ends, and closing a month's books takes it alone: so nothing that was
# under way slips into a month whose statements are being made. What comes later is booked when it comes, and says when it happened.
OPEN_MONTHS = """
CREATE FUNCTION billing_book_in_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE open_from timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('billing.books'));
  SELECT (max(month) + interval '1 month') AT TIME ZONE 'UTC' INTO open_from
  FROM billing_monthclose WHERE books_closed_at IS NOT NULL;
  IF NEW.occurred_at < open_from THEN
    NEW.details := NEW.details || jsonb_build_object('happened_at', NEW.occurred_at);
    NEW.occurred_at := GREATEST(now(), open_from);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER open_month BEFORE INSERT ON billing_ledgertransaction
FOR EACH ROW EXECUTE FUNCTION billing_book_in_open_month();
"""
ANY_MONTH = "DROP TRIGGER open_month ON billing_ledgertransaction; DROP FUNCTION billing_book_in_open_month()"
# Whoever books something into a creator's account notes the day, in the same transaction and without waiting for anybody.
NOTE = """
CREATE FUNCTION billing_note_earning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO billing_earningpending (organisation_id, day)
  SELECT DISTINCT fresh.organisation_id, (happened.occurred_at AT TIME ZONE 'UTC')::date
  FROM fresh
  JOIN billing_ledgeraccount account ON account.id = fresh.account_id AND account.kind = 'creator_payable'
  JOIN billing_ledgertransaction happened ON happened.id = fresh.transaction_id;
  RETURN NULL;
END $$;
CREATE TRIGGER note_earning AFTER INSERT ON billing_ledgerentry REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION billing_note_earning()
"""
NO_NOTE = "DROP TRIGGER note_earning ON billing_ledgerentry; DROP FUNCTION billing_note_earning()"
ASKED_OF_CREATOR = "earner_id = NULLIF(current_setting('bottega.organisation', true), '')::bigint"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("billing", "0001_initial"), ("providers", "0002_walls")]

    operations: ClassVar = [
        TenantTable(
            "AllowancePeriod",
            "Reservation",
            "UsageRecord",
            "UsageDaily",
            "UsageHourly",
            "OrganisationPlan",
            "LedgerAccount",
            "LedgerEntry",
            "Wallet",
            "WalletHold",
            "ProductPrice",
            "Entitlement",
            "Sale",
            "Budget",
            "BudgetMonth",
            "BudgetHold",
            "StripeCustomer",
            "Payment",
            "AutoTopUp",
            "CreditRefund",
            "Subscription",
            "SubscriptionPayment",
            "PaymentMethodSeen",
            "MeterReport",
            "Acceptance",
            "RefundRequest",
            "ShareAgreement",
            "Clawback",
            "PoolShare",
            "StatementMonth",
            "StatementLine",
            "EarningReview",
            "PayoutAccount",
            "Payout",
            "EarningDaily",
        ),
        # No table has records as its parents.
        migrations.RunSQL(
            "ALTER TABLE billing_usagerecord DROP CONSTRAINT billing_usagerecord_tenant_key",
            "ALTER TABLE billing_usagerecord ADD CONSTRAINT billing_usagerecord_tenant_key UNIQUE (organisation_id, id)",
        ),
        # A price is shown to everybody before they pay it.
        ReadPolicy("ProductPrice", "prices_are_public", "true"),
        # A creator reads what is asked back of them.
        ReadPolicy("RefundRequest", "asked_of_creator", ASKED_OF_CREATOR),
        AppendOnly("UsageRecord"),
        AppendOnly("LedgerTransaction"),
        AppendOnly("LedgerEntry"),
        migrations.RunSQL(BALANCED, UNBALANCED),
        migrations.RunSQL(OPEN_MONTHS, ANY_MONTH),
        migrations.RunSQL(NOTE, NO_NOTE),
    ]
