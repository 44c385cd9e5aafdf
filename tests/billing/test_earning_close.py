"""A month's close: its pool is divided, its statements add up to the ledger, and nothing is booked into it afterwards."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from billing.actions import close_month as closing
from billing.actions.close_month import (
    BooksDoNotAgree,
    EarlierMonthOpen,
    MonthNotOver,
    close_month,
    months_to_close,
)
from billing.actions.post_sales import post_sales
from billing.earning.balances import payable
from billing.earning.clawback import refund_sale, take_back_pool_shares
from billing.earning.pool import divide, qualified_use
from billing.ledger import Event, Kind, Posting, post
from billing.models import (
    EarningReview,
    LedgerTransaction,
    MonthClose,
    PoolShare,
    ProductPrice,
    StatementLine,
    StatementMonth,
    SubscriptionPayment,
    UsageDaily,
)
from billing.prices import this_month
from kernel.money import MICRO
from kernel.tenancy import across_organisations, tenant_scope
from tests.factories.earning import balances, give_credit, make_sale
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
MONTH = (this_month() - timedelta(days=1)).replace(day=1)
MIDDLE = datetime(MONTH.year, MONTH.month, 15, 12, tzinfo=UTC)
LAST = datetime(this_month().year, this_month().month, 1, tzinfo=UTC) - timedelta(seconds=1)
PARTS = 7_777_777


@pytest.fixture
def trade(alice, charlie):
    """Charlie bought three answers of Alice's in the month that is over, one of them is refunded."""
    give_credit(charlie.organisation.pk, 1_000_000)
    sales = [
        make_sale(charlie.organisation.pk, alice.organisation.pk, 100_001, at=at)
        for at in (MIDDLE, MIDDLE, LAST)
    ]
    with across_organisations(reason="test", durable=True):
        refund_sale(sale_public_id=sales[0], event_id="r1", occurred_at=LAST)
    return sales


@pytest.fixture
def subscribe(alice, charlie):
    """Charlie's organisation subscribes, and its people use Alice's assistant of the pool."""

    def subscribe(*uses, part=PARTS, payer=charlie, earner=alice):
        with tenant_scope(earner.organisation):
            for product in {use[0] for use in uses}:
                ProductPrice.unscoped.get_or_create(
                    organisation=earner.organisation,
                    product=product,
                    kind="pool",
                    ended_at=None,
                    defaults={"created_at": MIDDLE - timedelta(days=60)},
                )
        with tenant_scope(payer.organisation):
            for product, user_id, answers in uses:
                UsageDaily.objects.create(
                    organisation=payer.organisation,
                    day=MIDDLE.date(),
                    product=product,
                    product_name=product.title(),
                    model="m",
                    user_id=user_id,
                    earner_id=earner.organisation.pk,
                    answers=answers,
                    calls=answers,
                    input_tokens=0,
                    output_tokens=0,
                    cost=0,
                )
            SubscriptionPayment.objects.create(
                organisation=payer.organisation,
                reference="in_1",
                period_start=MONTH,
                period_end=this_month(),
                net=part * 3,
                pool_part=part,
                created_at=MIDDLE,
            )
        with across_organisations(reason="test"):
            event = Event("subscription", "test", f"in_{payer.organisation.pk}", MIDDLE)
            post(event, [Posting(Kind.CASH, part * 3), Posting(Kind.SUBSCRIPTION_REVENUE, -part * 3)])

    return subscribe


def statements():
    with across_organisations(reason="test"):
        return list(StatementMonth.objects.across_organisations(reason="test").order_by("month", "pk"))


def lines():
    with across_organisations(reason="test"):
        return list(StatementLine.objects.across_organisations(reason="test").order_by("kind", "product"))


def test_a_statement_adds_up_to_the_ledger(alice, trade):
    close = close_month(month=MONTH)
    assert close.state == MonthClose.State.CLOSED
    (statement,) = statements()
    share = (100_001 - 5_000) * 8 // 10
    assert (statement.opening, statement.earned, statement.taken_back) == (0, 3 * share, -share)
    assert statement.closing == 2 * share == -balances((Kind.CREATOR_PAYABLE, alice.organisation.pk))[0]
    refund, sale = lines()
    assert (sale.kind, sale.count, sale.gross, sale.amount) == ("sale", 3, 300_003, 3 * share)
    assert sale.gross == sale.cost + sale.fee + sale.amount
    assert (refund.kind, refund.count, refund.amount, refund.product_name) == (
        "refund",
        1,
        -share,
        "Reply Desk",
    )
    with across_organisations(reason="test"):
        assert (
            LedgerTransaction.objects.filter(
                public_id__in=[sale.first_transaction, sale.last_transaction]
            ).count()
            == 2
        )


