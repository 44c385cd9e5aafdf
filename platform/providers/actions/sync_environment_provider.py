"""Bring the rows of the provider in OPENAI_BASE_URL and OPENAI_API_KEY up to date."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from providers.catalogue import forget
from providers.environment import SLUG, environment_base_url
from providers.known import KnownModel, known_model, region_of
from providers.listing import list_upstream
from providers.models import Model, Price, Provider


def sync_environment_provider() -> list[str]:
    """Ask the provider for its models and write them; gives the ids of what is offered.

    A provider that gives no list keeps the models it had. DEFAULT_MODEL and EMBEDDING_MODEL are there in any case.
    """
    base_url = environment_base_url()
    if not base_url:
        _withdraw()
        return []
    listed = list_upstream(base_url, settings.OPENAI_API_KEY)  # before the transaction: no network inside
    with transaction.atomic():
        provider = _write_provider(base_url)
        names = _wanted(listed)
        models = [_write_model(provider, position, name) for position, name in enumerate(names)]
        if listed is not None:
            Model.objects.filter(provider=provider).exclude(pk__in=[model.pk for model in models]).update(
                offered=False
            )
    forget()
    return [str(model) for model in models]


def _withdraw() -> None:
    Model.objects.filter(provider__slug=SLUG).update(offered=False)
    forget()


def _write_provider(base_url: str) -> Provider:
    host = urlsplit(base_url).hostname or base_url
    source = Provider.KeySource.ENVIRONMENT if settings.OPENAI_API_KEY else Provider.KeySource.NONE
    present = Provider.objects.filter(slug=SLUG).first()
    # What staff wrote about the same address stays.
    kept = present.region if present and urlsplit(present.base_url).hostname == host else ""
    provider, _created = Provider.objects.update_or_create(
        slug=SLUG,
        defaults={
            "name": "OpenAI" if host == "api.openai.com" else host,
            "region": kept or region_of(host),
            "kind": Provider.Kind.OPENAI,
            "base_url": base_url,
            "key_source": source,
            "named_by_operator": True,
        },
    )
    return provider


def _wanted(listed: list[str] | None) -> list[str]:
    chosen = [
        name.removeprefix(f"{SLUG}/") for name in (settings.DEFAULT_MODEL, settings.EMBEDDING_MODEL) if name
    ]
    named = [name for name in chosen if not name.startswith("bottega/")]
    return list(dict.fromkeys([*(listed or []), *named]))


def _write_model(provider: Provider, position: int, name: str) -> Model:
    known = known_model(name, host=urlsplit(provider.base_url).hostname or "")
    embedding = name == settings.EMBEDDING_MODEL.removeprefix(f"{SLUG}/")
    kind = Model.Kind.EMBEDDING if embedding else known.kind
    model, _created = Model.objects.update_or_create(
        provider=provider,
        name=name,
        defaults={"label": name, "kind": kind, "position": position, "offered": True, **known.fields},
    )
    _write_price(model, known)
    return model


def _write_price(model: Model, known: KnownModel) -> None:
    if (price := known.price) is not None:
        Price.objects.update_or_create(
            model=model,
            valid_from=price.valid_from,
            defaults={
                "currency": price.currency,
                "input_per_million": price.input_per_million,
                "output_per_million": price.output_per_million,
                "source": price.source,
            },
        )
