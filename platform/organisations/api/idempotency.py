"""`Idempotency-Key`: a POST that is sent again answers as it did the first time, for 24 hours.

A key belongs to one person or API key of one organisation. Beside the finished response stands a fingerprint of the
request, so that a key used for something else is refused instead of answered wrongly. Stored bodies are encrypted:
the answer to making an API key holds its secret.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import cast

import orjson
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from kernel.errors import Conflict, InvalidInput
from kernel.redis import async_redis, sync_redis
from organisations.actors import Actor

KEPT_SECONDS = 24 * 3600
RUNNING_SECONDS = 600  # after a crash in mid-request, when the same key may be used again
HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
KEPT_HEADERS = ("Location", "ETag")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_RUNNING = b"running:"


class IdempotencyInProgress(Conflict):
    code = "idempotency_in_progress"
    user_message = _(
        "The first request with this Idempotency-Key is still being worked on. Try again in a moment."
    )


class IdempotencyKeyReused(Conflict):
    code = "idempotency_key_reused"
    user_message = _(
        "This Idempotency-Key was used for another request. Use a fresh one for each new request."
    )


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """An answer that was given before."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer a key for the first time: end it with `finish` or `release`."""

    name: str
    fingerprint: str


def begin(actor: Actor, key: str, fingerprint: str) -> Claim | StoredResponse:
    """Claim a key, or find the answer that was given to it.

    Args:
        key: the header's value.
        fingerprint: of the request, see `fingerprint_of`.

    Raises:
        InvalidInput: the key is empty, too long or has odd characters.
        IdempotencyInProgress: another request with this key runs now.
        IdempotencyKeyReused: the key belongs to another request.
    """
    claim = _claim(actor, key, fingerprint)
    if sync_redis().set(claim.name, _RUNNING + fingerprint.encode(), nx=True, ex=RUNNING_SECONDS):
        return claim
    return _stored(claim, sync_redis().get(claim.name)) or claim


def finish(claim: Claim, response: StoredResponse) -> None:
    """Keep the answer for 24 hours where repeating it is right; else give the key free."""
    if is_final(response.status):
        sync_redis().set(claim.name, _encoded(claim, response), ex=KEPT_SECONDS)
    else:
        release(claim)


def release(claim: Claim) -> None:
    """Give the key free: the request failed on our side and may be tried again."""
    sync_redis().delete(claim.name)


async def begin_async(actor: Actor, key: str, fingerprint: str) -> Claim | StoredResponse:
    """`begin` for the streaming endpoints."""
    claim = _claim(actor, key, fingerprint)
    if await async_redis().set(claim.name, _RUNNING + fingerprint.encode(), nx=True, ex=RUNNING_SECONDS):
        return claim
    return _stored(claim, await async_redis().get(claim.name)) or claim


async def finish_async(claim: Claim, response: StoredResponse) -> None:
    """`finish` for the streaming endpoints."""
    if is_final(response.status):
        await async_redis().set(claim.name, _encoded(claim, response), ex=KEPT_SECONDS)
    else:
        await release_async(claim)


async def release_async(claim: Claim) -> None:
    """`release` for the streaming endpoints."""
    await async_redis().delete(claim.name)


def is_final(status: int) -> bool:
    """Whether the same request would be answered alike again: not after our own fault or a rate limit."""
    return 200 <= status < 500 and status != 429


def fingerprint_of(method: str, path: str, body: Iterable[bytes]) -> str:
    """What makes two requests the same request.

    Args:
        path: with its query.
        body: its bytes, in any number of pieces.
    """
    digest = blake2b(f"{method} {path}\n".encode(), digest_size=20)
    for piece in body:
        digest.update(piece)
    return digest.hexdigest()


def request_fingerprint(request: Request) -> str:
    """The fingerprint of a REST request; an uploaded file is read in chunks from where it was spooled."""
    form = (request.content_type or "").startswith("multipart/")
    pieces = _form_pieces(request) if form else [request._request.body]
    return fingerprint_of(str(request.method), request.get_full_path(), pieces)


def replay(stored: StoredResponse) -> HttpResponse:
    """The stored answer as a response, marked as such."""
    response = HttpResponse(stored.body, status=stored.status, content_type=stored.content_type)
    for name, value in {**stored.headers, REPLAYED_HEADER: "true"}.items():
        response[name] = value
    return response


def stored_from(response: HttpResponseBase) -> StoredResponse:
    """What is kept of a rendered response."""
    return StoredResponse(
        status=response.status_code,
        content_type=response.get("Content-Type", ""),
        body=bytes(getattr(response, "content", b"")),
        headers={name: response[name] for name in KEPT_HEADERS if response.has_header(name)},
    )


def _form_pieces(request: Request) -> Iterable[bytes]:
    form = cast("QueryDict", request.data)
    for name in sorted(form):
        for value in form.getlist(name):
            yield f"\n{name}=".encode()
            yield from _file_pieces(value) if isinstance(value, UploadedFile) else [str(value).encode()]


def _file_pieces(file: "UploadedFile[bytes]") -> Iterable[bytes]:
    yield f"{file.name}:{file.size}\n".encode()
    yield from file.chunks()
    file.seek(0)


def _claim(actor: Actor, key: str, fingerprint: str) -> Claim:
    if not _KEY.fullmatch(key):
        message = _("Use 1 to 255 visible ASCII characters, for example a UUID.")
        raise InvalidInput.on(HEADER, "invalid_idempotency_key", message)
    # Two people of one organisation must never be given each other's answers.
    owner = f"{actor.organisation.pk}:{actor.user_id}:{actor.api_key_id or ''}"
    return Claim(f"idempotency:{owner}:{sha256(key.encode()).hexdigest()}", fingerprint)


def _stored(claim: Claim, value: bytes | str | None) -> StoredResponse | None:
    if not isinstance(value, bytes):  # its time ended between the two questions
        return None
    if value.startswith(_RUNNING):
        same = value[len(_RUNNING) :].decode() == claim.fingerprint
        raise IdempotencyInProgress if same else IdempotencyKeyReused
    try:
        document = orjson.loads(_cipher().decrypt(value))
    except InvalidToken:  # the server's secret changed meanwhile
        return None
    if document["fingerprint"] != claim.fingerprint:
        raise IdempotencyKeyReused
    body = base64.b64decode(document["body"])
    return StoredResponse(document["status"], document["content_type"], body, document["headers"])


def _encoded(claim: Claim, response: StoredResponse) -> bytes:
    document = {
        "fingerprint": claim.fingerprint,
        "status": response.status,
        "content_type": response.content_type,
        "headers": response.headers,
        "body": base64.b64encode(response.body).decode(),
    }
    return _cipher().encrypt(orjson.dumps(document))


@lru_cache(maxsize=1)
def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(sha256(f"idempotency:{settings.SECRET_KEY}".encode()).digest()))
