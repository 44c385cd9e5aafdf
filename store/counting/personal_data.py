"""What counting holds about a person."""

from typing import Any

from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations
from store.models import NoSuggestions, Use

REASON = "all that is held about a person"


def export(user_id: int) -> dict[str, Any]:
    """What a person has used how much, in every organisation, and whether they want suggestions by it."""
    with across_organisations(reason=REASON):
        uses = Use.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        return {
            "uses": [
                {
                    "publication": use.publication_id,
                    "turns": use.turns,
                    "days": use.days,
                    "first_at": use.first_at.isoformat(),
                    "last_at": use.last_at.isoformat(),
                }
                for use in uses.order_by("first_at", "pk")
            ],
            "suggestions": not NoSuggestions.objects.filter(user_id=user_id).exists(),
        }


def erase(user_id: int) -> None:
    """Forget what a person has used; what was counted names nobody and stays."""
    with across_organisations(reason=REASON, durable=True):
        Use.objects.across_organisations(reason=REASON).filter(user_id=user_id).delete()
        NoSuggestions.objects.filter(user_id=user_id).delete()


HOLDER = PersonalDataHolder("uses of assistants", export, erase)
