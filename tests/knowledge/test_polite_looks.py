"""What is left alone: sites whose rules cannot be read just now, and what an assistant in the bin knows."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.restore_assistant import restore_assistant
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.look_at_due_sources import look_at_due_sources
from assistants.knowledge.actions.share_source import share_source
from assistants.knowledge.crawling.lists import robots_of
from assistants.knowledge.models import Source
from assistants.knowledge.parsing.blocks import ParsingFailed
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.policy import PolicyDocument
from tests.factories.building import make_assistant
from tests.factories.knowledge import make_source_set
from tests.fakes.website import Page, Website, article, website


@pytest.fixture
def site(settings: Any) -> Iterator[Website]:
    with website() as made:
        settings.EGRESS_ALLOW = [made.host]
        made.pages["/"] = article("Home", "We let flats in the harbour.")
        yield made


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_rules_that_cannot_be_told_just_now_forbid_everything(site: Website, status: int) -> None:
    site.pages["/robots.txt"] = Page(b"Try later", status=status)
    with pytest.raises(ParsingFailed) as refused:
        robots_of(site.url + "/", policy=PolicyDocument())
    assert refused.value.code == "server_failed"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_rules_that_are_not_there_forbid_nothing(site: Website, status: int) -> None:
    site.pages["/robots.txt"] = Page(b"User-agent: *\nDisallow: /", status=status)
    assert robots_of(site.url + "/", policy=PolicyDocument()).allow("/x")


@pytest.mark.django_db(transaction=True)
def test_what_lies_in_the_bin_is_not_looked_at_until_it_is_restored(alice: Actor, site: Website) -> None:
    assistant, other = make_assistant(alice), make_source_set(alice)
    source = add_url(actor=alice, source_set=assistant.source_set, url=site.url + "/").source
    _due(source)
    delete_assistant(actor=alice, assistant_id=assistant.public_id)
    assert look_at_due_sources() == 0
    restore_assistant(actor=alice, assistant_id=assistant.public_id)
    assert look_at_due_sources() == 1
    _due(source)
    share_source(actor=alice, source_set=other, source_id=source.public_id)
    delete_assistant(actor=alice, assistant_id=assistant.public_id)
    assert look_at_due_sources() == 1  # another one answers from it


def _due(source: Source) -> None:
    past = timezone.now() - timedelta(minutes=1)
    with tenant_scope(source.organisation_id, durable=True):
        rows = Source.objects.for_organisation(source.organisation_id).filter(pk=source.pk)
        rows.update(sync_every="daily", sync_at=past, look="", look_until=None)
