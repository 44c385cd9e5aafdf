from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from kernel.rls import TenantKey


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("store", "0004_walls_of_the_store"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AlterField(
            "listing",
            "state",
            models.CharField(
                max_length=20,
                default="draft",
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "Waiting for review"),
                    ("live", "Live"),
                    ("changes_requested", "Changes requested"),
                    ("rejected", "Rejected"),
                    ("appealed", "Appealed"),
                    ("suspended", "Suspended"),
                    ("unpublished", "Unpublished"),
                ],
            ),
        ),
        migrations.AddField("listing", "approved", models.JSONField(default=dict)),
        migrations.AddField("listing", "scan", models.JSONField(default=dict)),
        migrations.AddField(
            "listing", "fingerprint", models.CharField(max_length=64, blank=True, default="", db_index=True)
        ),
        migrations.AddIndex(
            "listing",
            GinIndex(
                fields=["name"],
                opclasses=["gin_trgm_ops"],
                condition=models.Q(state="live", visibility="public")
                & (models.Q(is_verified=True) | models.Q(conversations__gte=500)),
                name="listing_known_names",
            ),
        ),
        migrations.AddField(
            "case",
            "asked",
            models.ForeignKey(
                settings.AUTH_USER_MODEL,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
            ),
        ),
        migrations.AddField("case", "lapses_at", models.DateTimeField(null=True)),
        migrations.AddField("report", "from_organisation", models.BigIntegerField(default=0)),
        migrations.AddField("report", "is_young", models.BooleanField(default=False)),
        migrations.AlterField(
            "takedown",
            "case",
            models.OneToOneField(
                "store.Case",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="takedown",
            ),
        ),
        # No request was ever made before this table has its listing.
        migrations.AddField(
            "takedown",
            "listing",
            models.ForeignKey(
                "store.Listing",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="takedowns",
            ),
        ),
        migrations.AlterField(
            "takedown",
            "listing",
            models.ForeignKey(
                "store.Listing", on_delete=django.db.models.deletion.CASCADE, related_name="takedowns"
            ),
        ),
        TenantKey("Takedown", "listing"),
    ]
