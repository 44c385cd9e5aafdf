from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("store", "0005_entries_of_the_store"),
        ("store", "0006_disclosing"),
        ("store", "0007_moderation"),
        ("store", "0008_reviews_and_creators"),
        ("store", "0009_directories_and_library"),
        ("store", "0010_counting"),
    ]

    operations: ClassVar = []
