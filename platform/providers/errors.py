"""What a call of a model can fail with.

ProviderError
├── ProviderUnauthorised   provider_unauthorised   the key is missing or not accepted
├── ProviderRateLimited    provider_rate_limited   too many calls, or the account's money is used up
├── ProviderUnavailable    provider_unavailable    not reachable, or answers with its own failure
├── ProviderTimeout        provider_timeout        no answer in time
├── ProviderIncomplete     provider_incomplete     the answer broke off, is empty, or makes no sense
├── ProviderRefused        provider_refused        it makes no picture of what it was asked for
└── ProviderBadRequest     provider_bad_request    it does not accept what it was sent
"""

import logging
from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

logger = logging.getLogger("providers")


class ProviderError(DomainError):
    """`model` is the model's id; `detail`, the provider's own words, goes to the log only."""

    code = "provider_error"
    status = 502
    user_message = _("The model %(model)s could not answer. Try again.")

    def __init__(self, *, model: str, detail: str = "", **context: Any) -> None:
        logger.warning("%s: model=%s detail=%s", self.code, model, detail[:300])
        super().__init__(model=model, **context)


class ProviderUnauthorised(ProviderError):
    code = "provider_unauthorised"
    user_message = _(
        "The provider of %(model)s does not accept the key it was given. "
        "Ask whoever runs this server to check it, or choose another model."
    )


class ProviderRateLimited(ProviderError):
    code = "provider_rate_limited"
    status = 429
    user_message = _(
        "The provider of %(model)s is taking no more questions now. Try again in %(retry_after)s seconds."
    )

    def __init__(self, *, model: str, retry_after: int = 30, detail: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(model=model, detail=detail, retry_after=retry_after)


class ProviderUnavailable(ProviderError):
    code = "provider_unavailable"
    status = 503
    user_message = _(
        "The provider of %(model)s does not answer now. Try again in a moment, or choose another model."
    )


class ProviderTimeout(ProviderError):
    code = "provider_timeout"
    status = 504
    user_message = _("The model %(model)s took too long to answer. Try again.")


class ProviderIncomplete(ProviderError):
    code = "provider_incomplete"
    user_message = _("The answer of %(model)s broke off before its end. Try again.")


class ProviderRefused(ProviderError):
    code = "provider_refused"
    status = 422
    user_message = _(
        "%(model)s makes no picture of this: its provider's rules are against it. Describe something else."
    )


class ProviderBadRequest(ProviderError):
    code = "provider_bad_request"
    status = 400
    user_message = _(
        "The provider of %(model)s did not accept the question. It may be too long, or the model may have been "
        "withdrawn: shorten it, or choose another model."
    )
