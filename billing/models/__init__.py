"""Money: plans, allowances, usage, wallets, prices and sales, the ledger. Sums are integer micro-units."""

from billing.models.allowances import AllowancePeriod, Reservation
from billing.models.budgets import Budget, BudgetHold, BudgetMonth
from billing.models.coupons import Coupon
from billing.models.dashboards import EarningDaily, EarningPending
from billing.models.earning import (
    Clawback,
    EarningReview,
    MonthClose,
    PaymentMethodSeen,
    PoolShare,
    ShareAgreement,
    StatementLine,
    StatementMonth,
)
from billing.models.ledger import LedgerAccount, LedgerEntry, LedgerTransaction
from billing.models.metered import MeterReport, UsageMeter
from billing.models.payments import BalanceLine, Payment, StripeCustomer, StripeEvent, TaxNumber
from billing.models.payouts import Payout, PayoutAccount, PayoutFile
from billing.models.plans import OrganisationPlan, Plan
from billing.models.prices import Entitlement, ProductPrice, Sale
from billing.models.selling import Acceptance, RefundRequest, TrialMessage
from billing.models.subscriptions import (
    AutoTopUp,
    CreditRefund,
    PlanPrice,
    Subscription,
    SubscriptionPayment,
)
from billing.models.usage import MeteringCheck, UsageDaily, UsageHourly, UsagePending, UsageRecord
from billing.models.wallets import Wallet, WalletHold

__all__ = [
    "Acceptance",
    "AllowancePeriod",
    "AutoTopUp",
    "BalanceLine",
    "Budget",
    "BudgetHold",
    "BudgetMonth",
    "Clawback",
    "Coupon",
    "CreditRefund",
    "EarningDaily",
    "EarningPending",
    "EarningReview",
    "Entitlement",
    "LedgerAccount",
    "LedgerEntry",
    "LedgerTransaction",
    "MeterReport",
    "MeteringCheck",
    "MonthClose",
    "OrganisationPlan",
    "Payment",
    "PaymentMethodSeen",
    "Payout",
    "PayoutAccount",
    "PayoutFile",
    "Plan",
    "PlanPrice",
    "PoolShare",
    "ProductPrice",
    "RefundRequest",
    "Reservation",
    "Sale",
    "ShareAgreement",
    "StatementLine",
    "StatementMonth",
    "StripeCustomer",
    "StripeEvent",
    "Subscription",
    "SubscriptionPayment",
    "TaxNumber",
    "TrialMessage",
    "UsageDaily",
    "UsageHourly",
    "UsageMeter",
    "UsagePending",
    "UsageRecord",
    "Wallet",
    "WalletHold",
]
