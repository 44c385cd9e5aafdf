"""One call of an operation, made by somebody who builds, with their own connection: what was sent and what came back."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions import signing
from assistants.actions.calling.addresses import refuse_second
from assistants.actions.calling.approved_tools import check_tool
from assistants.actions.calling.breaker import Breaker
from assistants.actions.calling.carrying import SECONDS, CallTimedOut, Target, intention_of
from assistants.actions.calling.connecting import CreatorNotConnected, NotConnected
from assistants.actions.calling.failures import failure_of, refuses_credential
from assistants.actions.calling.planned import PlannedAction, read_operation
from assistants.actions.calling.recording import Made, record_call, record_refusal
from assistants.actions.mcp.client import call_tool
from assistants.actions.models import Action, ActionCall
from assistants.actions.openapi.checking import check_arguments
from assistants.actions.openapi.documents import READS, ReadOperation
from assistants.actions.openapi.preparing import prepare
from assistants.actions.queries import access_action, access_operation
from assistants.connections.credentials import Credential, credential_for, renewed_credential
from assistants.connections.hosts import origin_of
from assistants.connections.models import AuthProfile
from assistants.connections.queries import look_up, ref_of
from assistants.connections.refs import ProfileRef, start_url
from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.tools import TurnContext
from assistants.turns.trust import Trust
from kernel.db import run_db
from kernel.egress import guarded_async_client
from kernel.errors import Conflict, DomainError, InvalidInput
from kernel.ratelimit import Limit, take_async
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.host_policy import held_to_policies_async
from organisations.permissions import Permission, require

SHOWN = 20_000  # characters of a body
MOST_BYTES = 4 * 1024 * 1024
HIDDEN = "•••"
TOKEN = "$TOKEN"  # noqa: S105 -- what stands in a command in a secret's place
_KEPT_BACK = frozenset({"set-cookie", "www-authenticate", "proxy-authenticate", "authentication-info"})


class ConfirmFirst(Conflict):
    code = "confirmation_needed"
    user_message = gettext_lazy(
        "%(operation)s changes something at %(host)s, so it was not called. Send `confirmed` to call it."
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """A call as it was made.

    Attributes:
        request: {method, url, headers, body}; a credential shows as dots. body: text, or None.
        response: {status, headers, failed, reason, body, truncated, milliseconds, bytes}; None where nothing came back.
            Status None: MCP. failed: the answer itself says that the call failed, whatever its status, and `reason` why.
        curl: the same call as a command, with `$TOKEN` where a secret stands.
        error: {code, message}; None where the server answered, whatever it answered.
    """

    request: dict[str, Any]
    response: dict[str, Any] | None
    curl: str
    error: dict[str, str] | None = None

    def document(self) -> dict[str, Any]:
        """Its public form."""
        return {
            "request": self.request,
            "response": self.response,
            "curl": self.curl,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class _Back:
    """What came back, in its public form, and whether it refuses the credential."""

    response: dict[str, Any]
    refused: bool = False


_Send = Callable[[], Awaitable[_Back]]


async def try_operation(
    *,
    actor: Actor,
    assistant_id: str,
    action_id: str,
    operation: str,
    arguments: dict[str, Any],
    confirmed: bool = False,
) -> Tried:
    """Call an operation as the action's present revision describes it, whether it is on or not. It is written down.

    Args:
        operation: its key. confirmed: somebody has seen that it writes, and wants that.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the assistant has no such action, or the action no such operation.
        InvalidInput: the arguments do not work, and which.
        ConfirmFirst: it writes, and nobody said that it should.
        NotConnected, CreatorNotConnected, ConnectionBroken: there is no credential to sign it with.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    planned, known = await run_db(_planned, actor, assistant_id, action_id, operation)
    arguments = check_arguments(known, arguments)
    credential = await _credential(actor, planned)
    target = Target(planned, known, credential)
    context = _context(actor, assistant_id, await run_db(signing.assistant_name, actor, assistant_id))
    if known.risk != READS and not confirmed:
        refusal = ConfirmFirst(operation=known.summary or known.key, host=planned.host)
        await run_db(record_refusal, context, intention_of(target, arguments), refusal)
        raise refusal
    who = actor.user_id or f"key{actor.api_key_id}"
    await take_async(f"action:{{{planned.id}}}:{who}", Limit(settings.ACTION_CALLS_A_MINUTE, 60))
    return await _carried_out(context, target, arguments)


