from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def _key() -> models.BigAutoField:  # type: ignore[type-arg]
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _listing() -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="store.listing"
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("store", "0004_walls_of_the_store"),
        ("turns", "0009_finished_turns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField("listingday", "timed", models.PositiveIntegerField(default=0)),
        migrations.AddField("listingday", "milliseconds", models.PositiveBigIntegerField(default=0)),
        migrations.AddIndex("use", models.Index(fields=["user", "publication_id"], name="use_of_person")),
        migrations.CreateModel(
            name="Counted",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"indexes": [models.Index(fields=["at"], name="counted_at")]},
        ),
        migrations.CreateModel(
            name="Crowd",
            fields=[
                ("id", _key()),
                ("day", models.DateField(db_index=True)),
                ("crowd", models.BigIntegerField()),
                ("people", models.PositiveIntegerField()),
                ("listing", _listing()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["listing", "day", "crowd"], name="crowd_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="Neighbour",
            fields=[
                ("id", _key()),
                ("weight", models.FloatField()),
                ("listing", _listing()),
                ("other", _listing()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["listing", "other"], name="neighbour_once")],
                "indexes": [models.Index(fields=["listing", "-weight"], name="neighbour_nearest")],
            },
        ),
        migrations.CreateModel(
            name="NoSuggestions",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("since", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
