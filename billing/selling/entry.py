"""What selling tells the rooms below."""

from billing.actions.ask_to_spend import SPENDING
from billing.selling import personal_data
from billing.selling.notices import KINDS
from kernel import registries


def register() -> None:
    """Tell them."""
    registries.approval_kinds.register(SPENDING)
    registries.personal_data.register(personal_data.HOLDER)
    for kind in KINDS:
        registries.notification_kinds.register(kind)