def test_closing_again_changes_nothing(alice, trade):
    close_month(month=MONTH)
    before = [(one.public_id, one.published_at) for one in statements()]
    close_month(month=MONTH)
    assert [(one.public_id, one.published_at) for one in statements()] == before


def test_what_happens_later_is_booked_later(alice, charlie, trade):
    close_month(month=MONTH)
    closing_sum = statements()[0].closing
    late = make_sale(charlie.organisation.pk, alice.organisation.pk, at=MIDDLE)
    assert post_sales() == 1
    with across_organisations(reason="test"):
        booked = LedgerTransaction.objects.get(event_id=late)
    assert booked.occurred_at.date() >= this_month()
    assert booked.details["happened_at"].startswith(f"{MIDDLE:%Y-%m-%d}")
    with across_organisations(reason="test"):
        closing.make_statements(this_month())
    assert statements()[1].opening == closing_sum


def test_a_crash_after_any_step_is_gone_on_from(alice, trade, subscribe, monkeypatch):
    subscribe(("asst_2", 1, 10))

    class Crash(Exception):
        pass

    for step in ("post_sales", "distribute", "_close_books", "make_statements"):
        whole = getattr(closing, step)

        def crash(*args, _whole=whole, **values):
            _whole(*args, **values)
            raise Crash

        with monkeypatch.context() as patch:
            patch.setattr(closing, step, crash)
            with pytest.raises(Crash):
                close_month(month=MONTH)
    assert close_month(month=MONTH).state == MonthClose.State.CLOSED
    assert len(statements()) == 1
    assert balances((Kind.POOL, None)) == (0,)


def test_books_that_do_not_agree_are_refused_and_nothing_is_published(alice, trade, monkeypatch):
    whole = closing.make_statements

    def wrong(month):
        made = whole(month)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE billing_statementline SET amount = amount + 1 WHERE kind = 'sale'")
        return made

    monkeypatch.setattr(closing, "make_statements", wrong)
    with pytest.raises(BooksDoNotAgree):
        close_month(month=MONTH)
    (statement,) = statements()
    assert statement.published_at is None
    assert client_for(alice).get(f"/billing/statements/{statement.public_id}/").status_code == 404
    with across_organisations(reason="test"):
        refused = MonthClose.objects.get()
    assert refused.state == MonthClose.State.REFUSED
    assert {one["check"] for one in refused.figures["differences"]} == {"lines_differ", "line_not_whole"}
    monkeypatch.undo()
    assert close_month(month=MONTH).state == MonthClose.State.CLOSED


def test_months_are_closed_one_after_another_once_they_are_over(alice, charlie, trade):
    give_credit(charlie.organisation.pk, 100_000)
    make_sale(charlie.organisation.pk, alice.organisation.pk, at=MIDDLE - timedelta(days=31))
    post_sales()
    earlier = (MONTH - timedelta(days=1)).replace(day=1)
    assert months_to_close() == [earlier, MONTH]
    with pytest.raises(EarlierMonthOpen):
        close_month(month=MONTH)
    with pytest.raises(MonthNotOver):
        close_month(month=this_month())
    call_command("close_month", stdout=StringIO())
    assert months_to_close() == []
    first, second = statements()
    assert first.closing == second.opening
    with pytest.raises(CommandError):
        call_command("close_month", "2026-13")


def test_the_pool_is_divided_by_answers_that_count(alice, bob, charlie, subscribe):
    subscribe(
        ("asst_1", charlie.user_id, 80),  # 50 of them count
        ("asst_2", charlie.user_id, 20),
        ("asst_1", bob.user_id, 30),  # the creator's own person
    )
    close_month(month=MONTH)
    mine, remainder, pool = balances(
        (Kind.CREATOR_PAYABLE, alice.organisation.pk), (Kind.POOL_REMAINDER, None), (Kind.POOL, None)
    )
    first, second = PARTS * 50 // 70, PARTS * 20 // 70
    assert (-mine, -remainder, pool) == (first + second, PARTS - first - second, 0)
    assert [(one.product, one.answers, one.amount) for one in lines()] == [
        ("asst_1", 50, first),
        ("asst_2", 20, second),
    ]
    with across_organisations(reason="test"):
        figures = MonthClose.objects.get().figures["pool"]
    assert (figures["put_in"], figures["shared"]) == (PARTS, first + second)
    assert figures["remainder"] == PARTS - first - second


