"""Migration operations that raise the database's wall around a tenant-owned table."""

from itertools import chain
from typing import Any, ClassVar

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OWN_ORGANISATION = "organisation_id = NULLIF(current_setting('bottega.organisation', true), '')::bigint"
OWN_USER = "user_id = NULLIF(current_setting('bottega.user', true), '')::bigint"


def _is_tenant(model: Any) -> bool:
    return any(field.name == "organisation" for field in model._meta.concrete_fields)


class _TableOperation(Operation):
    reduces_to_sql = True
    reversible = True
    atomic = True

    def __init__(self, name: str) -> None:
        self.name = name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing that Django's model state knows about."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.forwards(to_state.apps.get_model(app_label, self.name)):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self.backwards(to_state.apps.get_model(app_label, self.name)):
            schema_editor.execute(statement, params=None)

    def forwards(self, model: Any) -> list[str]:
        """SQL that does it."""
        raise TypeError(type(self))

    def backwards(self, model: Any) -> list[str]:
        """SQL that does it."""
        raise TypeError(type(self))

    def describe(self) -> str:
        return f"{type(self).__name__} {self.name}"


class TenantTable(_TableOperation):
    """Force row-level security on a table and tie its children to parents of the same organisation.

    A plain foreign key would let one organisation attach a row to another's invisible one; the composite key
    `(organisation_id, …)` refuses that. Tables that refer to each other are named together.
    """

    def __init__(self, *names: str) -> None:
        super().__init__(", ".join(names))
        self.names = names

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        models_ = [to_state.apps.get_model(app_label, name) for name in self.names]
        for statement in [*chain(*map(self.forwards, models_)), *chain(*map(self._keys, models_))]:
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        models_ = [to_state.apps.get_model(app_label, name) for name in self.names]
        for statement in [*chain(*map(self._dropped_keys, models_)), *chain(*map(self.backwards, models_))]:
            schema_editor.execute(statement, params=None)

    def forwards(self, model: Any) -> list[str]:
        table = model._meta.db_table
        return [
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{table}_tenant_key"'
            f' UNIQUE (organisation_id, "{model._meta.pk.column}")',
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
            f'CREATE POLICY own_organisation ON "{table}" USING ({OWN_ORGANISATION}) WITH CHECK ({OWN_ORGANISATION})',
        ]

    def backwards(self, model: Any) -> list[str]:
        table = model._meta.db_table
        return [
            f'DROP POLICY own_organisation ON "{table}"',
            f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{table}_tenant_key"',
        ]

    def _keys(self, model: Any) -> list[str]:
        return [self.composite_key(model._meta.db_table, field) for field in _tenant_parents(model)]

    @staticmethod
    def _dropped_keys(model: Any) -> list[str]:
        table = model._meta.db_table
        return [
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{_key_name(table, field)}"'
            for field in _tenant_parents(model)
        ]

    @staticmethod
    def composite_key(table: str, field: Any) -> str:
        """SQL that ties a table's foreign key to parents of the same organisation."""
        parent = field.remote_field.model._meta.db_table
        return (
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{_key_name(table, field)}"'
            f' FOREIGN KEY (organisation_id, "{field.column}") REFERENCES "{parent}" (organisation_id, id)'
            " DEFERRABLE INITIALLY DEFERRED"
        )


def _tenant_parents(model: Any) -> list[Any]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.name != "organisation"
        and _is_tenant(field.remote_field.model)
    ]


def _key_name(table: str, field: Any) -> str:
    return f"{table}_{field.column}_tenant_fk"[:63]


class TenantKey(_TableOperation):
    """Tie a foreign key that was added to a walled table later to parents of the same organisation."""

    def __init__(self, name: str, field: str) -> None:
        super().__init__(name)
        self.field = field

    def forwards(self, model: Any) -> list[str]:
        return [TenantTable.composite_key(model._meta.db_table, model._meta.get_field(self.field))]

    def backwards(self, model: Any) -> list[str]:
        table = model._meta.db_table
        name = _key_name(table, model._meta.get_field(self.field))
        return [f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"']


class ReadPolicy(_TableOperation):
    """Let rows be read under a further condition, for example published ones by everybody."""

    def __init__(self, name: str, policy: str, condition: str) -> None:
        super().__init__(name)
        self.policy, self.condition = policy, condition

    def forwards(self, model: Any) -> list[str]:
        return [
            f'CREATE POLICY "{self.policy}" ON "{model._meta.db_table}" FOR SELECT USING ({self.condition})'
        ]

    def backwards(self, model: Any) -> list[str]:
        return [f'DROP POLICY "{self.policy}" ON "{model._meta.db_table}"']


class AppendOnly(_TableOperation):
    """Refuse updates and deletions of a table's rows, whoever asks."""

    FUNCTION: ClassVar[str] = (
        "CREATE OR REPLACE FUNCTION bottega_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )

    def forwards(self, model: Any) -> list[str]:
        return [
            self.FUNCTION,
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON "{model._meta.db_table}"'
            " FOR EACH ROW EXECUTE FUNCTION bottega_refuse_change()",
        ]

    def backwards(self, model: Any) -> list[str]:
        return [f'DROP TRIGGER append_only ON "{model._meta.db_table}"']
