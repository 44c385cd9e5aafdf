"""Payouts by bank: numbers that are checked and kept secret, files that two people see, and what becomes of their lines."""

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from xml.etree import ElementTree as Xml

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import StaffAction, User
from accounts.staff import NotYourTask, Staff
from billing.actions.make_payout_file import (
    FileDecided,
    FileNotApproved,
    FileOutdated,
    NothingToPay,
    OwnFile,
    approve_payout_file,
    discard_payout_file,
    make_payout_file,
    read_payout_file,
)
from billing.actions.post_sales import post_sales
from billing.actions.rotate_payout_secrets import rotate_payout_secrets
from billing.actions.schedule_payouts import schedule_payout
from billing.actions.set_bank_account import set_bank_account
from billing.actions.settle_payout import (
    NotDue,
    NotSo,
    hold_payouts,
    mark_file_paid,
    mark_payout_failed,
    mark_payout_paid,
    release_payouts,
    retry_payout,
)
from billing.ledger import Kind
from billing.models import Payout, PayoutAccount, PayoutFile
from billing.payouts.files import NAMESPACE, BankLine, decimal_amount, latin, payout_xml
from billing.payouts.iban import checked_bic, checked_iban
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.secrets import SecretUnreadable, decrypt
from kernel.tenancy import across_organisations
from tests.factories.earning import balances, give_credit, make_sale
from tests.factories.organisations import make_user
from tests.fixtures.people import api_client_for, client_for
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
UNIT = 1_000_000
IBAN = "DE89 3704 0044 0532 0130 00"
OTHER = "GB82WEST12345698765432"
WHY = "The month's payouts"


def _finance(email):
    person = make_user(email, staff=True)
    User.objects.filter(pk=person.pk).update(staff_role=User.StaffRole.FINANCE)
    return Staff(User.objects.get(pk=person.pk))


@pytest.fixture
def maker(db):
    return _finance("maker@example.org")


@pytest.fixture
def checker(db):
    return _finance("checker@example.org")


@pytest.fixture
def owed(alice, charlie, settings):
    """Alice's organisation is owed 30, has a bank account of some age, and its payout is planned."""
    settings.EARNINGS_HELD_DAYS = 0
    settings.PAYOUT_DEBTOR_IBAN, settings.PAYOUT_DEBTOR_NAME = "NL91ABNA0417164300", "Bottega Operator"
    give_credit(charlie.organisation.pk, 30 * UNIT)
    make_sale(charlie.organisation.pk, alice.organisation.pk, 30 * UNIT, cost=0, share_bp=10_000)
    post_sales()
    _set(alice)
    payout = schedule_payout(alice.organisation.pk)
    assert payout is not None
    return payout


def _set(actor, iban=IBAN, **more):
    made = set_bank_account(actor=actor, holder="Harbour & Pine", iban=iban, tax_id="=DE1", **more)
    _change(made, paused_until=timezone.now())
    return made


def _change(row, **values):
    with across_organisations(reason="test", durable=True):
        type(row).objects.across_organisations(reason="test").filter(pk=row.pk).update(**values)


def _read(payout):
    with across_organisations(reason="test"):
        return Payout.objects.across_organisations(reason="test").select_related("account").get(pk=payout.pk)


def _owed(alice):
    """Owed, on its way, cash."""
    return balances(
        (Kind.CREATOR_PAYABLE, alice.organisation.pk), (Kind.PAYOUTS_IN_TRANSIT, None), (Kind.CASH, None)
    )


@pytest.mark.parametrize("typed", [IBAN, OTHER, "fr14 2004 1010 0505 0001 3m02 606", "NO93-8601-1117-947"])
def test_ibans_are_taken_as_people_write_them(typed):
    assert checked_iban(typed).isalnum()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("DE88370400440532013000", "wrong_digits"),
        ("DE8937040044053201300", "wrong_length"),
        ("ZZ89370400440532013000", "not_an_iban"),
        ("DE89３７0400440532013000", "not_an_iban"),
        ("", "not_an_iban"),
        ("<script>", "not_an_iban"),
    ],
)
def test_wrong_ibans_say_what_is_wrong(typed, code):
    with pytest.raises(InvalidInput) as refused:
        checked_iban(typed)
    assert refused.value.errors[0].code == code


