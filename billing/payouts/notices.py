"""What creators and finance are told of payouts."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import User
from billing.models import PayoutAccount
from billing.payouts.booking import WHY
from kernel.registries import NotificationKind
from kernel.tenancy import across_organisations, tenant_scope
from organisations.permissions import Permission
from organisations.recipients import members_who_may

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]
FINANCE = frozenset({User.StaffRole.FINANCE.value})


def mail_payout_account(*, key: int) -> int:
    """Write to everybody who looks after an organisation's money that its payout account changed; returns to how many.

    It is no notification that can be switched off: whoever changed it may be a thief.
    """
    with across_organisations(reason=WHY):
        rows = PayoutAccount.objects.across_organisations(reason=WHY).select_related("organisation")
        account = rows.filter(pk=key).first()
    if account is None:
        return 0
    with tenant_scope(account.organisation_id):
        people = User.objects.filter(
            pk__in=members_who_may(account.organisation_id, Permission.MANAGE_BILLING)
        )
        told = list(people.order_by("pk"))
    for user in told:
        with translation.override(user.locale or settings.LANGUAGE_CODE):
            _mail(account, user).send()
    return len(told)


def _mail(account: PayoutAccount, user: User) -> EmailMessage:
    context = {
        "account": account,
        "link": settings.PUBLIC_URL + reverse("billing:payout_account"),
        "user": user,
    }
    body = render_to_string("billing/payouts/email/changed.txt", context).strip() + "\n"
    subject = _("The payout account of %(name)s was changed") % {"name": account.organisation.name}
    return EmailMessage(subject=" ".join(subject.split()), body=body, to=[user.email])


def _creators(organisation_id: int, title: list[Any], body: list[Any] | None, address: str) -> Notices:
    for user_id in members_who_may(organisation_id, Permission.MANAGE_BILLING):
        yield user_id, title, body, address


def _payout(title: str, body: str | None = None) -> Any:
    def notices(organisation_id: int, payload: dict[str, Any]) -> Notices:
        said = [body, {}] if body else None
        address = reverse("billing:payout", args=[payload["payout"]])
        return _creators(organisation_id, [title, {"sum": payload["sum"]}], said, address)

    return notices


def _account(title: str, body: str | None = None) -> Any:
    def notices(organisation_id: int, payload: dict[str, Any]) -> Notices:
        said = [body, {"problem": payload.get("problem", "")}] if body else None
        return _creators(organisation_id, [title, {}], said, reverse("billing:payout_account"))

    return notices


def _staff(title: str, table: str, named: str) -> Any:
    def notices(_organisation_id: int, payload: dict[str, Any]) -> Notices:
        people = User.objects.filter(is_active=True, is_staff=True, staff_role__in=FINANCE)
        for user_id in people.exclude(pk=payload.get("by", 0)).values_list("pk", flat=True):
            said = [gettext_noop("%(problem)s"), {"problem": payload[named]}] if payload.get(named) else None
            yield user_id, [title, {}], said, reverse(f"admin:billing_{table}_changelist")

    return notices


KINDS = (
    NotificationKind(
        "payout_paid",
        gettext_lazy("You were paid"),
        "payout.paid",
        _payout(gettext_noop("%(sum)s was paid to you")),
    ),
    NotificationKind(
        "payout_failed",
        gettext_lazy("A payout failed"),
        "payout.failed",
        _payout(
            gettext_noop("A payout of %(sum)s failed"),
            gettext_noop("The money is owed to you as before. The payout's page says why, and what to do."),
        ),
    ),
    NotificationKind(
        "payout_reversed",
        gettext_lazy("A payout came back"),
        "payout.reversed",
        _payout(
            gettext_noop("A payout of %(sum)s was taken back"),
            gettext_noop("The payout's page says how much came back and why."),
        ),
    ),
    NotificationKind(
        "payout_account_needs",
        gettext_lazy("The payout account needs something"),
        "payout_account.needs",
        _account(
            gettext_noop("You cannot be paid yet"),
            gettext_noop("Stripe wants to know more. The page says what is missing."),
        ),
    ),
    NotificationKind(
        "payout_account_ready",
        gettext_lazy("The payout account is ready"),
        "payout_account.ready",
        _account(gettext_noop("Your payout account is ready")),
    ),
    NotificationKind(
        "payout_account_changed",
        gettext_lazy("The payout account was changed"),
        "payout_account.changed",
        _account(
            gettext_noop("The payout account was changed"),
            gettext_noop(
                "If nobody of you did this, change it back and your passwords now: nothing is paid for three days."
            ),
        ),
        "off",  # a mail goes to all of them anyway
    ),
    NotificationKind(
        "payout_returned",
        gettext_lazy("Your bank sent money back"),
        "payout.returned",
        _account(
            gettext_noop("Your bank sent a payout back to Stripe"), gettext_noop("It says: %(problem)s")
        ),
    ),
    NotificationKind(
        "payout_file_made",
        gettext_lazy("A payout file waits for approval"),
        "payout_file.made",
        _staff(gettext_noop("A payout file waits for a second person"), "payoutfile", "reason"),
        staff=FINANCE,
    ),
    NotificationKind(
        "payout_short",
        gettext_lazy("Payouts wait for money"),
        "payout.short",
        _staff(gettext_noop("A payout waits: the balance at Stripe is too low"), "payout", "problem"),
        staff=FINANCE,
    ),
)
