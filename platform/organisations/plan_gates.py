"""Whether an organisation's plan includes something. What plans there are, other rooms know: see `plan_gates`."""

from kernel import registries
from organisations.models import Organisation


def require_in_plan(organisation: Organisation, feature: str) -> None:
    """Refuse what an organisation's plan does not include, inside its scope.

    Raises:
        DomainError: a plan's own, which says what is missing.
    """
    for gate in registries.plan_gates:
        gate(organisation, feature)
