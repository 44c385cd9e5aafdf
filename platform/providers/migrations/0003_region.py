"""Say where the providers that are here already keep their computers, as far as that is known."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import migrations

DATA = Path(__file__).parents[1] / "data" / "regions.json"


def fill_regions(apps: Any, schema_editor: Any) -> None:
    regions = json.loads(DATA.read_text())["regions"]
    providers = apps.get_model("providers", "Provider").objects
    providers.filter(kind="builtin", region="").update(region="this server")
    for provider in providers.filter(region=""):
        provider.region = regions.get(urlsplit(provider.base_url).hostname or "", "")
        provider.save(update_fields=["region"])


class Migration(migrations.Migration):
    dependencies = [("providers", "0002_builtin")]
    operations = [migrations.RunPython(fill_regions, migrations.RunPython.noop)]
