"""The one way to Stripe, in the version of its API that is pinned here.

No call is made while a transaction is open: our row for what is wished is committed first, and its public id is the
call's idempotency key.
"""

import logging
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from billing.payments.calls import CreatorCalls, CustomerCalls, Object, PlanCalls
from billing.payments.discounts import DiscountCalls
from billing.payments.errors import PaymentProviderDown, PaymentRefused, PaymentsOff
from billing.payments.saved_cards import SavedCardCalls
from kernel.egress import EgressError, GuardedClient, guarded_client

VERSION = "2026-10-28.endive"
RETRIES = 2
SECONDS = 25.0
logger = structlog.get_logger(__name__)
# Its lines hold whole addresses and what was asked.
logging.getLogger("stripe").setLevel(logging.WARNING)


def payments_on() -> bool:
    """Whether a payment provider is connected."""
    return bool(settings.STRIPE_SECRET_KEY)


def is_live() -> bool:
    """Whether real money moves: what the key says."""
    return settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_"))


def stripe_api() -> "Gateway":
    """The way to Stripe with the installation's key.

    Raises:
        PaymentsOff: there is none.
    """
    if not payments_on():
        raise PaymentsOff
    return _gateway(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _gateway(key: str, base: str) -> "Gateway":
    return Gateway(key, base)


class Gateway(CustomerCalls, SavedCardCalls, PlanCalls, DiscountCalls, CreatorCalls):
    """Stripe's calls that we make, with one key."""

    def __init__(self, key: str, base: str) -> None:
        self._library = _library()
        http = _http_client(self._library, guarded_client(timeout=10.0, total=SECONDS, stay_at_origin=True))
        self._client = self._library.StripeClient(
            key,
            stripe_version=VERSION,
            http_client=http,
            max_network_retries=RETRIES,
            base_addresses={"api": base},
        )

    def call(
        self,
        method: str,
        place: str,
        given: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        account: str = "",
    ) -> Object:
        if connection.in_atomic_block:
            raise RuntimeError("Stripe is not called inside a transaction: commit the row first.")
        options = {
            name: value for name, value in (("idempotency_key", key), ("stripe_account", account)) if value
        }
        answer = self._told(
            lambda: self._client.raw_request(method, f"/v1/{place}", **dict(given or {}), **options)
        )
        found: Object = answer.data
        return found

    def _told(self, ask: Callable[[], Any]) -> Any:
        stripe = self._library
        try:
            return ask()
        except (stripe.APIConnectionError, stripe.RateLimitError) as error:
            raise PaymentProviderDown from error
        except (stripe.AuthenticationError, stripe.IdempotencyError) as error:
            # Neither is a customer's doing: the key is wrong, or one of our ids named two different things.
            logger.error("stripe_misused", kind=type(error).__name__, request=error.request_id)
            raise PaymentProviderDown from error
        except stripe.APIError as error:
            raise PaymentProviderDown from error
        except stripe.StripeError as error:
            # Errors of some classes have their code in the body alone.
            code = error.code or (error.error.code if error.error else None) or ""
            said = error.user_message or str(_("no reason was given."))
            missing = code == "resource_missing" or error.http_status == 404
            raise PaymentRefused(reason=said, refusal=code, missing=missing) from error


def _library() -> Any:
    """The library, once it is needed: importing it takes a tenth of a second."""
    import stripe  # noqa: TID251

    stripe.enable_telemetry = False
    return stripe


def _http_client(stripe: Any, client: GuardedClient) -> Any:
    """What the library sends its requests with: our guarded client in its clothes."""

    class Guarded(stripe.HTTPClient):  # type: ignore[misc]
        name = "bottega"

        def request(
            self,
            method: str,
            url: str,
            headers: Mapping[str, str] | None,
            post_data: Any = None,
            *,
            _usage: list[str] | None = None,
        ) -> tuple[bytes, int, Mapping[str, str]]:
            """One request; a call that did not get through may be tried again under the same idempotency key."""
            try:
                answer = client.request(method, url, headers=dict(headers or {}), content=post_data or None)
            except EgressError as error:
                raise stripe.APIConnectionError(str(error), should_retry=True) from error
            return answer.content, answer.status_code, answer.headers

        def close(self) -> None:
            client.close()

    return Guarded()


__all__ = [
    "Gateway",
    "Object",
    "PaymentProviderDown",
    "PaymentRefused",
    "PaymentsOff",
    "is_live",
    "payments_on",
    "stripe_api",
]