def _planned(
    actor: Actor, assistant_id: str, action_id: str, key: str
) -> tuple[PlannedAction, ReadOperation]:
    with tenant_scope(actor.organisation):
        action = access_action(actor.organisation, assistant_id, action_id)
        known = read_operation(access_operation(action, key))
        return planned_now(action, known), known


def planned_now(action: Action, *operations: ReadOperation) -> PlannedAction:
    """An action as its present revision has it, with these operations."""
    profile = signing.present_profile(action)
    return PlannedAction(
        id=action.public_id,
        name=action.name,
        kind=action.kind,
        organisation_id=action.organisation_id,
        server_url=action.server_url,
        profile=ref_of(profile) if profile else None,
        operations={one.key: one for one in operations},
    )


async def _credential(actor: Actor, action: PlannedAction) -> Credential | None:
    if action.profile is None:
        return None
    credential = await credential_for(action.profile, actor)
    if credential is not None:
        return credential
    raise await run_db(_not_connected, action, action.profile)


def _not_connected(action: PlannedAction, ref: ProfileRef) -> DomainError:
    if look_up(ref).owner != AuthProfile.Owner.USER:
        return CreatorNotConnected(service=action.name)
    return NotConnected(service=action.name, address=settings.PUBLIC_URL + start_url(ref, return_to=""))


def _context(actor: Actor, assistant_id: str, name: str) -> TurnContext:
    plan = AssistantPlan(assistant_id, name, actor.organisation.pk, system_prompt="", model_id="")
    return TurnContext("", "", actor, plan, "try", Sources(), Trust(), can_wait=False)


async def _carried_out(context: TurnContext, target: Target, arguments: dict[str, Any]) -> Tried:
    made = Made(ActionCall.Outcome.FAILED)
    made.connection_id = target.credential.connection_id if target.credential else ""
    call = _mcp if target.action.kind == Action.Kind.MCP else _http
    tried, send = call(target, arguments, made)
    started = perf_counter()
    try:
        policies = held_to_policies_async(context.actor.organisation.pk)
        async with asyncio.timeout(SECONDS), policies:
            back = await send()
            if back.refused and (fresh := await _renewed(context.actor, target)) is not None:
                # The service did nothing but refuse the token, so asking again repeats nothing.
                tried, send = call(replace(target, credential=fresh), arguments, made)
                back = await send()
        made.outcome = ActionCall.Outcome.ANSWERED
        milliseconds = round((perf_counter() - started) * 1000)
        return replace(tried, response=back.response | {"milliseconds": milliseconds, "bytes": made.received})
    except TimeoutError:
        made.error_code = CallTimedOut.code
        return _failed(tried, CallTimedOut(host=target.action.host, seconds=round(SECONDS)))
    except InvalidInput:
        raise
    except DomainError as error:
        made.error_code = error.code
        return _failed(tried, error)
    finally:
        made.milliseconds = round((perf_counter() - started) * 1000)
        await asyncio.shield(
            asyncio.ensure_future(run_db(record_call, context, intention_of(target, arguments), made))
        )


async def _renewed(actor: Actor, target: Target) -> Credential | None:
    if target.action.profile is None or target.credential is None:
        return None
    return await renewed_credential(target.action.profile, actor, target.credential)


def _failed(tried: Tried, error: DomainError) -> Tried:
    return replace(tried, error={"code": error.code, "message": error.message})


