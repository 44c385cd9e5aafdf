"""Actions: outside APIs that an assistant may call, and their operations."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.compressed import CompressedJSONField
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Action(TenantModel):
    """An outside API of one assistant. What it can do stands in its revisions, which are never changed."""

    class Kind(models.TextChoices):
        OPENAPI = "openapi", _("OpenAPI")
        MCP = "mcp", "MCP"

    class Origin(models.TextChoices):
        WRITTEN = "written", _("Written or pasted here")
        URL = "url", _("Fetched from an address")
        PLUGIN = "plugin", _("A plugin's manifest")
        MCP = "mcp", _("An MCP server")
        CONNECTOR = "connector", _("A ready-made connector")

    public_id = PublicIdField("act_")
    # The assistant lies in a room above: its public id.
    assistant_id = models.CharField(max_length=48)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    origin = models.CharField(max_length=9, choices=Origin.choices)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    # Where its calls go, and where its document came from.
    server_url = models.CharField(max_length=2000)
    source_url = models.CharField(max_length=2000, blank=True)
    privacy_policy_url = models.CharField(max_length=2000, blank=True)
    # The name of the ready-made connector that it was made from; empty for others.
    connector = models.CharField(max_length=40, blank=True)
    profile = models.ForeignKey(
        "connections.AuthProfile", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    revision = models.ForeignKey("ActionRevision", null=True, on_delete=models.SET_NULL, related_name="+")
    # Switched off for every version at once, by a person or because its server misbehaves.
    paused = models.BooleanField(default=False)
    # When a worker last asked an MCP server whether its tools are still those that were approved.
    looked_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # Versions go on naming it: it is put away, and its calls end.
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "assistant_id", "id"], name="action_of_assistant")]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The host that its calls go to."""
        return self.server_url.partition("://")[2].partition("/")[0].lower()


class ActionRevision(TenantModel):
    """What an action can do, as it was read once; versions of the assistant name the one that they were made with."""

    public_id = PublicIdField("arev_")
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    # The document as it was given, or the offer of an MCP server.
    document = models.TextField()
    content_hash = models.CharField(max_length=64)
    server_url = models.CharField(max_length=2000)
    findings = models.JSONField(default=list)
    # Prompts that an MCP server offers as conversation starters.
    prompts = models.JSONField(default=list)
    # How its calls are signed, as far as the document says; a profile's settings that may lack what nobody but a person knows.
    suggested_auth = models.JSONField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["action", "number"], name="one_revision_a_number"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Operation(TenantModel):
    """One call of an action's API, as a revision describes it."""

    class Risk(models.TextChoices):
        READS = "reads", _("Reads")
        WRITES = "writes", _("Writes")
        DESTROYS = "destroys", _("Destroys")

    revision = models.ForeignKey(ActionRevision, on_delete=models.CASCADE, related_name="operations")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=120)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=2000)
    summary = models.CharField(max_length=500, blank=True)
    description = models.TextField(blank=True)
    risk = models.CharField(max_length=8, choices=Risk.choices)
    # What it says of itself: always ask, never ask, or nothing.
    consequential = models.BooleanField(null=True)
    arguments_schema = CompressedJSONField()
    mapping = CompressedJSONField(default=dict)
    response_schema = CompressedJSONField(null=True)
    fingerprint = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["revision", "key"], name="one_operation_a_key")]
        indexes = [models.Index(fields=["revision", "position"], name="operation_order")]

    def __str__(self) -> str:
        return self.key


class ActionExample(TenantModel):
    """A call that somebody who builds has tried and kept."""

    public_id = PublicIdField("aex_")
    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="examples")
    operation = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    arguments = models.JSONField()
    status = models.PositiveIntegerField(null=True)
    response = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["action", "operation", "id"], name="example_of_operation")]

    def __str__(self) -> str:
        return self.name


class ToolApproval(TenantModel):
    """A tool of an MCP server whose description changed: it is off until a person has looked at the new one."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="changed_tools")
    operation = models.CharField(max_length=120)
    # Of the description that a person approved, and of the one that the server gives now.
    approved = models.CharField(max_length=64)
    offered = models.CharField(max_length=64)
    offer = models.JSONField(default=dict)
    noticed_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["action", "operation"], name="one_change_a_tool")]

    def __str__(self) -> str:
        return self.operation