def test_a_bic_may_be_left_out():
    assert (checked_bic(""), checked_bic("cobadeff")) == ("", "COBADEFF")
    with pytest.raises(InvalidInput):
        checked_bic("COBA")


def test_a_number_is_encrypted_for_its_row_and_shown_by_its_end(alice):
    first, second = _set(alice), _set(alice, OTHER)
    with connection.cursor() as cursor, across_organisations(reason="test"):
        cursor.execute("SELECT string_agg(account::text, ' ') FROM billing_payoutaccount account")
        assert "0532013000" not in cursor.fetchone()[0]
    with pytest.raises(SecretUnreadable):
        decrypt(first.secret, row=second.public_id)
    page = client_for(alice).get("/earnings/payouts/account").content.decode()
    assert "5432" in page
    assert "98765432" not in page


def test_secrets_are_brought_under_a_new_key(alice, owed, maker, checker, settings):
    file = make_payout_file(staff=maker, reason=WHY)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-" + "k" * 50
    assert rotate_payout_secrets() == (2, 0)
    settings.SECRET_KEY_FALLBACKS = []
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    assert "DE89370400440532013000" in read_payout_file(staff=maker, file_id=file.pk, form="csv", reason=WHY)


def test_every_change_is_mailed_logged_and_waits(alice, bob, run_jobs, mailoutbox):
    set_bank_account(actor=alice, holder="Harbour & Pine", iban=IBAN)
    run_jobs()
    (mail,) = [one for one in mailoutbox if "payout account" in one.subject]
    assert mail.to == ["alice@example.org"]
    assert "3000" in mail.body
    assert "0532013000" not in mail.body
    with across_organisations(reason="test"):
        (account,) = PayoutAccount.objects.across_organisations(reason="test")
    assert account.paused_until > timezone.now() + timedelta(hours=71)
    with pytest.raises(PermissionDenied):
        set_bank_account(actor=bob, holder="Bob", iban=OTHER)


