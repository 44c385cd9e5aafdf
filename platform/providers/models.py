"""The catalogue of models: shared by all organisations, written by the operator's commands only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField


class Provider(models.Model):
    """Somebody who runs models: this server itself, or anybody with an OpenAI-compatible address."""

    class Kind(models.TextChoices):
        BUILTIN = "builtin", _("Built in")
        OPENAI = "openai", _("OpenAI-compatible")

    class KeySource(models.TextChoices):
        NONE = "none", _("No key")
        ENVIRONMENT = "environment", _("From the environment")
        STORED = "stored", _("Stored, encrypted")

    public_id = PublicIdField("prov_")
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind)
    base_url = models.URLField(max_length=300, blank=True)
    region = models.CharField(max_length=60, blank=True)
    key_source = models.CharField(max_length=12, choices=KeySource, default=KeySource.NONE)
    key_encrypted = models.TextField(blank=True)
    # Whoever runs this server named its address: it may be private. Never set for addresses that users typed.
    named_by_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Model(models.Model):
    """One model of a provider. Its id outside is `provider/name`."""

    class Kind(models.TextChoices):
        CHAT = "chat", _("Chat")
        EMBEDDING = "embedding", _("Embedding")
        OTHER = "other", _("Other")

    public_id = PublicIdField("mdl_")
    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="models_offered")
    name = models.CharField(max_length=160)
    label = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CHAT)
    capabilities = models.JSONField(default=dict)
    context_window = models.PositiveIntegerField(null=True)
    max_output = models.PositiveIntegerField(null=True)
    dimensions = models.PositiveIntegerField(null=True)
    released_on = models.DateField(null=True)
    shutdown_on = models.DateField(null=True)
    replacement = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)
    offered = models.BooleanField(default=True)

    class Meta:
        ordering = ["provider_id", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["provider", "name"], name="model_once_a_provider")]

    def __str__(self) -> str:
        return f"{self.provider.slug}/{self.name}"


class Price(models.Model):
    """What a model costs from a day on, in micro-units of a currency for a million tokens."""

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    input_per_million = models.BigIntegerField()
    output_per_million = models.BigIntegerField()
    valid_from = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["model", "valid_from"], name="price_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(input_per_million__gte=0, output_per_million__gte=0),
                name="price_not_negative",
            ),
        ]
