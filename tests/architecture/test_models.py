"""Every table belongs to organisations and is walled in, or is on a list that says why not."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

from kernel.models import TenantModel

ROOT = Path(__file__).resolve().parents[2]
UNSCOPED_MODELS = {
    "accounts.User": "a person may be a member of many organisations",
    "accounts.SecurityEvent": "belongs to a person, whatever organisations they are in",
    "accounts.StaffAction": "the platform's own log of its staff",
    "billing.LedgerTransaction": "spans organisations; says what was posted, its entries are each owner's own",
    "billing.EarningPending": "days of creators that wait to be summed up; no page shows them",
    "billing.TrialMessage": "a person tries a product once, whatever organisation they act in; names none",
    "billing.BalanceLine": "lines of the installation's balance at the payment provider",
    "billing.Coupon": "the installation's, kept by its finance; names nobody",
    "billing.MonthClose": "the installation's books, kept by its finance",
    "billing.PayoutFile": "what the installation's bank is to pay, of all creators; kept by its finance",
    "billing.Plan": "the installation's, kept by its staff",
    "billing.PlanPrice": "what prices of the installation's plans are called at the payment provider",
    "billing.StripeEvent": "news of the payment provider, of all organisations; names objects, holds no word of them",
    "billing.UsageMeter": "what counts use beyond allowances at the payment provider, for the whole installation",
    "events.NotificationChoice": "a person's wish, whatever organisation a notification comes from",
    "kernel.FeatureSwitch": "the installation's, kept by the operator",
    "knowledge.Placement": "keys alone; outlives documents and organisations until their vectors elsewhere are gone",
    "organisations.Organisation": "is the tenant itself; who sees it is decided by membership",
    "providers.Provider": "the installation's catalogue, kept by the operator",
    "providers.Model": "the installation's catalogue, kept by the operator",
    "providers.Price": "the installation's catalogue, kept by the operator",
    "store.Counted": "names of what was counted, of all organisations; no page shows them",
    "store.Crowd": "how many people stand behind a day's trend, for two days; no page shows them",
    "store.MeaningDue": "keys of public listings whose vectors are to be made; no page shows them",
    "store.MeaningModel": "embedding models of the installation, chosen by the operator",
    "store.Neighbour": "pairs of public listings; no row belongs to anybody",
    "store.NoSuggestions": "a person's wish, whatever organisation they act in",
    "store.Showcase": "the installation's front page, kept by the operator",
    "store.StoreWord": "single words that public listings say; no row belongs to anybody",
    "store.Tally": "how many public listings a category holds",
    "providers.ModelAlias": "the installation's catalogue, kept by the operator",
    "billing.MeteringCheck": "looks at sums of the whole installation, for its finance",
    "billing.UsagePending": "numbers of records that wait to be summed up; no page shows them",
    "store.RatingPrior": "a mean over the whole store, of counts that everybody sees",
}


def own_models() -> list[type[models.Model]]:
    return [
        model
        for config in apps.get_app_configs()
        if ROOT in Path(config.path).parents and ".venv" not in config.path
        for model in config.get_models()
        if not model._meta.proxy and model._meta.managed
    ]


def tenant_models() -> list[type[models.Model]]:
    return [model for model in own_models() if issubclass(model, TenantModel)]


def by_label(model: type[models.Model]) -> str:
    return model._meta.label


def test_every_model_is_scoped_or_on_the_list() -> None:
    unscoped = {model._meta.label for model in own_models() if not issubclass(model, TenantModel)}
    assert unscoped - set(UNSCOPED_MODELS) == set()


def test_the_list_names_no_model_that_is_gone_or_scoped() -> None:
    unscoped = {model._meta.label for model in own_models() if not issubclass(model, TenantModel)}
    assert set(UNSCOPED_MODELS) - unscoped == set()


@pytest.mark.parametrize("model", tenant_models(), ids=by_label)
def test_its_manager_fails_closed(model: type[models.Model]) -> None:
    assert model._meta.default_manager_name == "unscoped"
    with pytest.raises(RuntimeError):
        model.objects.all()


@pytest.mark.django_db
@pytest.mark.parametrize("model", tenant_models(), ids=by_label)
def test_row_level_security_is_forced(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [model._meta.db_table],
        )
        assert cursor.fetchone() == (True,)


@pytest.mark.django_db
@pytest.mark.parametrize("model", tenant_models(), ids=by_label)
def test_only_the_own_organisation_may_write(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT policyname, cmd, with_check FROM pg_policies WHERE tablename = %s", [model._meta.db_table]
        )
        policies = cursor.fetchall()
    writing = {name for name, command, _ in policies if command != "SELECT"}
    assert writing == {"own_organisation"}
    assert all("bottega.organisation" in check for name, _, check in policies if name == "own_organisation")


def _tenant_parents(model: type[models.Model]) -> list[models.ForeignKey]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and field.name != "organisation"
        and issubclass(field.related_model, TenantModel)
    ]


# The partition whose rows are tied to parents; each of the others holds one organisation's by a constraint of its own.
CHECKED_AT = {
    "knowledge_passagevector": "knowledge_shelf_0",
    "knowledge_passagewords": "knowledge_words_0",
}


@pytest.mark.django_db
@pytest.mark.parametrize("model", tenant_models(), ids=by_label)
def test_its_parents_are_of_the_same_organisation(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ARRAY(SELECT attname::text FROM unnest(c.conkey) k JOIN pg_attribute a"
            " ON a.attrelid = c.conrelid AND a.attnum = k ORDER BY 1)"
            " FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = %s::regclass",
            [CHECKED_AT.get(model._meta.db_table, model._meta.db_table)],
        )
        keys = {tuple(row[0]) for row in cursor.fetchall()}
    expected = {tuple(sorted(("organisation_id", field.column))) for field in _tenant_parents(model)}
    assert expected <= keys
