"""A new secret for a key, with an overlap."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import NewApiKey, create_api_key
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.actions.rotate_api_key import KeyEnded, NotYourKey, rotate_api_key
from organisations.actors import Actor
from organisations.models import ApiKey
from organisations.permissions import Permission
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import audit_of
from tests.organisations.test_create_api_key import with_key


def make(actor: Actor, **changes: object) -> NewApiKey:
    return create_api_key(actor=actor, name="Nightly", scopes=actor.permissions, **changes)  # type: ignore[arg-type]


def works(secret: str) -> bool:
    return bool(with_key(secret).get("/api/v1/organisation").status_code == 200)


def end_overlap(actor: Actor, made: NewApiKey) -> None:
    with tenant_scope(actor.organisation):
        rows = ApiKey.objects.for_organisation(actor.organisation).filter(pk=made.key.pk)
        rows.update(expires_at=timezone.now() - timedelta(seconds=1))


def test_both_work_until_the_overlap_ends(bob: Actor) -> None:
    old = make(bob, monthly_budget_micro=9_000)
    new = rotate_api_key(actor=bob, key_id=old.key.public_id, overlap_hours=24)
    assert new.secret != old.secret and works(old.secret) and works(new.secret)
    assert (new.key.scopes, new.key.monthly_budget_micro, new.key.origin_id) == (
        old.key.scopes,
        9_000,
        old.key.pk,
    )
    assert "api_key.rotated" in audit_of(bob)
    end_overlap(bob, old)
    assert not works(old.secret) and works(new.secret)


def test_without_an_overlap_the_old_one_ends_at_once(bob: Actor) -> None:
    old = make(bob)
    new = rotate_api_key(actor=bob, key_id=old.key.public_id, overlap_hours=0)
    assert not works(old.secret) and works(new.secret)


def test_an_earlier_end_stays(bob: Actor) -> None:
    soon = timezone.now() + timedelta(hours=1)
    old = make(bob, expires_at=soon)
    new = rotate_api_key(actor=bob, key_id=old.key.public_id, overlap_hours=24)
    with tenant_scope(bob.organisation):
        assert ApiKey.objects.for_organisation(bob.organisation).get(pk=old.key.pk).expires_at == soon
    assert new.key.expires_at == soon


def test_once_only_and_not_when_it_ended(bob: Actor) -> None:
    rotated, revoked = make(bob), make(bob)
    rotate_api_key(actor=bob, key_id=rotated.key.public_id, overlap_hours=1)
    revoke_api_key(actor=bob, key_id=revoked.key.public_id)
    for key in (rotated, revoked):
        with pytest.raises(KeyEnded):
            rotate_api_key(actor=bob, key_id=key.key.public_id, overlap_hours=1)


@pytest.mark.parametrize("hours", [-1, 721])
def test_the_overlap_has_bounds(bob: Actor, hours: int) -> None:
    with pytest.raises(InvalidInput):
        rotate_api_key(actor=bob, key_id=make(bob).key.public_id, overlap_hours=hours)


def test_an_administrator_gets_nobody_elses_secret(alice: Actor, bob: Actor) -> None:
    with pytest.raises(NotYourKey):
        rotate_api_key(actor=alice, key_id=make(bob).key.public_id, overlap_hours=1)


def test_others_do_not_see_it(alice: Actor, bob: Actor, charlie: Actor) -> None:
    for actor, key in ((bob, make(alice)), (charlie, make(alice))):
        with pytest.raises(NotFound):
            rotate_api_key(actor=actor, key_id=key.key.public_id, overlap_hours=1)


def test_a_key_gives_no_more_rights_than_it_has(alice: Actor) -> None:
    broad = make(alice)
    narrow = create_api_key(actor=alice, name="Narrow", scopes=[Permission.MANAGE_KEYS])
    path = f"/api/v1/organisation/keys/{broad.key.public_id}/rotate"
    assert with_key(narrow.secret).post(path, {"overlap_hours": 1}).status_code == 400
    assert works(broad.secret)


def test_a_key_may_rotate_itself(bob: Actor) -> None:
    old = make(bob)
    path = f"/api/v1/organisation/keys/{old.key.public_id}/rotate"
    answer = with_key(old.secret).post(path, {"overlap_hours": 1})
    assert answer.status_code == 201 and works(answer.json()["key"])


def test_the_list_says_rotated(bob: Actor) -> None:
    old = make(bob)
    browser = client_for(bob)
    answer = browser.post(f"/organisation/keys/{old.key.public_id}/rotate", {"overlap_hours": "24"})
    assert (answer.status_code, "bk_" in answer.content.decode()) == (201, True)
    page = browser.get("/organisation/keys/").content.decode()
    assert "rotated, ends" in page and "bk_" in page and old.secret not in page
    rows = api_client_for(bob).get("/api/v1/organisation/keys").json()["results"]
    row = next(row for row in rows if row["id"] == old.key.public_id)
    assert row["successor"] in {other["id"] for other in rows}
