"""What rows were: an event for every insert, change and deletion, written by triggers of the database.

Whoever changes a row leaves one, actions, bulk statements and hands on a database's console alike. `pgh_context` says who,
by ids, where an action made the change (see `kernel.tenancy.tenant_scope`); it is null where nobody said so. Keys are kept as
numbers, since what they point to may be gone. A migration that changes tracked rows says who as well: `{"migration": "0011"}`.
"""

from typing import Any, cast

import pghistory
import pghistory.models
import pgtrigger
from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from organisations.models.audit import AuditEntry
from organisations.models.governance import Policy
from organisations.models.grants import Grant
from organisations.models.keys import ApiKey
from organisations.models.people import CustomRole, GroupMembership, Membership

# What no event holds, and when a key was last used, which is no change either.
SECRET = ("key_hash",)
NOISE = ("last_used_at",)


class HistoryEvent(TenantModel, pghistory.models.Event):  # type: ignore[misc] # of two managers the first one counts
    """How a row was after an insert or a change, or before its deletion. Rows are only ever added."""

    # The row's own key: each event has it as a column, as it has the row's other fields.
    id: Any

    pgh_id = models.BigAutoField(primary_key=True)
    # Outlives its organisation: the deletion of an organisation's rows is an event as well.
    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )

    class Meta(TenantModel.Meta):
        abstract = True


def _tracked(model: type[models.Model]) -> type[HistoryEvent]:
    """The columns of a model's events, and the triggers on its table."""
    watched = [field for field in model._meta.concrete_fields if field.name not in NOISE]
    kept = [field for field in watched if field.name not in (*SECRET, "organisation")]
    made = pghistory.create_event_model(
        model,
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(condition=pgtrigger.AnyChange(*(field.name for field in watched))),
        pghistory.DeleteEvent(),
        fields=[field.name for field in kept],
        obj_field=None,  # type: ignore[arg-type]  # documented, not typed
        context_field=pghistory.ContextJSONField(),
        context_id_field=None,  # type: ignore[arg-type]
        base_model=HistoryEvent,
        model_name=f"{model.__name__}Columns",
        attrs={field.name: copy for field in kept if (copy := _copy(field)) is not None},
        meta={"default_manager_name": "unscoped", "base_manager_name": "unscoped"},
    )
    return cast(type[HistoryEvent], made)


def _copy(field: Any) -> Any:
    """The column of an event for a field whose own kind would ask too much: that rows exist, or that ids are unique."""
    if field.is_relation:
        return models.BigIntegerField(null=field.null, db_column=field.column)
    return models.CharField(max_length=field.max_length) if isinstance(field, PublicIdField) else None


def _indexes(name: str) -> list[models.Index]:
    return [
        models.Index(fields=["organisation", "id", "pgh_id"], name=f"{name}_of_row"),
        models.Index(fields=["pgh_id"], condition=models.Q(pgh_context__isnull=True), name=f"{name}_direct"),
    ]


class MembershipEvent(_tracked(Membership)):  # type: ignore[misc]
    """How a membership was."""

    class Meta(HistoryEvent.Meta):
        abstract = False
        indexes = _indexes("membership_event")


class CustomRoleEvent(_tracked(CustomRole)):  # type: ignore[misc]
    """How a role of the organisation's own was."""

    class Meta(HistoryEvent.Meta):
        abstract = False
        indexes = _indexes("custom_role_event")


class GroupMembershipEvent(_tracked(GroupMembership)):  # type: ignore[misc]
    """How a place in a group was."""

    class Meta(HistoryEvent.Meta):
        abstract = False
        indexes = _indexes("group_place_event")


class GrantEvent(_tracked(Grant)):  # type: ignore[misc]
    """How a grant was."""

    class Meta(HistoryEvent.Meta):
        abstract = False
        indexes = _indexes("grant_event")


class PolicyEvent(_tracked(Policy)):  # type: ignore[misc]
    """How the policy was."""

    class Meta(HistoryEvent.Meta):
        abstract = False
        indexes = _indexes("policy_event")


class ApiKeyEvent(_tracked(ApiKey)):  # type: ignore[misc]
    """How an API key was, without its hash; a change of the hash alone leaves an event as well."""

    class Meta(HistoryEvent.Meta):
        abstract = False
        indexes = _indexes("api_key_event")


EVENT_MODELS: tuple[type[HistoryEvent], ...] = (
    MembershipEvent,
    CustomRoleEvent,
    GroupMembershipEvent,
    GrantEvent,
    PolicyEvent,
    ApiKeyEvent,
)


class DirectChange(TenantModel):
    """An event that no action made, and the line of the audit log that says so: the two are written together, once."""

    table = models.CharField(max_length=40)
    event_id = models.BigIntegerField()
    entry = models.ForeignKey(
        AuditEntry, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "table", "event_id"], name="one_line_an_event")
        ]
