"""`Idempotency-Key`: a POST sent again answers as it did the first time."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.parsers import MultiPartParser
from rest_framework.test import APIRequestFactory

from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.api import idempotency
from organisations.api.base import OrganisationAPIView
from organisations.models import ApiKey
from tests.fixtures.people import api_client_for, client_for

PATH = "/api/v1/organisation/keys"
WANTED = {"name": "CI", "scopes": ["assistants:use"]}


def keys_named(actor: Actor, name: str) -> int:
    with tenant_scope(actor.organisation):
        return ApiKey.objects.for_organisation(actor.organisation).filter(name=name).count()


def test_the_same_request_is_done_once_and_answered_alike(alice: Actor) -> None:
    client = api_client_for(alice)
    first = client.post(PATH, WANTED, headers={"Idempotency-Key": "one"})
    second = client.post(PATH, WANTED, headers={"Idempotency-Key": "one"})
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert (first.headers.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert keys_named(alice, "CI") == 1


def test_without_a_key_every_request_counts(alice: Actor) -> None:
    client = api_client_for(alice)
    assert [client.post(PATH, WANTED).status_code for _ in range(2)] == [201, 201]
    assert keys_named(alice, "CI") == 2


def test_a_refusal_is_repeated_too(alice: Actor) -> None:
    client = api_client_for(alice)
    answers = [client.post(PATH, {"name": ""}, headers={"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Content-Type"] == "application/problem+json"


def test_a_key_belongs_to_one_request(alice: Actor) -> None:
    client = api_client_for(alice)
    client.post(PATH, WANTED, headers={"Idempotency-Key": "one"})
    other = client.post(PATH, {**WANTED, "name": "Other"}, headers={"Idempotency-Key": "one"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    elsewhere = client.post("/api/v1/organisation/invitations", WANTED, headers={"Idempotency-Key": "one"})
    assert elsewhere.json()["code"] == "idempotency_key_reused"


def test_a_request_that_still_runs_is_not_started_again(alice: Actor) -> None:
    request = _json_request(alice)
    claim = idempotency.begin(alice, "one", idempotency.request_fingerprint(request))
    assert isinstance(claim, idempotency.Claim)
    answer = client_for(alice).post(
        PATH, WANTED, content_type="application/json", headers={"Idempotency-Key": "one"}
    )
    assert answer.status_code == 409
    idempotency.release(claim)
    assert isinstance(idempotency.begin(alice, "one", claim.fingerprint), idempotency.Claim)


def test_two_people_of_one_organisation_never_get_each_others_answers(alice: Actor, bob: Actor) -> None:
    answers = [
        api_client_for(actor).post(PATH, WANTED, headers={"Idempotency-Key": "one"}).json()
        for actor in (alice, bob)
    ]
    assert answers[0]["key"] != answers[1]["key"]


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "schlüssel"])
def test_an_odd_key_is_refused(alice: Actor, key: str) -> None:
    answer = client_for(alice).post(
        PATH, WANTED, content_type="application/json", headers={"Idempotency-Key": key}
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


def test_what_is_kept_is_encrypted(alice: Actor, redis_client: Any) -> None:
    secret = api_client_for(alice).post(PATH, WANTED, headers={"Idempotency-Key": "one"}).json()["key"]
    (name,) = redis_client.keys("idempotency:*")
    assert secret.encode() not in redis_client.get(name)
    assert 0 < redis_client.ttl(name) <= 24 * 3600


def test_our_own_fault_frees_the_key(alice: Actor) -> None:
    claim = idempotency.begin(alice, "one", "fingerprint")
    assert isinstance(claim, idempotency.Claim)
    idempotency.finish(claim, idempotency.StoredResponse(503, "text/plain", b"", {}))
    assert isinstance(idempotency.begin(alice, "one", "fingerprint"), idempotency.Claim)


def test_an_uploaded_file_is_part_of_the_fingerprint_and_still_readable() -> None:
    same, again, other = (_upload(content) for content in (b"abc" * 9000, b"abc" * 9000, b"abd" * 9000))
    assert idempotency.request_fingerprint(same) == idempotency.request_fingerprint(again)
    assert idempotency.request_fingerprint(same) != idempotency.request_fingerprint(other)
    assert len(same.FILES["file"].read()) == 27000


async def test_the_streaming_endpoints_share_the_same_keys(redis_client: Any) -> None:
    actor: Any = _Somebody()
    claim = await idempotency.begin_async(actor, "one", "fingerprint")
    assert isinstance(claim, idempotency.Claim)
    with pytest.raises(idempotency.IdempotencyInProgress):
        await idempotency.begin_async(actor, "one", "fingerprint")
    await idempotency.finish_async(claim, idempotency.StoredResponse(200, "application/json", b"{}", {}))
    seen = idempotency.begin(actor, "one", "fingerprint")
    assert isinstance(seen, idempotency.StoredResponse)
    assert seen.body == b"{}"


class _Somebody:
    class organisation:
        pk = 1

    user_id = 1
    api_key_id = None


class _Upload(OrganisationAPIView):
    parser_classes = (MultiPartParser,)


def _upload(content: bytes) -> Any:
    file = SimpleUploadedFile("a.txt", content)
    request = APIRequestFactory().post("/files", {"file": file, "title": "A"}, format="multipart")
    return _Upload().initialize_request(request)


def _json_request(actor: Actor) -> Any:
    request = APIRequestFactory().generic("POST", PATH, json.dumps(WANTED), content_type="application/json")
    return OrganisationAPIView().initialize_request(request)
