"""Migrate as the role that owns the tables; the app's own role may not. A new model is rendered by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db.migrations.state import ModelState, ProjectState


class Command(DjangoMigrate):
    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        with _new_models_alone():
            super().handle(*args, **options)


@contextmanager
def _new_models_alone() -> Iterator[None]:
    """Let a model that a migration creates join those that are there.

    Django makes all models anew that a new one leads to, which here is nearly all: two thirds of the time that an empty database took.
    Nothing but the new model refers to it yet, and it is made as any class of a model is; whatever changes a model
    afterwards makes its relations anew as ever.
    """
    whole = ProjectState.add_model

    def add_model(self: ProjectState, model_state: ModelState) -> None:
        apps = vars(self).pop("apps", None)  # without it nothing is rendered
        whole(self, model_state)
        if apps is not None:
            self.apps = apps
            apps.render_multiple([model_state])

    ProjectState.add_model = add_model  # type: ignore[method-assign]
    try:
        yield
    finally:
        ProjectState.add_model = whole  # type: ignore[method-assign]
