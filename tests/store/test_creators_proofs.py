"""Domains that creators prove: by a TXT record, by an address, and what is lost with them."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from kernel.egress.names import shown_host
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from store.actions.check_domain import check_domain, look_at_domain, look_at_due_domains
from store.actions.confirm_proof import LinkEnded, confirm_proof
from store.actions.drop_domain import drop_domain
from store.actions.prove_domain import prove_by_email, prove_by_record
from store.actions.save_creator_page import CreatorFields, save_creator_page
from store.creators.domains import checked_address, checked_domain, link_of, record_name, token_of
from store.creators.queries import also_proved_by, own_page
from store.models import CreatorPage, DomainProof, Listing
from tests.factories.store import make_listing
from tests.fakes.dns_server import dns_server, failing, texts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def zone(settings):
    with dns_server({}) as server:
        settings.EGRESS_NAMESERVERS = [server.address]
        yield server.zone


def present(proof):
    with tenant_scope(proof.organisation_id):
        return DomainProof.objects.for_organisation(proof.organisation_id).get(pk=proof.pk)


def change(proof, **values):
    with tenant_scope(proof.organisation_id):
        DomainProof.objects.for_organisation(proof.organisation_id).filter(pk=proof.pk).update(**values)


def look(proof):
    return look_at_domain(organisation_id=proof.organisation_id, proof_id=proof.public_id)


def next_day(proof):
    change(proof, checked_at=timezone.now() - timedelta(days=1))
    return look(proof)


def marked(actor):
    with tenant_scope(actor.organisation):
        page = own_page(actor.organisation)
        verified = Listing.objects.for_organisation(actor.organisation).values_list("is_verified", flat=True)
        return page.verified_domain if page else "", set(verified)


def proved_by_record(actor, zone, domain="example.org"):
    proof = prove_by_record(actor=actor, domain=domain)
    zone[record_name(domain)] = texts("v=other", proof.challenge)
    look(proof)
    return present(proof)


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("example.org", "example.org"),
        (" HTTPS://Shop.Example.CO.UK./ ", "shop.example.co.uk"),
        ("例子.中国", "xn--fsqu00a.xn--fiqs8s"),
        ("alice.github.io", "alice.github.io"),
    ],
)
def test_domains_in_their_one_spelling(typed, domain):
    assert checked_domain(typed) == domain


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("co.uk", "public_suffix"),
        ("github.io", "public_suffix"),
        ("中国", "public_suffix"),
        ("公司.cn", "public_suffix"),
        ("xn--55qx5d.cn", "public_suffix"),
        ("com", "public_suffix"),
        ("localhost", "not_a_domain"),
        ("10.0.0.1", "not_a_domain"),
        ("example.internal", "not_a_domain"),
        ("a..org", "not_a_domain"),
        ("example.org/path", "not_a_domain"),
        ("user@example.org", "not_a_domain"),
        ("", "not_a_domain"),
        ("x" * 300 + ".org", "not_a_domain"),
    ],
)
def test_what_is_nobodys_domain(typed, code):
    with pytest.raises(InvalidInput) as refusal:
        checked_domain(typed)
    assert refusal.value.errors[0].code == code


def test_names_are_shown_in_their_own_script():
    assert shown_host("xn--fsqu00a.xn--fiqs8s") == "例子.中国"


@pytest.mark.parametrize("address", ["me@gmail.com", "me@mail.gmail.com", "me@qq.com", "nobody", "a@co.uk"])
def test_addresses_that_prove_nothing(address):
    with pytest.raises(InvalidInput) as refusal:
        checked_address(address)
    assert refusal.value.errors[0].field == "address"


def test_a_record_proves_a_domain_and_everything_follows_at_once(alice, zone):
    save_creator_page(actor=alice, fields=CreatorFields(handle="harbour-pine", is_public=True))
    make_listing(alice)
    proof = proved_by_record(alice, zone)
    assert (proof.state, proof.problem) == ("proved", "")
    assert marked(alice) == ("example.org", {True})
    make_listing(alice, "Another")
    assert marked(alice) == ("example.org", {True})


def test_what_is_wrong_is_said(alice, zone):
    proof = prove_by_record(actor=alice, domain="example.org")
    look(proof)
    assert (present(proof).state, present(proof).problem) == ("pending", "missing")
    zone[record_name("example.org")] = texts("bottega-of-somebody-else")
    look(proof)
    assert present(proof).problem == "other"
    zone[record_name("example.org")] = failing
    look(proof)
    assert present(proof).problem == "silent"


def test_somebody_elses_record_proves_nothing(alice, charlie, zone):
    proved_by_record(alice, zone)
    copied = prove_by_record(actor=charlie, domain="example.org")
    look(copied)
    assert present(copied).state == "pending"


def test_it_is_lost_after_three_days_without_the_record_with_a_warning_first(alice, zone, run_jobs):
    save_creator_page(actor=alice, fields=CreatorFields(handle="harbour-pine"))
    make_listing(alice)
    proof = proved_by_record(alice, zone)
    del zone[record_name("example.org")]
    assert [next_day(proof) for _ in range(3)] == ["proved", "proved", "lost"]
    assert marked(alice) == ("", {False})
    assert told(alice, run_jobs) == ["domain_missed", "domain_lost"]


def told(actor, run_jobs):
    from events.models import Notification

    run_jobs()
    with tenant_scope(actor.organisation):
        rows = Notification.objects.for_organisation(actor.organisation).filter(kind__startswith="domain")
        return list(rows.order_by("pk").values_list("kind", flat=True))


def test_looking_again_and_again_loses_nothing(alice, zone):
    proof = proved_by_record(alice, zone)
    del zone[record_name("example.org")]
    assert [look(proof) for _ in range(5)] == ["proved"] * 5
    assert present(proof).misses == 1


def test_silent_servers_lose_nothing_for_a_week(alice, zone):
    proof = proved_by_record(alice, zone)
    zone[record_name("example.org")] = failing
    assert [next_day(proof) for _ in range(4)] == ["proved"] * 4
    change(proof, seen_at=timezone.now() - timedelta(days=8))
    assert [next_day(proof) for _ in range(3)] == ["proved", "proved", "lost"]


def test_a_record_that_comes_back_is_whole_again(alice, zone):
    proof = proved_by_record(alice, zone)
    kept = zone.pop(record_name("example.org"))
    next_day(proof)
    zone[record_name("example.org")] = kept
    next_day(proof)
    assert (present(proof).misses, present(proof).state) == (0, "proved")


def test_the_job_looks_at_what_is_due(alice, zone):
    proved = proved_by_record(alice, zone)
    waiting = prove_by_record(actor=alice, domain="second.org")
    assert look_at_due_domains() == 1
    change(proved, checked_at=timezone.now() - timedelta(days=1))
    change(waiting, checked_at=timezone.now())
    assert look_at_due_domains() == 1


def test_asking_for_a_look_is_seen_until_a_job_has_looked(alice, zone, run_jobs):
    proof = prove_by_record(actor=alice, domain="example.org")
    zone[record_name("example.org")] = texts(proof.challenge)
    check_domain(actor=alice, proof_id=proof.public_id)
    assert present(proof).checking_at
    run_jobs()
    assert (present(proof).state, present(proof).checking_at) == ("proved", None)


def test_an_opened_link_proves_an_address_once_signed_in_or_not(alice, run_jobs):
    proof = prove_by_email(actor=alice, address="info@example.org", language="en")
    run_jobs()
    assert mail.outbox[-1].to == ["info@example.org"] and link_of(proof) in mail.outbox[-1].body
    path = f"/domains/{token_of(proof)}"
    assert b"example.org" in Client().get(path).content
    assert present(proof).state == "pending"
    assert Client().post(path).status_code == 302
    assert present(proof).state == "proved"
    assert Client().post(path).status_code == 410


def test_a_link_ends_after_a_day_and_with_the_next_one(alice):
    proof = prove_by_email(actor=alice, address="info@example.org", language="en")
    old = token_of(proof)
    again = prove_by_email(actor=alice, address="info@example.org", language="en")
    with pytest.raises(LinkEnded):
        confirm_proof(token=old)
    change(again, sent_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(LinkEnded):
        confirm_proof(token=token_of(again))


def test_the_token_is_kept_nowhere(alice):
    proof = prove_by_email(actor=alice, address="info@example.org", language="en")
    assert token_of(proof) not in str(vars(present(proof)))


def test_an_address_holds_for_a_year_with_notice(alice, zone):
    proof = prove_by_email(actor=alice, address="info@example.org", language="en")
    confirm_proof(token=token_of(proof))
    change(proof, proved_at=timezone.now() - timedelta(days=340))
    assert next_day(proof) == "proved" and present(proof).misses == 1
    change(proof, proved_at=timezone.now() - timedelta(days=366))
    assert next_day(proof) == "lost"


def test_several_may_prove_one_domain_and_pages_say_so(alice, charlie, zone):
    for actor, handle in ((alice, "harbour-pine"), (charlie, "foxglove")):
        save_creator_page(actor=actor, fields=CreatorFields(handle=handle, is_public=True))
    first = prove_by_record(actor=alice, domain="example.org")
    second = prove_by_record(actor=charlie, domain="example.org")
    zone[record_name("example.org")] = texts(first.challenge, second.challenge)
    assert [look(first), look(second)] == ["proved", "proved"]
    with tenant_scope(alice.organisation):
        page = CreatorPage.objects.for_organisation(alice.organisation).get()
        assert [other.handle for other in also_proved_by(page)] == ["foxglove"]


def test_removing_a_domain_takes_the_mark_at_once(alice, zone):
    save_creator_page(actor=alice, fields=CreatorFields(handle="harbour-pine"))
    make_listing(alice)
    proof = proved_by_record(alice, zone)
    drop_domain(actor=alice, proof_id=proof.public_id)
    assert marked(alice) == ("", {False})


def test_members_may_not_and_outsiders_find_nothing(alice, bob, charlie):
    proof = prove_by_record(actor=alice, domain="example.org")
    with pytest.raises(PermissionDenied):
        prove_by_record(actor=bob, domain="example.org")
    with pytest.raises(NotFound):
        check_domain(actor=charlie, proof_id=proof.public_id)
    with pytest.raises(NotFound):
        drop_domain(actor=charlie, proof_id=proof.public_id)
