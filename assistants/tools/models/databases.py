"""Databases that an administrator registered, for assistants to ask."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Database(TenantModel):
    """A PostgreSQL of the organisation's own, read as a role that may only read.

    Attributes:
        name: as builders and people read it. host, port, database, user, sslmode: how it is reached.
        schemas: whose tables the model is shown; timeout_seconds and most_rows bound each statement.
        assistants: public ids of those that may ask it; empty for all of the organisation.
        checked_at: when it was last reached; failure: why it could not be, as a code; empty where it could.
    """

    public_id = PublicIdField("db_")
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True)
    host = models.CharField(max_length=255)
    port = models.PositiveIntegerField(default=5432)
    database = models.CharField(max_length=63)
    user = models.CharField(max_length=63)
    password_encrypted = models.TextField(blank=True)
    sslmode = models.CharField(max_length=12, default="require")
    schemas = ArrayField(models.CharField(max_length=63), default=list)
    timeout_seconds = models.PositiveSmallIntegerField(default=10)
    most_rows = models.PositiveIntegerField(default=1000)
    assistants = ArrayField(models.CharField(max_length=48), default=list)
    checked_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_database_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def secret_row(self) -> str:
        """What its password is bound to."""
        return f"{self.organisation_id}/{self.public_id}"
