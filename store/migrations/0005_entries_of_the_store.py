import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

import kernel.ids
from kernel.rls import ReadPolicy, TenantTable
from kernel.tenancy import across_organisations
from store.migrations import _0005_entries as entries
from store.migrations import _0005_front as front
from store.migrations import _0005_search as search


def fill(apps, schema_editor):
    """Entries of what is in the store already; every organisation's."""
    with across_organisations(reason="entries of the whole store", using=schema_editor.connection.alias):
        schema_editor.execute(entries.FILL, params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0004_walls_of_the_store"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "listing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="entry",
                        serialize=False,
                        to="store.listing",
                    ),
                ),
                ("public_id", models.CharField(max_length=48, unique=True)),
                ("slug", models.CharField(max_length=80)),
                ("picture_seed", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=80)),
                ("tagline", models.CharField(max_length=120)),
                ("creator_name", models.CharField(max_length=120)),
                ("category", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=32)),
                ("tongue", models.CharField(max_length=8)),
                ("hosts", models.PositiveIntegerField()),
                ("calls_outside", models.BooleanField()),
                ("writes_outside", models.BooleanField()),
                ("model_family", models.CharField(max_length=40)),
                ("is_verified", models.BooleanField()),
                ("is_free", models.BooleanField()),
                ("featured", models.BooleanField()),
                ("version_number", models.PositiveIntegerField()),
                ("conversations", models.PositiveIntegerField()),
                ("installs", models.PositiveIntegerField()),
                ("trend", models.FloatField()),
                ("stars", models.PositiveIntegerField()),
                ("reviews_count", models.PositiveIntegerField()),
                ("rating", models.FloatField()),
                ("live_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Showcase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", kernel.ids.PublicIdField("shw_", editable=False, max_length=48, unique=True)),
                ("title_en", models.CharField(max_length=80)),
                ("title_zh", models.CharField(blank=True, max_length=80)),
                ("about_en", models.CharField(blank=True, max_length=200)),
                ("about_zh", models.CharField(blank=True, max_length=200)),
                ("order", models.PositiveSmallIntegerField(default=0)),
                ("is_shown", models.BooleanField(default=True)),
                ("listings", models.JSONField(default=list)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["order", "id"],
            },
        ),
        migrations.CreateModel(
            name="StoreWord",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("category", models.CharField(max_length=20)),
                ("slot", models.PositiveSmallIntegerField()),
                ("listings", models.IntegerField(default=0)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="listing",
            name="listing_new",
        ),
        migrations.RemoveIndex(
            model_name="listing",
            name="listing_popular",
        ),
        migrations.RemoveIndex(
            model_name="listing",
            name="listing_search",
        ),
        migrations.RemoveIndex(
            model_name="listing",
            name="listing_name",
        ),
        migrations.RemoveIndex(
            model_name="listing",
            name="listing_trending",
        ),
        migrations.RemoveIndex(
            model_name="listing",
            name="listing_rated",
        ),
        migrations.CreateModel(
            name="EntryWords",
            fields=[
                (
                    "listing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="entry_words",
                        serialize=False,
                        to="store.listing",
                    ),
                ),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="entry",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddIndex(
            model_name="storeword",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["word"], name="store_word_like", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(fields=("category", "slot"), name="tally_once"),
        ),
        migrations.AddField(
            model_name="entrywords",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="organisations.organisation"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["-conversations", "-listing"], name="entry_conversations"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["-live_at", "-listing"], name="entry_live_at"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["-trend", "-listing"], name="entry_trend"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["-rating", "-listing"], name="entry_rating"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["category", "-conversations", "-listing"], name="entry_category_conversations"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["category", "-live_at", "-listing"], name="entry_category_live_at"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["category", "-trend", "-listing"], name="entry_category_trend"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["category", "-rating", "-listing"], name="entry_category_rating"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["tongue", "-conversations", "-listing"], name="entry_tongue_conversations"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["tongue", "-live_at", "-listing"], name="entry_tongue_live_at"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["tongue", "-trend", "-listing"], name="entry_tongue_trend"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["tongue", "-rating", "-listing"], name="entry_tongue_rating"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["model_family", "-conversations", "-listing"], name="entry_family_conversations"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("featured", True)), fields=["-live_at", "-listing"], name="entry_featured"
            ),
        ),
        migrations.AddIndex(
            model_name="entrywords",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["words"], name="entry_words"
            ),
        ),
        TenantTable("Entry"),
        TenantTable("EntryWords"),
        ReadPolicy("Entry", "everybody", entries.READ_BY_ALL),
        ReadPolicy("EntryWords", "everybody", entries.READ_BY_ALL),
        migrations.RunSQL(entries.MARKS, "DROP FUNCTION store_marks"),
        migrations.RunSQL(entries.KEEP, "DROP FUNCTION store_keep_entries"),
        migrations.RunSQL(entries.TRIGGERS, entries.DROP),
        migrations.RunSQL(search.CANDIDATES, "DROP FUNCTION store_candidates"),
        migrations.RunSQL(front.FRONT, "DROP FUNCTION store_front"),
        migrations.RunSQL(search.LIKELY, "DROP FUNCTION store_likely_words"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
