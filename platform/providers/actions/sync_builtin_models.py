"""Bring the rows of the built-in models up to date."""

from django.conf import settings
from django.db import transaction

from providers.catalogue import forget
from providers.known import builtin_models
from providers.models import Model, Provider


def sync_builtin_models() -> list[str]:
    """Write the built-in provider and its models; offer those whose server runs. Gives the ids of what is offered."""
    data = builtin_models()
    with transaction.atomic():
        provider, _created = Provider.objects.update_or_create(
            slug=data["provider"]["slug"], defaults={**data["provider"]}
        )
        offered = [_write(provider, position, entry) for position, entry in enumerate(data["models"])]
    forget()
    return [str(model) for model in offered if model.offered]


def _write(provider: Provider, position: int, entry: dict[str, object]) -> Model:
    fields = {key: value for key, value in entry.items() if key not in ("name", "needs")}
    needs = str(entry["needs"])
    fields["offered"] = not needs or bool(getattr(settings, needs))
    if entry["name"] == "local" and settings.LOCAL_MODEL:
        fields["label"] = settings.LOCAL_MODEL.rsplit("/", 1)[-1].removesuffix(".gguf")
    model, _created = Model.objects.update_or_create(
        provider=provider, name=entry["name"], defaults={**fields, "position": position}
    )
    return model
