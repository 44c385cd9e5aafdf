"""Look at a source's origin, as a worker."""

from contextlib import suppress

import structlog
from django.utils import timezone

from assistants.knowledge.leases import LeaseLost
from assistants.knowledge.looking import Look, claim_look
from assistants.knowledge.models import SiteAddress, Source
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.room import KnowledgeFull
from assistants.knowledge.source_kinds import kinds
from kernel.tenancy import tenant_scope

logger = structlog.get_logger(__name__)


def look_at_source(*, organisation_id: int, source_id: str) -> None:
    """Look at an origin that somebody asked for, or that is due. Failures are kept with the source.

    Does nothing where somebody else looks.

    Args:
        source_id: public id.
    """
    look = claim_look(organisation_id=organisation_id, source_id=source_id)
    if look is None:
        return
    try:
        _look(look)
    except LeaseLost:
        logger.info("look_taken_over", source=source_id)
    except (ParsingFailed, KnowledgeFull) as failure:
        end_look(look, failure.code)
    except Exception:
        _give_back(look)
        raise


def _look(look: Look) -> None:
    with tenant_scope(look.organisation_id, durable=True):
        kind = kinds().get(look.load().type)
    if kind is None or kind.look is None:
        end_look(look, "unknown_origin")
    else:
        kind.look(look)


def end_look(look: Look, code: str) -> None:
    """End a look that failed; what the source holds keeps answering."""
    with suppress(LeaseLost), tenant_scope(look.organisation_id, durable=True):
        _end(look, code)


def _give_back(look: Look) -> None:
    """Have the sweeper try again."""
    with suppress(LeaseLost), tenant_scope(look.organisation_id, durable=True):
        look.update(look="", look_until=timezone.now())


def give_up(source: Source) -> None:
    """End what was begun too often without coming to an end, inside the open transaction."""
    _end(Look(source.organisation_id, source.pk, source.look), "gave_up")


def _end(look: Look, code: str) -> None:
    look.end(error=code)
    # The next look at a website begins at its start.
    SiteAddress.objects.for_organisation(look.organisation_id).filter(source_id=look.source_id).delete()
