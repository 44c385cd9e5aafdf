"""Asking a service as whoever connected it: signed, guarded, patient with rate limits, and never led elsewhere."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from asgiref.sync import async_to_sync
from django.utils.translation import gettext_lazy as _

from assistants.actions.origins.waiting import seconds_asked
from assistants.connections.actions.refuse_credential import refuse_credential
from assistants.connections.credentials import Credential, credential_for, renewed_credential
from assistants.connections.oauth.errors import ConnectionBroken, TokenUnavailable
from assistants.connections.refs import ProfileRef
from kernel.egress import guarded_client
from kernel.errors import DomainError, NotFound
from organisations.actors import Actor

SECONDS = 60.0
LISTING_BYTES = 16 * 1024 * 1024
PATIENCE = 20.0  # seconds that are waited for in place; a longer wait is for another slice
TRIES = 4
_FAULTS = (500, 502, 503, 504)
logger = structlog.get_logger(__name__)


class OriginError(DomainError):
    """A service outside did not give what was asked of it."""

    code = "origin_unavailable"
    status = 502
    user_message = _("%(service)s fails just now. Try again in a while.")


class NotConnected(OriginError):
    """Nobody is connected, or the service no longer accepts who is."""

    code = "connection_missing"
    status = 409
    user_message = _("%(service)s does not accept the account that was connected any more. Connect it again.")


class RemoteMissing(OriginError):
    """What was asked for is not there for this account."""

    code = "origin_missing"
    status = 404
    user_message = _(
        "%(service)s no longer has this, or the connected account may not see it. Choose another place, or ask its owner to"
        " share it."
    )


class RemoteRefused(OriginError):
    """The account may not have it, or the service leads elsewhere."""

    code = "origin_refused"
    status = 403
    user_message = _(
        "%(service)s does not let the connected account read this. Ask its owner for access, or connect with more rights."
    )


class Throttled(OriginError):
    """The service wants to be asked again later; `seconds` says when."""

    code = "origin_throttled"
    status = 429
    user_message = _(
        "%(service)s limits how often it may be asked. Go on in %(wait)s seconds; a sync waits by itself."
    )

    def __init__(self, *, service: str, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(service=service, wait=round(seconds))

    @property
    def details(self) -> dict[str, Any]:
        """When to try again."""
        return {"retry_after": round(self.seconds)}


class Service:
    """One account at one service, for a while.

    Args:
        title: the service's name, for sentences.
        base: where it is asked; calls go to this origin alone, and no redirect leads away from it.
        profile: how calls are signed; None where they are not.
        actor: whose connection signs.
        pause: waits that many seconds, keeping whatever must be kept; None where nobody waits.
    """

    def __init__(
        self,
        *,
        title: str,
        base: str,
        profile: ProfileRef | None,
        actor: Actor,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self.title, self.base, self.profile, self.actor = title, base.rstrip("/"), profile, actor
        self._pause = pause
        self._credential: Credential | None = None

    def get_json(self, path: str, params: Mapping[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """A document that a GET answers. Raises what `ask` does."""
        return self.document(self.ask("GET", path, params=params, **more))

    def post_json(self, path: str, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """A document that a POST answers, which only asks too. Raises what `ask` does."""
        return self.document(self.ask("POST", path, body=body, **more))

    def document(self, data: bytes) -> dict[str, Any]:
        """An answer as a JSON object; a list becomes its `items`.

        Raises:
            OriginError: it is none.
        """
        try:
            found = orjson.loads(data)
        except ValueError:
            raise OriginError(service=self.title) from None
        if isinstance(found, list):
            return {"items": found}
        if not isinstance(found, dict):
            raise OriginError(service=self.title)
        return found

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        most: int = LISTING_BYTES,
    ) -> bytes:
        """The body of what the service answers.

        Args:
            path: below the base, with a slash at its beginning. most: bytes of the answer.

        Raises:
            NotConnected, RemoteMissing, RemoteRefused, Throttled, OriginError: as their names say.
            EgressError: it cannot be reached, or sent more than `most`.
            HostForbidden: a policy is against it.
        """
        renewed = False
        for attempt in range(TRIES):
            answer = self._sent(method, path, params or {}, headers or {}, body, most)
            if answer.status_code == 401:
                if self.profile is None:
                    raise RemoteRefused(service=self.title)
                self.renew(again=renewed)
                renewed = True
            elif (seconds := seconds_asked(answer)) is not None:
                self._wait(seconds, last=attempt == TRIES - 1)
            elif answer.status_code in _FAULTS and self._pause and attempt < TRIES - 1:
                self._pause(2.0**attempt)
            else:
                return self._body(answer)
        raise OriginError(service=self.title)

    def credential(self) -> Credential | None:
        """What signs calls now; None where they are not signed.

        Raises:
            NotConnected: there is nothing to sign with.
            OriginError: the service could not be asked to renew it.
        """
        if self.profile is None:
            return None
        if self._credential is None:
            with self._told():
                self._credential = async_to_sync(credential_for)(self.profile, self.actor)
            if self._credential is None:
                raise NotConnected(service=self.title)
        return self._credential

    def renew(self, *, again: bool) -> None:
        """Have another credential in the place of one that was refused, as turns do: a token may end before its time.

        Args:
            again: whether a renewed one was refused too; then the consent is over, and its person has to connect anew.

        Raises:
            NotConnected: there is nothing else to sign with.
            OriginError: the service could not be asked to renew it.
        """
        refused, self._credential = self._credential, None
        if self.profile is None or refused is None:
            raise NotConnected(service=self.title)
        if not again:
            with self._told():
                self._credential = async_to_sync(renewed_credential)(self.profile, self.actor, refused)
        if self._credential is None:
            refuse_credential(organisation=self.actor.organisation, connection_id=refused.connection_id)
            raise NotConnected(service=self.title)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Around asking for a credential: what ends it, in this room's words."""
        try:
            yield
        except (ConnectionBroken, NotFound):
            raise NotConnected(service=self.title) from None
        except TokenUnavailable:
            raise OriginError(service=self.title) from None

    def _sent(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
        most: int,
    ) -> Any:
        signed, query = {"accept": "application/json", **headers}, dict(params)
        credential = self.credential()
        if credential is not None:
            if urlsplit(credential.origin).netloc != urlsplit(self.base).netloc:
                raise NotConnected(service=self.title)  # it was given for another address
            credential.sign(signed, query)
        options: dict[str, Any] = {"params": query} if query else {}
        if body is not None:
            options["json"] = dict(body)
        with guarded_client(total=SECONDS, timeout=SECONDS, max_bytes=most, stay_at_origin=True) as client:
            return client.request(method, self.base + path, headers=signed, **options)

    def _wait(self, seconds: float, *, last: bool) -> None:
        if self._pause is None or last or seconds > PATIENCE:
            raise Throttled(service=self.title, seconds=max(seconds, 1.0))
        self._pause(seconds)

    def _body(self, answer: Any) -> bytes:
        status = answer.status_code
        if status == 200:
            return bytes(answer.content)
        if status in (404, 410):
            raise RemoteMissing(service=self.title)
        if status < 500 and status != 408:
            raise RemoteRefused(service=self.title)
        raise OriginError(service=self.title)


@contextmanager
def intelligible(service: Service) -> Iterator[None]:
    """Around the reading of answers: one that is not shaped as the service's reference says is its failure, and not ours.

    Raises:
        OriginError: an answer could not be understood.
    """
    try:
        yield
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        logger.warning("origin_not_understood", service=service.title, error=repr(error)[:200])
        raise OriginError(service=service.title) from error


def rest(seconds: float) -> None:
    """Wait; what a sync gives a service to wait with, after it kept its lease."""
    time.sleep(seconds)
