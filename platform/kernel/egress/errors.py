"""What an outbound call can end with.

EgressError
├── EgressRefused      nothing was reached: not allowed, unknown, closed or silent; all of them answer alike
├── EgressTimeout      it was reached, and then took longer than the call's deadline
├── EgressTooLarge     it sent more than the call takes
└── EgressInterrupted  it was reached, and broke off or spoke nonsense
"""

import logging

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

logger = logging.getLogger("kernel.egress")


class EgressError(DomainError):
    code = "egress_failed"
    status = 502
    user_message = _("%(host)s did not give a usable answer. Try again later, or check the address.")


class EgressRefused(EgressError):
    """One answer for every reason, so that nobody learns which inner addresses and ports exist.

    The reason goes to the operator's log.
    """

    code = "egress_refused"
    status = 400
    user_message = _("%(host)s cannot be reached from here. Check the address: public https addresses work.")

    def __init__(self, *, host: str, reason: str) -> None:
        logger.info("egress refused: host=%r reason=%s", host[:200], reason)
        super().__init__(host=host[:200])


class EgressTimeout(EgressError):
    code = "egress_timeout"
    status = 504
    user_message = _("%(host)s took too long to answer. Try again later.")


class EgressTooLarge(EgressError):
    code = "egress_too_large"
    user_message = _("%(host)s sent more data than is accepted here.")


class EgressInterrupted(EgressError):
    code = "egress_interrupted"
    user_message = _("%(host)s broke off in the middle of its answer. Try again later.")
