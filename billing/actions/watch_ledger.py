"""Look at the ledger every night, and say so where it does not agree with itself."""

import structlog

from billing.earning.checks import Difference, check_ledger
from kernel.tenancy import across_organisations

log = structlog.get_logger(__name__)


def watch_ledger() -> list[Difference]:
    """Check that the ledger sums to zero and that wallets, holds and sales agree with it; differences are errors in the log."""
    with across_organisations(reason="the books of all organisations"):
        wrong = check_ledger()
    for one in wrong:
        log.error(
            "the ledger does not agree",
            check=one.check,
            owner=one.owner,
            expected=one.expected,
            found=one.found,
        )
    return wrong
