"""The ledger under random steps: it sums to zero, nothing is overdrawn, and it holds what an independent model says.

Every step may be cut off between any two of its statements, by an error or by the death of its connection, and is then done again;
news come twice and in any order.
"""

import os
from collections import Counter, defaultdict
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from billing.actions.post_sales import post_sales
from billing.earning.checks import check_ledger
from billing.earning.clawback import claw_back, open_dispute, refund_sale, win_dispute
from billing.ledger import Event, Kind, Posting, WalletTooLow, post
from billing.models import LedgerEntry, Wallet
from billing.shares import split
from kernel.ids import new_public_id
from kernel.tenancy import across_organisations
from organisations.models import Organisation
from tests.factories.earning import make_sale

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = os.environ.get("BOTTEGA_LARGE") == "1"
STEPS, RUNS = (100, 1_000) if LARGE else (100, 10)
CUTS = st.one_of(
    st.none(),
    st.none(),
    st.none(),
    st.tuples(st.integers(0, 14), st.sampled_from([False, False, False, True])),
)
SUMS = st.integers(1, 3_000_000)
OWNERS = st.integers(0, 2)


class Cut(Exception):
    """Stands for a crash."""


class Books:
    """What the ledger should hold, kept by hand: plain sums, written without a look at the code."""

    def __init__(self):
        self.accounts = Counter()
        self.wallets = Counter()
        self.sales = {}
        self.taken = defaultdict(list)  # sale → [kind, event, share, fee, cost, borne]
        self.disputes = {}

    def move(self, **postings):
        assert sum(postings.values()) == 0
        self.accounts.update(postings)

    def left(self, sale):
        share, fee, cost = self.sales[sale][2:]
        voided = 0
        for kind, _event, *part in self.taken[sale]:
            share, fee, cost = share - part[0], fee - part[1], cost - part[2]
            voided += (part[0] if kind == "void" else 0) - part[3]
        return share, fee, cost, voided


@contextmanager
def cut_off(cut):
    """Break off before the given statement, as an error or as the end of the connection."""
    if cut is None:
        yield
        return
    number, kill = cut
    seen = iter(range(number, -1, -1))

    def count(execute, sql, params, many, context):
        if next(seen, None) == 0:
            if kill:
                connection.connection.close()
            raise Cut
        return execute(sql, params, many, context)

    try:
        with connection.execute_wrapper(count):
            yield
    except Cut:
        pass
    except Exception:
        if not kill:
            raise
    finally:
        if kill:
            connection.close()


