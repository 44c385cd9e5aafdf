"""Places at services outside, as a kind of source."""

from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from assistants.actions.actions.add_origin import add_origin
from assistants.actions.origins.catalogue import ORIGINS
from assistants.actions.origins.visiting import visit_origin
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.models import Source, SourceSet
from kernel.registries import SourceType
from organisations.actors import Actor
from organisations.api.base import StrictSerializer


class ConnectorInput(StrictSerializer):
    """`connection` is one of the caller's own (`con_…`), for MCP an action of the organisation (`act_…`); `pick` as
    `…/origins/{origin}/browse` gives it.
    """

    type = serializers.ChoiceField(choices=["connector"])
    origin = serializers.ChoiceField(choices=[origin.name for origin in ORIGINS])
    connection = serializers.CharField(max_length=48)
    pick = serializers.DictField(child=serializers.JSONField())
    sync_every = serializers.ChoiceField(
        choices=Source.Rhythm.choices, allow_blank=True, required=False, default=Source.Rhythm.DAILY.value
    )


def _add(actor: Actor, source_set: SourceSet, given: dict[str, Any]) -> Added:
    return add_origin(
        actor=actor,
        source_set=source_set,
        origin=given["origin"],
        connection=given["connection"],
        pick=given["pick"],
        sync_every=given["sync_every"],
    )


# Its settings cannot be changed: whoever may edit the assistant could have somebody else's account read other places.
CONNECTOR = SourceType(
    Source.Type.CONNECTOR.value, gettext_lazy("Connection"), "plug", ConnectorInput, _add, look=visit_origin
)
