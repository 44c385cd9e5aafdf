from pathlib import Path
from typing import ClassVar

from django.db import migrations

ROOMS = sorted(file.stem for file in Path(__file__).parent.glob("00[01][0-9]_*.py"))


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("store", name) for name in ROOMS if "0005" <= name < "0011"
    ]

    operations: ClassVar = []