class Steps(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.books = Books()
        self.events = 0

    @initialize()
    def open(self):
        tag = new_public_id("x")
        made = Organisation.objects.bulk_create(
            Organisation(name=f"{tag} {n}", slug=f"{tag}-{n}".lower()) for n in range(5)
        )
        self.buyers, self.earners = [one.pk for one in made[:3]], [one.pk for one in made[3:]]
        self.tag, self.before = tag, Counter()
        self.before = self.held()

    def held(self):
        """Balances of all accounts as the database has them, less what was there before this run."""
        with across_organisations(reason="test"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT account.kind, account.organisation_id, sum(entry.amount)::bigint FROM billing_ledgerentry entry"
                " JOIN billing_ledgeraccount account ON account.id = entry.account_id GROUP BY 1, 2"
            )
            found = Counter()
            for kind, owner, amount in cursor.fetchall():
                if kind not in (Kind.WALLET, Kind.CREATOR_PAYABLE):
                    found[kind] += amount
                elif owner in (*self.buyers, *self.earners):
                    found[f"{kind}_{owner}"] += amount
        found.subtract(self.before)
        return found

    def event(self):
        self.events += 1
        return f"{self.tag}_{self.events}"

    def twice(self, cut, function, **values):
        """Do something cut off, then whole, then again, as a job that is retried and news that come twice."""
        for attempt in (cut, None, None) if cut else (None, None):
            with cut_off(attempt), across_organisations(reason="test", durable=True):
                function(**values)

    @rule(buyer=OWNERS, net=SUMS, tax=st.integers(0, 99_999), cut=CUTS)
    def top_up(self, buyer, net, tax, cut):
        owner = self.buyers[buyer]
        event = Event("top_up", "test", self.event(), timezone.now())
        postings = [
            Posting(Kind.CASH, net + tax),
            Posting(Kind.WALLET, -net, owner),
            Posting(Kind.TAX_PAYABLE, -tax),
        ]
        self.twice(cut, post, event=event, postings=postings)
        self.books.move(**{"cash": net + tax, f"wallet_{owner}": -net, "tax_payable": -tax})
        self.books.wallets[owner] += net

    @rule(buyer=OWNERS, earner=st.integers(0, 1), amount=st.integers(1, 900_000), cost=st.integers(0, 50_000))
    def spend(self, buyer, earner, amount, cost):
        owner, seller = self.buyers[buyer], self.earners[earner]
        if amount > self.books.wallets[owner]:
            with pytest.raises(WalletTooLow):
                make_sale(owner, seller, amount, cost=cost)
            return
        sale = make_sale(owner, seller, amount, cost=cost)
        parts = split(amount, cost=cost, share_bp=8_000)
        self.books.sales[sale] = (owner, seller, parts.share, parts.fee, parts.cost)
        self.books.wallets[owner] -= amount
        self.books.move(
            **{
                f"wallet_{owner}": amount,
                f"creator_payable_{seller}": -parts.share,
                "platform_fee": -parts.fee,
                "provider_cost": -parts.cost,
            }
        )

    @rule(cut=CUTS)
    def post(self, cut):
        with cut_off(cut):
            post_sales()

    @precondition(lambda self: self.books.sales)
    @rule(pick=st.integers(0, 999), cut=CUTS)
    def refund(self, pick, cut):
        sale = list(self.books.sales)[pick % len(self.books.sales)]
        event = self.event()
        self.twice(cut, refund_sale, sale_public_id=sale, event_id=event)
        owner, seller = self.books.sales[sale][:2]
        share, fee, cost, voided = self.books.left(sale)
        self.books.taken[sale].append(["refund", event, share, fee, cost, voided])
        total = share + fee + cost + voided
        self.books.wallets[owner] += total
        self.books.move(
            **{
                f"creator_payable_{seller}": share,
                "platform_fee": fee,
                "refunds": cost,
                "dispute_losses": voided,
                f"wallet_{owner}": -total,
            }
        )

    @precondition(lambda self: self.books.sales)
    @rule(pick=st.integers(0, 999), count=st.integers(1, 4), cut=CUTS)
    def void(self, pick, count, cut):
        names = list(self.books.sales)
        chosen = sorted({names[(pick + n) % len(names)] for n in range(count)})
        event = self.event()
        self.twice(cut, claw_back, sale_public_ids=chosen, reason="fraud", event_id=event)
        for sale in chosen:
            share, seller = self.books.left(sale)[0], self.books.sales[sale][1]
            self.books.taken[sale].append(["void", event, share, 0, 0, 0])
            self.books.move(**{f"creator_payable_{seller}": share, "dispute_losses": -share})

    @rule(buyer=OWNERS, amount=SUMS, tax=st.integers(0, 9_999), early=st.booleans(), cut=CUTS)
    def dispute(self, buyer, amount, tax, early, cut):
        owner, event, now = self.buyers[buyer], self.event(), timezone.now()
        if early:  # its end is told before its beginning: nothing is known yet, and the news comes again
            self.twice(None, win_dispute, event_id=event, occurred_at=now)
        self.twice(
            cut,
            open_dispute,
            organisation_id=owner,
            amount=amount + tax,
            tax=tax,
            event_id=event,
            occurred_at=now,
        )
        moved = Counter(cash=-amount - tax, tax_payable=tax)
        first = min(amount, self.books.wallets[owner])
        moved[f"wallet_{owner}"] += first
        self.books.wallets[owner] -= first
        owed = amount - first
        for sale, (payer, seller, *_rest) in reversed(self.books.sales.items()):
            share, fee, cost, _voided = self.books.left(sale)
            whole = share + fee + cost
            if payer != owner or not owed or not whole:
                continue
            taken = min(owed, whole)
            owed -= taken
            parts = [share * taken // whole, fee, cost * taken // whole]
            parts[1] = min(fee, taken - parts[0] - parts[2])
            parts[2] = min(cost, taken - parts[0] - parts[1])
            parts[0] = taken - parts[1] - parts[2]
            self.books.taken[sale].append(["dispute", event, *parts, 0])
            moved[f"creator_payable_{seller}"] += parts[0]
            moved["platform_fee"] += parts[1]
        moved["dispute_losses"] = -sum(moved.values())
        self.books.move(**moved)
        self.books.disputes[event] = (owner, first, moved)

    @precondition(lambda self: self.books.disputes)
    @rule(pick=st.integers(0, 99), cut=CUTS)
    def win(self, pick, cut):
        event = list(self.books.disputes)[pick % len(self.books.disputes)]
        owner, first, moved = self.books.disputes.pop(event)
        self.twice(cut, win_dispute, event_id=event, occurred_at=timezone.now())
        self.books.wallets[owner] += first
        self.books.move(**{name: -amount for name, amount in moved.items()})
        for rows in self.books.taken.values():
            rows[:] = [row for row in rows if row[:2] != ["dispute", event]]

    @rule(earner=st.integers(0, 1), fails=st.booleans(), cut=CUTS)
    def pay_out(self, earner, fails, cut):
        owner = self.earners[earner]
        post_sales()
        owed = -self.books.accounts[f"creator_payable_{owner}"]
        if owed <= 0:
            return
        steps = [("payout", Kind.CREATOR_PAYABLE, Kind.PAYOUTS_IN_TRANSIT)]
        steps.append(
            ("payout_failed", Kind.PAYOUTS_IN_TRANSIT, Kind.CREATOR_PAYABLE)
            if fails
            else ("payout_paid", Kind.PAYOUTS_IN_TRANSIT, Kind.CASH)
        )
        for kind, debit, credit in steps:
            postings = [Posting(debit, owed, owner), Posting(credit, -owed, owner)]
            self.twice(cut, post, event=Event(kind, "test", self.event(), timezone.now()), postings=postings)
        if not fails:
            self.books.move(**{f"creator_payable_{owner}": owed, "cash": -owed})

    @invariant()
    def wallets_hold_what_they_should(self):
        if self.events % 4:
            return
        with across_organisations(reason="test"):
            rows = Wallet.objects.across_organisations(reason="test").filter(organisation_id__in=self.buyers)
            found = dict(rows.values_list("organisation_id", "balance"))
        for owner in self.buyers:
            assert found.get(owner, 0) == self.books.wallets[owner] >= 0

    def teardown(self):
        if not self.events:
            return
        post_sales()
        found = {name: amount for name, amount in self.held().items() if amount}
        assert found == {name: amount for name, amount in self.books.accounts.items() if amount}
        assert sum(found.values()) == 0
        with across_organisations(reason="test"):
            assert check_ledger() == []
            assert LedgerEntry.objects.across_organisations(reason="test").exists()


def test_the_ledger_is_what_an_independent_model_says():
    run_state_machine_as_test(
        Steps,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            phases=[Phase.generate],
        ),
    )
