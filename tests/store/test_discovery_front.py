"""What the store's front page shows, and what search engines and people who share a link are told."""

import json
import re

import pytest
from django.db import connection

from accounts.models import User
from kernel.tenancy import across_organisations, tenant_scope
from store.actions.feature_listing import feature_listing
from store.discovery.front import category_tallies, front
from store.discovery.social import draw, outline
from store.models import Listing, Showcase
from tests.factories.store import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def shown(actor):
    with tenant_scope(actor.organisation):
        return front()


def change(listing, **values):
    with across_organisations(reason="a test counts"):
        Listing.unscoped.filter(pk=listing.pk).update(**values)


def test_shelves_hold_what_they_are_named_after(alice, charlie):
    old = make_listing(alice, "Old Hand", language="zh-hans")
    new = make_listing(alice, "New Hand")
    change(old, conversations=50, trend=3.0)
    feature_listing(slug="new-hand")
    page = shown(charlie)
    assert [entry.name for entry in page.new] == ["New Hand", "Old Hand"]
    assert [entry.name for entry in page.popular] == [entry.name for entry in page.trending] == ["Old Hand"]
    assert [entry.name for entry in page.featured] == ["New Hand"] and page.total == 2
    assert page.spoken[0].pk == new.pk
