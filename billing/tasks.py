"""Periodic work of billing."""

from celery import shared_task

from billing.actions.check_metering import check_recent
from billing.actions.close_month import close_month, months_to_close
from billing.actions.connect_payout_account import refresh_payout_account
from billing.actions.find_self_dealing import find_self_dealing
from billing.actions.meter_storage import meter_storage
from billing.actions.post_sales import post_sales
from billing.actions.post_usage import post_usage
from billing.actions.refund_credit import send_refunds
from billing.actions.release_expired import release_expired
from billing.actions.renew_purchases import renew_purchases, tell_renewals
from billing.actions.report_metered import report_metered
from billing.actions.roll_up_earnings import roll_up_earnings
from billing.actions.roll_up_usage import roll_up_usage
from billing.actions.schedule_payouts import schedule_payouts, sweep_payouts
from billing.actions.send_payout import send_payout
from billing.actions.tell_budgets import tell_budgets
from billing.actions.watch_ledger import watch_ledger
from billing.payments.acting import act_on, forget, sweep
from billing.payments.catching_up import catch_up
from billing.payments.reconciling import reconcile
from billing.payouts.notices import mail_payout_account
from billing.subscriptions.coupons import count_uses
from billing.subscriptions.syncing import end_grace
from billing.wallet.automatic import fill_wallets


@shared_task(name="billing.roll_up_usage")
def roll_up_usage_task() -> None:
    roll_up_usage()


@shared_task(name="billing.post_usage")
def post_usage_task() -> None:
    post_usage()


@shared_task(name="billing.meter_storage")
def meter_storage_task() -> None:
    meter_storage()


@shared_task(name="billing.check_metering")
def check_metering_task() -> None:
    check_recent()


@shared_task(name="billing.tell_budgets")
def tell_budgets_task() -> None:
    tell_budgets()


@shared_task(name="billing.release_expired")
def release_expired_task() -> None:
    release_expired()


@shared_task(name="billing.post_sales")
def post_sales_task() -> None:
    post_sales()


@shared_task(name="billing.roll_up_earnings")
def roll_up_earnings_task() -> None:
    roll_up_earnings()


@shared_task(name="billing.act_on_stripe_event")
def act_on_stripe_event_task(key: int) -> None:
    act_on(key)


@shared_task(name="billing.sweep_stripe_events")
def sweep_stripe_events_task() -> None:
    sweep()


@shared_task(name="billing.catch_up_with_stripe")
def catch_up_with_stripe_task() -> None:
    catch_up()


@shared_task(name="billing.reconcile_with_stripe")
def reconcile_with_stripe_task() -> None:
    reconcile()
    forget()


@shared_task(name="billing.fill_wallets")
def fill_wallets_task() -> None:
    fill_wallets()


@shared_task(name="billing.send_refunds")
def send_refunds_task() -> None:
    send_refunds()


@shared_task(name="billing.report_metered")
def report_metered_task() -> None:
    report_metered()


@shared_task(name="billing.end_grace")
def end_grace_task() -> None:
    end_grace()


@shared_task(name="billing.renew_purchases")
def renew_purchases_task() -> None:
    tell_renewals()
    renew_purchases()


@shared_task(name="billing.find_self_dealing")
def find_self_dealing_task() -> None:
    find_self_dealing()


@shared_task(name="billing.check_ledger")
def check_ledger_task() -> None:
    watch_ledger()


@shared_task(name="billing.close_months")
def close_months_task() -> None:
    for month in months_to_close():
        close_month(month=month)


@shared_task(name="billing.schedule_payouts")
def schedule_payouts_task() -> None:
    schedule_payouts()


@shared_task(name="billing.send_payout")
def send_payout_task(key: int) -> None:
    send_payout(key=key)


@shared_task(name="billing.sweep_payouts")
def sweep_payouts_task() -> None:
    sweep_payouts()


@shared_task(name="billing.refresh_payout_account")
def refresh_payout_account_task(key: int) -> None:
    refresh_payout_account(key=key)


@shared_task(name="billing.mail_payout_account")
def mail_payout_account_task(key: int) -> None:
    mail_payout_account(key=key)


@shared_task(name="billing.count_coupons")
def count_coupons_task() -> None:
    count_uses()
