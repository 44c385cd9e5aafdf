"""Quote and the built-in embedder are in every catalogue from the start; `sync_models` adds the rest."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations

DATA = Path(__file__).parents[1] / "data" / "builtin_models.json"


def add_builtin(apps: Any, schema_editor: Any) -> None:
    data = json.loads(DATA.read_text())
    provider = apps.get_model("providers", "Provider").objects.create(**data["provider"])
    for position, entry in enumerate(data["models"]):
        if not entry.pop("needs"):
            apps.get_model("providers", "Model").objects.create(provider=provider, position=position, **entry)


class Migration(migrations.Migration):
    dependencies = [("providers", "0002_walls")]
    operations = [migrations.RunPython(add_builtin, migrations.RunPython.noop)]
