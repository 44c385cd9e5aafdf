"""What is looked at before a draft of a listed assistant becomes a version."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from assistants.building.disclosures import derive_disclosure
from kernel import registries
from kernel.registries import PublishCheck, PublishProblem
from organisations.actors import Actor
from store.disclosing.statements import FIELDS, SERIOUS, contradictions_in
from store.models import Listing


def check_statements(actor: Actor, assistant: Any, specification: Any) -> Sequence[PublishProblem]:
    """What its page in the store claims about data holds of what would be published."""
    rows = Listing.objects.for_organisation(actor.organisation)
    listing: Listing | None = rows.filter(publication__assistant=assistant).first()
    words = {name: str(getattr(listing, name)) for name in FIELDS} if listing else {}
    # A version takes its own sentence along to the page.
    words["tagline"] = specification.profile.tagline or words.get("tagline", "")
    if not any(words.values()):
        return []
    derived = derive_disclosure(specification, organisation=actor.organisation)
    return [
        PublishProblem(f"statement_{one.code}", one.sentence, blocking=one.severity == SERIOUS)
        for one in contradictions_in(words, derived)
    ]


def register() -> None:
    """Add this room's check."""
    label = gettext_lazy("What its page says about data")
    registries.publish_checks.register(PublishCheck("store.statements", check_statements, label))
