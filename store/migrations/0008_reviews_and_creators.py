from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import store.models.listings
from kernel.rls import ReadPolicy, TenantTable


class Migration(migrations.Migration):
    dependencies: ClassVar = [("store", "0004_walls_of_the_store")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="RatingPrior",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("mean", models.FloatField()),
                ("reviews", models.PositiveIntegerField(default=0)),
                ("computed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="OldHandle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("handle", models.SlugField(max_length=40, unique=True)),
                ("skeleton", models.CharField(db_index=True, max_length=40)),
                ("until", models.DateTimeField()),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisations.organisation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
            },
            managers=[("unscoped", django.db.models.manager.Manager())],
        ),
        migrations.AddField(
            "creatorpage", "skeleton", models.CharField(db_index=True, default="", max_length=40)
        ),
        migrations.AddField("domainproof", "checking_at", models.DateTimeField(null=True)),
        migrations.AddField("domainproof", "problem", models.CharField(blank=True, max_length=20)),
        migrations.AddField("domainproof", "seen_at", models.DateTimeField(null=True)),
        migrations.AddField("listing", "followers_told_at", models.DateTimeField(null=True)),
        migrations.AddField("listing", "rating_sum", models.PositiveIntegerField(default=0)),
        migrations.AddField("listing", "rating_weight", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "listing",
            "star_counts",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveIntegerField(), default=store.models.listings.no_stars, size=None
            ),
        ),
        migrations.AddIndex(
            "domainproof",
            models.Index(condition=models.Q(("state", "proved")), fields=["domain"], name="domain_proved"),
        ),
        migrations.AddIndex(
            "domainproof", models.Index(fields=["state", "checked_at"], name="domain_proof_due")
        ),
        migrations.AddIndex(
            "review", models.Index(fields=["listing", "state", "-stars", "-id"], name="review_stars_order")
        ),
        TenantTable("OldHandle"),
        # It leads from an address that was public to one that is.
        ReadPolicy("OldHandle", "everybody", "true"),
    ]
