"""What the operator decides about money. Sums are micro-units of the currency, parts are basis points (10,000 is all)."""

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

CURRENCY: str = env.str("CURRENCY", default="EUR")
MONTHLY_ALLOWANCE_MICRO: int = env.int("MONTHLY_ALLOWANCE_MICRO", default=20_000_000)
# What creators keep of a payment once the model is paid, where no plan or agreement says otherwise.
CREATOR_SHARE_BP: int = env.int("CREATOR_SHARE_BP", default=8_000)
# The part of every subscription that goes to the creators whose assistants its people used.
POOL_SHARE_BP: int = env.int("POOL_SHARE_BP", default=3_000)
# What a gigabyte that is kept costs whoever runs this, in a month.
STORAGE_PRICE_MICRO: int = env.int("STORAGE_PRICE_MICRO", default=0)
# What a search of the web through the installation's service is charged at.
WEB_SEARCH_PRICE_MICRO: int = max(0, env.int("WEB_SEARCH_PRICE_MICRO", default=0))
# How long earnings wait for refunds and disputes before they are paid out, and what is too little to send.
EARNINGS_HELD_DAYS: int = env.int("EARNINGS_HELD_DAYS", default=14)
PAYOUT_MINIMUM_MICRO: int = env.int("PAYOUT_MINIMUM_MICRO", default=20_000_000)
# The day of the month from which creators are paid, and how long a new account waits: whoever stole a session must not be paid.
PAYOUT_DAY: int = min(max(env.int("PAYOUT_DAY", default=5), 1), 28)
PAYOUT_PAUSE_HOURS: int = env.int("PAYOUT_PAUSE_HOURS", default=72)
# Whose bank account payout files are paid from, where there is no payment provider.
PAYOUT_DEBTOR_NAME: str = env.str("PAYOUT_DEBTOR_NAME", default="Bottega")
PAYOUT_DEBTOR_IBAN: str = env.str("PAYOUT_DEBTOR_IBAN", default="").replace(" ", "").upper()
PAYOUT_DEBTOR_BIC: str = env.str("PAYOUT_DEBTOR_BIC", default="").replace(" ", "").upper()
# Until when a buyer takes a purchase back alone, and fewer answers of it than this; how long before it counts a higher price is told.
REFUND_DAYS: int = env.int("REFUND_DAYS", default=14)
REFUND_ANSWERS: int = env.int("REFUND_ANSWERS", default=10)
PRICE_NOTICE_DAYS: int = env.int("PRICE_NOTICE_DAYS", default=14)
# How long what was bought by the month stays usable while its renewal waits for credit.
RENEWAL_GRACE_DAYS: int = env.int("RENEWAL_GRACE_DAYS", default=3)
# How long an organisation keeps a plan whose payment failed while the payment provider tries again.
PLAN_GRACE_DAYS: int = env.int("PLAN_GRACE_DAYS", default=21)

# Without a key nothing is sold for money: finance grants credit, and pages say so.
STRIPE_SECRET_KEY: str = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET: str = env.str("STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API_BASE: str = env.str("STRIPE_API_BASE", default="https://api.stripe.com").rstrip("/")
STRIPE_AUTOMATIC_TAX: bool = env.bool("STRIPE_AUTOMATIC_TAX", default=False)
# Several where there are several endpoints (one for connected accounts), or while one is being replaced.
_SECRETS = STRIPE_WEBHOOK_SECRET.replace(",", " ").split()
_SHORTEST_SECRET = len("whsec_") + 16
if STRIPE_SECRET_KEY and not (
    _SECRETS and all(one.startswith("whsec_") and len(one) >= _SHORTEST_SECRET for one in _SECRETS)
):
    raise ImproperlyConfigured(
        "STRIPE_SECRET_KEY is set without a whole STRIPE_WEBHOOK_SECRET: anybody could then say that a payment arrived."
        " Take the signing secret (whsec_…) of the endpoint /webhooks/stripe from Stripe's dashboard; several are"
        " separated by commas."
    )