def test_a_subscription_without_use_goes_to_the_remainder(charlie, subscribe):
    subscribe()
    close_month(month=MONTH)
    assert balances((Kind.POOL_REMAINDER, None)) == (-PARTS,)
    assert statements() == []


def test_use_that_is_looked_into_does_not_count_and_what_counted_can_be_taken_back(alice, charlie, subscribe):
    subscribe(("asst_1", charlie.user_id, 5))
    payer, earner = charlie.organisation.pk, alice.organisation.pk
    with across_organisations(reason="test"):
        assert [one.answers for one in qualified_use(payer, MONTH)] == [5]
        EarningReview.objects.create(
            organisation_id=earner, payer_id=payer, since=MIDDLE, until=MIDDLE, held=1, evidence=[]
        )
        assert qualified_use(payer, MONTH) == []
        EarningReview.objects.across_organisations(reason="test").update(state="cleared")
    close_month(month=MONTH)
    assert payable(earner).total == PARTS
    with across_organisations(reason="test", durable=True):
        times = {"since": MIDDLE, "until": MIDDLE}
        taken = take_back_pool_shares(earner_id=earner, payer_id=payer, event_id="erv_1", **times)
        assert taken == PARTS
        assert take_back_pool_shares(earner_id=earner, payer_id=payer, event_id="erv_1", **times) == 0
        assert PoolShare.objects.across_organisations(reason="test").get().taken_back_at
    assert payable(earner) == payable(earner).__class__(0, 0, 0)


@pytest.mark.parametrize(
    ("amount", "answers"), [(100, [1, 1, 1]), (7, [3, 11]), (0, [1]), (10**12, [7, 13, 1])]
)
def test_parts_are_rounded_down(amount, answers):
    parts = divide(amount, answers)
    assert 0 <= amount - sum(parts) < len(answers)


def test_pages_and_files_show_the_creators_own_and_no_buyer(alice, charlie, trade):
    close_month(month=MONTH)
    (statement,) = statements()
    browser, other = client_for(alice), client_for(charlie)
    address = f"/billing/statements/{statement.public_id}/"
    assert f"{address}pdf" in browser.get("/billing/statements/").content.decode()
    page = browser.get(address).content.decode()
    assert "Reply Desk" in page and "Foxglove" not in page and "Charlie" not in page
    for part in ("", "pdf", "csv", "transactions"):
        assert other.get(address + part).status_code == 404
    rows = list(csv.DictReader(StringIO(browser.get(f"{address}csv").content.decode("utf-8-sig"))))
    moved = list(csv.DictReader(StringIO(browser.get(f"{address}transactions").content.decode("utf-8-sig"))))
    exact = statement.closing - statement.opening
    assert sum(_micro(row["yours"]) for row in rows) == sum(_micro(row["yours"]) for row in moved) == exact
    assert len(moved) == statement.transactions == sum(int(row["transactions"]) for row in rows)


def test_a_pdf_says_the_same_in_any_script(alice, trade):
    import pypdfium2

    close_month(month=MONTH)
    (statement,) = statements()
    with across_organisations(reason="test"):
        StatementLine.objects.across_organisations(reason="test").update(
            product_name="回复 <b>Desk</b> Ответ"
        )
    content = client_for(alice).get(f"/billing/statements/{statement.public_id}/pdf").content
    text = pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()
    assert content.startswith(b"%PDF") and statement.public_id in text
    assert "回复" in text and "<b>Desk" in text and "Harbour & Pine" in text


def test_machines_read_statements(alice, charlie, trade):
    close_month(month=MONTH)
    (statement,) = statements()
    mine, other = api_client_for(alice), api_client_for(charlie)
    (found,) = mine.get("/api/v1/billing/statements").json()["results"]
    assert (found["id"], found["month"], found["closing"]) == (
        statement.public_id,
        f"{MONTH:%Y-%m}",
        statement.closing,
    )
    detail = mine.get(f"/api/v1/billing/statements/{statement.public_id}").json()
    assert sum(line["amount"] for line in detail["lines"]) == statement.closing
    assert other.get("/api/v1/billing/statements").json()["results"] == []
    assert other.get(f"/api/v1/billing/statements/{statement.public_id}").status_code == 404


def test_the_rules_of_the_pool_are_public(client, alice, charlie, subscribe):
    assert client.get("/pool").status_code == 200
    subscribe(("asst_1", charlie.user_id, 5))
    close_month(month=MONTH)
    page = client.get("/pool").content.decode()
    assert "7.78" in page and "30 %" in page


def _micro(text: str) -> int:
    units, _dot, rest = text.lstrip("-").partition(".")
    return (-1 if text.startswith("-") else 1) * (int(units) * MICRO + int(rest))
