"""Usage for machines."""

from django.urls import path

from billing.api import selling
from billing.api.budgets import BudgetDetail, BudgetList
from billing.api.payouts import PayoutDetail, PayoutList
from billing.api.statements import StatementDetail, StatementList
from billing.api.usage import UsageReport
from billing.api.wallet import CheckoutList, LedgerList, WalletDetail

urlpatterns = [
    path("billing/budgets", BudgetList.as_view(), name="api-budgets"),
    path("billing/budgets/<str:budget_id>", BudgetDetail.as_view(), name="api-budget"),
    path("usage", UsageReport.as_view(), name="api-usage"),
    path("billing/acceptances", selling.AcceptanceList.as_view(), name="api-acceptances"),
    path(
        "billing/acceptances/<str:acceptance_id>", selling.AcceptanceDetail.as_view(), name="api-acceptance"
    ),
    path("billing/purchases", selling.PurchaseList.as_view(), name="api-purchases"),
    path("billing/purchases/<str:purchase_id>", selling.PurchaseDetail.as_view(), name="api-purchase"),
    path(
        "billing/purchases/<str:purchase_id>/refund",
        selling.PurchaseRefund.as_view(),
        name="api-purchase-refund",
    ),
    path("billing/wallet", WalletDetail.as_view(), name="api-wallet"),
    path("billing/checkout", CheckoutList.as_view(), name="api-checkout"),
    path("billing/ledger", LedgerList.as_view(), name="api-ledger"),
    path("billing/payouts", PayoutList.as_view(), name="api-payouts"),
    path("billing/payouts/<str:payout_id>", PayoutDetail.as_view(), name="api-payout"),
    path("billing/statements", StatementList.as_view(), name="api-statements"),
    path("billing/statements/<str:statement_id>", StatementDetail.as_view(), name="api-statement"),
]
