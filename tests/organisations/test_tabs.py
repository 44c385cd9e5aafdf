"""The tabs of the organisation's pages: one row of doors, and a second one for the pages of the group that is open."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from kernel import registries
from organisations.actors import Actor
from organisations.templatetags.organisations import organisation_tabs
from tests.fixtures.people import client_for

ROW = re.compile(r'<nav class="tabs-line[^"]*" aria-label="([^"]*)"[^>]*>(.*?)</nav>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]*)"(?: aria-current="(\w+)")?[^>]*>([^<]*)')


def rows_of(client: Client, name: str) -> dict[str, list[tuple[str, str, str]]]:
    page = client.get(reverse(name)).content.decode()
    return {label: LINK.findall(links) for label, links in ROW.findall(page)}


def names_of(row: list[tuple[str, str, str]]) -> list[str]:
    return [name for _, _, name in row]


def test_the_first_row_shows_what_stands_alone_and_one_tab_a_group(alice: Actor) -> None:
    rows = rows_of(client_for(alice), "organisations:overview")
    assert list(rows) == ["Organisation"]
    first = names_of(rows["Organisation"])
    assert first[:2] == ["Overview", "Members"] and first[-1] == "Settings"
    assert {"Governance", "Money", "Earnings", "Keys"} <= set(first) and len(first) <= 12
    assert not {"Usage", "Wallet", "Statements", "API keys", "Audit log", "Calls"} & set(first)


@pytest.mark.parametrize(
    ("name", "group", "pages"),
    [
        ("billing:wallet", "Money", ["Usage", "Budgets", "Wallet", "Plans", "Purchases"]),
        ("billing:statements", "Earnings", ["Earnings", "Statements"]),
        ("tools:web_search", "Models and tools", ["Models", "Connectors", "Web search", "Databases"]),
        ("organisations:service_account_list", "Keys", ["API keys", "Service accounts"]),
        ("organisations:audit_list", "Governance", ["Approvals", "Policy", "Audit log", "Calls"]),
    ],
)
def test_a_page_of_a_group_shows_the_others_beneath(
    alice: Actor, name: str, group: str, pages: list[str]
) -> None:
    rows = rows_of(client_for(alice), name)
    second = rows[group]
    assert names_of(second) == pages
    assert [address for address, current, _ in second if current == "page"] == [reverse(name)]
    assert [row for row in rows["Organisation"] if row[1]] == [(second[0][0], "true", group)]


def test_a_page_behind_a_tab_keeps_its_tab(alice: Actor) -> None:
    rows = rows_of(client_for(alice), "organisations:key_new")
    assert [row[1:] for row in rows["Keys"] if row[1]] == [("page", "API keys")]


def test_a_group_of_which_one_page_is_left_is_that_page(bob: Actor) -> None:
    rows = rows_of(client_for(bob), "organisations:approval_list")
    assert list(rows) == ["Organisation"]
    assert ("page", "Approvals") in [row[1:] for row in rows["Organisation"]]
    assert "Governance" not in names_of(rows["Organisation"])


def test_what_waits_is_counted_once(
    alice: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    request = type("Request", (), {"actor": alice, "path": "/"})()
    with django_assert_max_num_queries(1):
        organisation_tabs({"request": request})


def test_every_group_that_a_tab_names_is_there() -> None:
    known = {group.key for group in registries.organisation_tab_groups}
    assert {entry.group for entry in registries.organisation_tabs} - {""} == known
