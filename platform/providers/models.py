"""The catalogue of models: the installation's, written by operators, and what organisations add with keys of their own."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


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
        IMAGE = "image", _("Pictures")
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
    """What a model costs from a day on, in micro-units of a currency for a million tokens.

    `cached_per_million`: of input that the provider had kept from a call before; as all input where it is null.
    `per_image`: micro-units for each picture that it makes, beside its tokens.
    """

    model = models.ForeignKey(Model, on_delete=models.CASCADE, related_name="prices")
    currency = models.CharField(max_length=3)
    input_per_million = models.BigIntegerField()
    output_per_million = models.BigIntegerField()
    cached_per_million = models.BigIntegerField(null=True)
    per_image = models.PositiveBigIntegerField(default=0)
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
            models.CheckConstraint(
                condition=models.Q(cached_per_million__gte=0) | models.Q(cached_per_million=None),
                name="cached_price_not_negative",
            ),
        ]


class ModelAlias(models.Model):
    """Another name for a model. `target` is a model's id or another alias."""

    name = models.CharField(max_length=160, unique=True)
    target = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganisationProvider(TenantModel):
    """Somebody who runs models for one organisation, which has its own key there.

    `works` says that it passed a test since its address or key was changed. A deleted one keeps its slug: an assistant
    must never send questions somewhere else because a name was given again.
    """

    public_id = PublicIdField("prov_")
    slug = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    preset = models.CharField(max_length=20)
    base_url = models.URLField(max_length=300)
    region = models.CharField(max_length=60, blank=True)
    key_encrypted = models.TextField(blank=True)
    works = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True)
    test_code = models.CharField(max_length=30, blank=True)
    test_model = models.CharField(max_length=160, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    disabled_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "slug"], name="own_provider_slug_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_use(self) -> bool:
        """Whether assistants may use its models now."""
        return self.works and self.disabled_at is None and self.deleted_at is None

    @property
    def state(self) -> str:
        """How it stands: working, failing (in use, though its last test failed), off (not tested well yet), disabled."""
        if self.disabled_at is not None:
            return "disabled"
        if not self.works:
            return "off"
        return "working" if self.test_code == "ok" else "failing"

    @property
    def key_row(self) -> str:
        """What its key is bound to: it cannot be read for another row or another organisation."""
        return f"{self.organisation_id}/{self.public_id}"


class OrganisationModel(TenantModel):
    """A model of an organisation's own provider. Its id outside is `org:provider/name`.

    Prices are the organisation's own note, in micro-units of the installation's currency for a million tokens.
    """

    provider = models.ForeignKey(
        OrganisationProvider, on_delete=models.CASCADE, related_name="models_offered"
    )
    name = models.CharField(max_length=115)
    label = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Model.Kind, default=Model.Kind.CHAT)
    capabilities = models.JSONField(default=dict)
    context_window = models.PositiveIntegerField(null=True)
    max_output = models.PositiveIntegerField(null=True)
    input_price = models.BigIntegerField(null=True)
    output_price = models.BigIntegerField(null=True)
    offered = models.BooleanField(default=True)
    shutdown_on = models.DateField(null=True)
    replacement = models.CharField(max_length=200, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "provider", "name"], name="own_model_once_a_provider"
            ),
            models.CheckConstraint(
                condition=Q(input_price=None, output_price=None) | Q(input_price__gte=0, output_price__gte=0),
                name="own_prices_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EndingNotice(TenantModel):
    """That an organisation was told, so many days before, that a model of one of its assistants ends."""

    assistant = models.CharField(max_length=48)
    model = models.CharField(max_length=200)
    shutdown_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "assistant", "model", "shutdown_on", "days"],
                name="ending_told_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.shutdown_on}"