def _http(target: Target, arguments: dict[str, Any], made: Made) -> tuple[Tried, _Send]:
    request = prepare(target.operation, target.action.server_url, arguments)
    credential = target.credential
    if credential is not None and origin_of(request.url) != credential.origin:
        credential = None
    headers, params = dict(request.headers), dict[str, str]()
    if credential is not None:
        credential.sign(headers, params)
        refuse_second(request.url, params)
    shown = {name: HIDDEN if name not in request.headers else value for name, value in headers.items()}
    body = None if request.content is None else request.content.decode("utf-8", "replace")
    # Where the address itself is the credential, people see no more of it than whose it is.
    called = credential.addressed(request.url) if credential else request.url
    seen = request.url if called == request.url else f"{origin_of(called)}/{HIDDEN}"
    tried = Tried(
        {
            "method": request.method,
            "url": _joined(seen, "&".join(f"{quote(name)}={HIDDEN}" for name in params)),
            "headers": shown,
            "body": body,
        },
        None,
        curl_of(request.method, request.url, request.headers, body, credential),
    )
    made.sent = len(request.content or b"")

    async def send() -> _Back:
        async with guarded_async_client(
            timeout=SECONDS, total=SECONDS, max_bytes=MOST_BYTES, stay_at_origin=True
        ) as client:
            answer = await client.request(
                request.method,
                _joined(called, urlencode(params)),
                headers=headers,
                content=request.content,
            )
        made.status, made.received = answer.status_code, len(answer.content)
        if answer.status_code < 500:
            # A service that a person has just seen answer is asked again in chats.
            await Breaker(target.action.id, target.action.host).answered()
        kind = answer.headers.get("content-type", "")
        text = without_secrets(_readable(answer.content, kind), credential)
        reason = failure_of(target.operation, answer.status_code, answer.content)
        response = {
            "status": answer.status_code,
            "headers": {
                name: without_secrets(value, credential)
                for name, value in answer.headers.items()
                if name.lower() not in _KEPT_BACK
            },
            "failed": reason is not None,
            "reason": without_secrets(reason or "", credential),
            "body": text[:SHOWN],
            "truncated": len(text) > SHOWN,
        }
        return _Back(response, refuses_credential(target.operation, answer.status_code, answer.content))

    return tried, send


def _mcp(target: Target, arguments: dict[str, Any], made: Made) -> tuple[Tried, _Send]:
    action, operation, credential = target.action, target.operation, target.credential
    if credential is not None and origin_of(action.server_url) != credential.origin:
        credential = None
    headers: dict[str, str] = {}
    if credential is not None:
        credential.sign(headers, {})
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": operation.path, "arguments": arguments},
    }
    body = orjson.dumps(message).decode()
    common = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    shown = common | dict.fromkeys(headers, HIDDEN)
    tried = Tried(
        {"method": "POST", "url": action.server_url, "headers": shown, "body": body},
        None,
        curl_of("POST", action.server_url, common, body, credential),
    )
    made.sent = len(body)

    async def send() -> _Back:
        await check_tool(Target(action, operation, credential), headers)
        result = await call_tool(action.server_url, headers, operation.path, arguments, max_bytes=MOST_BYTES)
        text = result.text
        if not text and result.structured is not None:
            text = orjson.dumps(result.structured, option=orjson.OPT_INDENT_2).decode()
        text = without_secrets(text, credential)
        made.received = len(text.encode())
        return _Back(
            {
                "status": None,
                "headers": {},
                "failed": result.is_error,
                "reason": "",
                "body": text[:SHOWN],
                "truncated": result.truncated or len(text) > SHOWN,
            }
        )

    return tried, send


def _readable(content: bytes, content_type: str) -> str:
    kind = content_type.partition(";")[0].strip().lower()
    if kind.endswith("json"):
        try:
            return orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2).decode()
        except ValueError:
            pass
    if not content or kind.startswith("text/") or kind.endswith(("json", "xml", "yaml")):
        return content.decode("utf-8", "replace").replace("\x00", "")
    return _("%(bytes)s bytes of %(kind)s") % {
        "bytes": len(content),
        "kind": kind or "application/octet-stream",
    }


def _joined(url: str, query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def without_secrets(text: str, credential: Credential | None) -> str:
    """A server's words without the credential, should it say it back."""
    for value in credential.hidden if credential else ():
        text = text.replace(value, HIDDEN)
    return text


def curl_of(
    method: str, url: str, headers: Mapping[str, str], body: str | None, credential: Credential | None
) -> str:
    """A call as a command for a shell; a secret is taken from variables `TOKEN`, or `USERNAME` and `PASSWORD`."""
    parts = ["curl", "-X", method]
    for name, value in headers.items():
        parts += ["-H", shlex.quote(f"{name}: {value}")]
    address = shlex.quote(url)
    if credential is not None and credential.secret:
        name = credential.placement.name
        match credential.placement.where:
            case "query":
                address = f'{shlex.quote(_joined(url, urlencode({name: ""})))}"{TOKEN}"'
            case "basic":
                parts += ["-u", '"$USERNAME:$PASSWORD"']
            case "address":
                address = f'"{TOKEN}"'
            case "header":
                parts += ["-H", f'{shlex.quote(f"{name}: ")}"{TOKEN}"']
            case _:
                parts += ["-H", f'"Authorization: Bearer {TOKEN}"']
    if body is not None:
        parts += ["--data-raw", shlex.quote(body)]
    return " ".join([*parts, address])