def test_a_file_is_made_by_one_and_approved_by_another(alice, owed, maker, checker):
    file = make_payout_file(staff=maker, reason=WHY)
    assert (file.count, file.total, file.state) == (1, 30 * UNIT, "made")
    with pytest.raises(NothingToPay):
        make_payout_file(staff=checker, reason=WHY)
    with pytest.raises(FileNotApproved):
        read_payout_file(staff=checker, file_id=file.pk, form="csv", reason=WHY)
    with pytest.raises(OwnFile):
        approve_payout_file(staff=maker, file_id=file.pk, reason=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutFile.objects.filter(pk=file.pk).update(state="approved", approved_by=maker.user.pk)
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    assert _read(owed).state == "sending"
    with pytest.raises(FileDecided):
        discard_payout_file(staff=maker, file_id=file.pk, reason=WHY)
    table = read_payout_file(staff=maker, file_id=file.pk, form="csv", reason=WHY)
    (row,) = csv.DictReader(StringIO(table))
    assert (row["iban"], row["amount"], row["tax_id"]) == ("DE89370400440532013000", "30.00", "'=DE1")
    said = StaffAction.objects.filter(action__startswith="payout_file").values_list("action", flat=True)
    assert set(said) == {"payout_file.made", "payout_file.approved", "payout_file.taken"}


def test_the_banks_file_says_who_gets_what(alice, owed, maker, checker):
    file = make_payout_file(staff=maker, reason=WHY)
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    root = Xml.fromstring(read_payout_file(staff=maker, file_id=file.pk, form="xml", reason=WHY).encode())
    found = {path: root.findtext(f".//{{{NAMESPACE}}}{path}") for path in ("NbOfTxs", "CtrlSum", "InstdAmt")}
    assert found == {"NbOfTxs": "1", "CtrlSum": "30.00", "InstdAmt": "30.00"}
    assert [one.text for one in root.iter(f"{{{NAMESPACE}}}IBAN")] == [
        "NL91ABNA0417164300",
        "DE89370400440532013000",
    ]
    assert [one.text for one in root.iter(f"{{{NAMESPACE}}}EndToEndId")] == [
        owed.public_id.replace("_", "-")[:35]
    ]


def test_a_file_whose_content_was_changed_is_not_given_out(alice, owed, maker, checker):
    file = make_payout_file(staff=maker, reason=WHY)
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    PayoutFile.objects.filter(pk=file.pk).update(digest="0" * 64)
    with pytest.raises(RuntimeError):
        read_payout_file(staff=maker, file_id=file.pk, form="csv", reason=WHY)


def test_an_account_changed_after_the_file_was_made_stops_its_approval(alice, owed, maker, checker):
    file = make_payout_file(staff=maker, reason=WHY)
    _set(alice, OTHER)
    with pytest.raises(FileOutdated):
        approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    discard_payout_file(staff=maker, file_id=file.pk, reason=WHY)
    with pytest.raises(NothingToPay):
        make_payout_file(staff=maker, reason=WHY)
    assert _read(owed).state == "failed"
    again = schedule_payout(alice.organisation.pk)
    assert again is not None
    assert again.account.last4 == "5432"
    assert _owed(alice)[:2] == (0, -30 * UNIT)


def test_lines_are_marked_one_by_one(alice, owed, maker, checker):
    with pytest.raises(NotSo):
        mark_payout_paid(staff=maker, payout_id=owed.pk, reason=WHY)
    file = make_payout_file(staff=maker, reason=WHY)
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    mark_payout_paid(staff=maker, payout_id=owed.pk, reason=WHY, reference="B-1")
    assert (_read(owed).state, _read(owed).transfer_id) == ("paid", "B-1")
    assert _owed(alice) == (0, 0, -30 * UNIT)
    assert PayoutFile.objects.get(pk=file.pk).state == "done"
    mark_payout_failed(staff=maker, payout_id=owed.pk, reason="The bank sent it back")
    assert _read(owed).state == "reversed"
    assert _owed(alice) == (-30 * UNIT, 0, 0)


def test_what_the_bank_refuses_is_owed_again_and_retried_by_finance(alice, owed, maker, checker):
    file = make_payout_file(staff=maker, reason=WHY)
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    mark_payout_failed(staff=maker, payout_id=owed.pk, reason="The account is closed")
    assert _owed(alice) == (-30 * UNIT, 0, 0)
    again = retry_payout(staff=maker, payout_id=owed.pk, reason=WHY)
    assert (_read(owed).state, again.retry_of_id) == ("retried", owed.pk)
    with pytest.raises(NotSo):
        retry_payout(staff=maker, payout_id=owed.pk, reason=WHY)


def test_a_whole_file_is_marked_at_once(alice, owed, maker, checker):
    file = make_payout_file(staff=maker, reason=WHY)
    with pytest.raises(NotSo):
        mark_file_paid(staff=maker, file_id=file.pk, reason=WHY)
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    assert mark_file_paid(staff=maker, file_id=file.pk, reason=WHY) == 1
    assert _read(owed).state == "paid"


def test_what_finance_holds_stays_held_when_the_account_is_changed(alice, owed, maker, checker):
    file = make_payout_file(staff=maker, reason=WHY)
    approve_payout_file(staff=checker, file_id=file.pk, reason=WHY)
    mark_payout_failed(staff=maker, payout_id=owed.pk, reason=WHY)
    hold_payouts(staff=maker, account_id=owed.account_id, reason="Something to clear up")
    changed = _set(alice, OTHER)
    with pytest.raises(NotDue):
        retry_payout(staff=maker, payout_id=owed.pk, reason=WHY)
    release_payouts(staff=maker, account_id=changed.pk, reason="It is cleared up")
    assert retry_payout(staff=maker, payout_id=owed.pk, reason=WHY).account_id == changed.pk


def test_the_staffs_pages_take_a_file_from_the_wish_to_the_bank(alice, owed, maker, checker):
    first, second = browser_of(maker), browser_of(checker)
    assert first.post("/staff/billing/payoutfile/add/", {"reason": WHY}).status_code == 302
    file = PayoutFile.objects.get()
    page = f"/staff/billing/payoutfile/{file.pk}"
    shown = first.get(f"{page}/change/").content.decode()
    assert "Harbour &amp; Pine …3000" in shown
    assert file.digest in shown
    assert "0532013000" not in shown
    assert first.post(f"{page}/do/approve/", {"reason": WHY}).status_code == 403
    assert first.post(f"{page}/do/csv/", {"reason": WHY}).status_code == 409
    assert second.post(f"{page}/do/approve/", {"reason": WHY}).status_code == 302
    taken = first.post(f"{page}/do/xml/", {"reason": WHY})
    assert taken["Content-Type"] == "application/xml"
    assert "no-store" in taken["Cache-Control"]
    line = f"/staff/billing/payout/{owed.pk}"
    assert first.get(f"{line}/change/").status_code == 200
    assert first.post(f"{line}/do/paid/", {"reason": WHY, "reference": "B-1"}).status_code == 302
    assert _read(owed).state == "paid"
    account = f"/staff/billing/payoutaccount/{owed.account_id}"
    assert "0532013000" not in first.get(f"{account}/change/").content.decode()
    assert first.post(f"{account}/do/hold/", {"reason": WHY}).status_code == 302


def test_only_finance_may(alice, owed):
    stranger = Staff(make_user("moderator@example.org", staff=True))
    with pytest.raises(NotYourTask):
        make_payout_file(staff=stranger, reason=WHY)
    with pytest.raises(NotYourTask):
        mark_payout_paid(staff=stranger, payout_id=owed.pk, reason=WHY)


def test_creators_read_their_payouts_and_nobody_elses(alice, charlie, owed):
    page = client_for(alice).get(f"/earnings/payouts/{owed.public_id}/")
    assert "What it is made of" in page.content.decode()
    assert client_for(alice).get("/earnings/payouts/").status_code == 200
    assert client_for(charlie).get(f"/earnings/payouts/{owed.public_id}/").status_code == 404
    found = api_client_for(alice).get("/api/v1/billing/payouts").json()["results"]
    assert [(one["id"], one["amount"], one["state"]) for one in found] == [
        (owed.public_id, 30 * UNIT, "scheduled")
    ]
    assert api_client_for(alice).get(f"/api/v1/billing/payouts/{owed.public_id}").json()["account"] == "3000"
    for missing in (owed.public_id, "pout_none"):
        assert api_client_for(charlie).get(f"/api/v1/billing/payouts/{missing}").status_code == 404


def test_a_wrong_number_is_said_beside_its_field(alice):
    client = client_for(alice)
    answer = client.post(
        "/earnings/payouts/account/bank", {"holder": "Alice", "iban": "DE88370400440532013000"}
    )
    assert answer.status_code == 400
    assert "check digits" in answer.content.decode()
    good = client.post("/earnings/payouts/account/bank", {"holder": "Alice", "iban": IBAN})
    assert good.status_code == 302


def test_a_creator_goes_to_stripe_and_comes_back(stripe, alice):
    client = client_for(alice)
    page = client.post("/earnings/payouts/account/stripe", {"country": "DE"}).content.decode()
    assert f"{stripe.url}/onboarding/" in page
    (account,) = stripe.objects("account")
    stripe.onboard(account["id"])
    assert client.get("/earnings/payouts/account/return").status_code == 302
    assert "was changed lately" in client.get("/earnings/payouts/account").content.decode()
    assert stripe.url in client.post("/earnings/payouts/account/pages").content.decode()
    assert client.post("/earnings/payouts/account/stripe", {"country": "XX"}).status_code == 400


def test_names_are_written_in_characters_that_banks_take():
    assert latin("Zoë Müller & Søn 株") == "Zoe Muller . S.n ."
    assert decimal_amount(1_234_560_000) == "1234.56"


def test_without_the_operators_account_there_is_no_banks_file(settings):
    settings.PAYOUT_DEBTOR_IBAN = ""
    line = BankLine("pout_1", "Alice", "DE89370400440532013000", "", "", UNIT)
    assert payout_xml([line], file_id="pfl_1", at=datetime(2026, 11, 5, tzinfo=UTC)) == ""


def test_a_missing_file_is_not_found(maker):
    with pytest.raises(NotFound):
        approve_payout_file(staff=maker, file_id=0, reason=WHY)
