"""Make the empty set of sources of a new assistant."""

from assistants.knowledge.models import SourceSet
from kernel.actions import assert_in_action
from organisations.models import Organisation


def create_source_set(organisation: Organisation) -> SourceSet:
    """Make an empty source set, inside the transaction that makes its owner."""
    assert_in_action()
    source_set: SourceSet = SourceSet.objects.create(organisation=organisation)
    return source_set
