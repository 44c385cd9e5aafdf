"""What every REST view of the house stands on."""

from contextlib import ExitStack
from dataclasses import replace
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.errors import FieldError, InvalidInput, NotAuthenticated
from kernel.pagination import DEFAULT_LIMIT, paginate
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.api import idempotency
from organisations.api.rates import check_rate
from organisations.permissions import Permission, require, require_second_factor
from organisations.queries import anonymous_actor


class StrictSerializer(serializers.Serializer[Any]):
    """An input that refuses fields it does not know, by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: [serializers.ErrorDetail(str(_("There is no such field.")), "unknown_field")]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)


class HasDeclaredPermission(BasePermission):
    """Checks the permission that the view declares for the method."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the actor may; raises our own errors so that the answer says why."""
        actor = actor_of(request)
        # HEAD runs the view's GET, so it asks for what GET asks for.
        method = "GET" if request.method == "HEAD" else request.method
        needed = view.permissions.get(method, view.permission) if view.permissions else view.permission
        require_second_factor(actor)
        if needed is None:
            if not view.public and actor.is_anonymous:
                raise NotAuthenticated
            return True
        require(actor, needed)
        return True


def actor_of(request: Request) -> Actor:
    """The actor whom authentication found, with the request's id and address."""
    actor = cast("Actor | None", request.auth)
    request_id = getattr(request._request, "request_id", "")
    ip = str(request.META.get("REMOTE_ADDR") or "")
    if actor is None:
        return anonymous_actor(request_id=request_id, ip=ip)
    return replace(actor, request_id=request_id, ip=ip)


class _SeenBefore(Exception):
    """Ends a request that was answered before."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


class OrganisationAPIView(APIView):
    """A REST view of the actor's organisation.

    Declare `permission`, or `permissions` by method; `public = True` with no permission lets strangers in.
    A GET runs inside the organisation's scope; other methods call actions, which open their own.
    """

    permission_classes = (HasDeclaredPermission,)
    permission: ClassVar[Permission | None] = None
    permissions: ClassVar[dict[str, Permission]] = {}
    public: ClassVar[bool] = False
    actor: Actor
    _claim: idempotency.Claim | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Settle who acts, after authentication and permissions."""
        super().initial(request, *args, **kwargs)
        self.actor = request.actor = actor_of(request)  # type: ignore[attr-defined]
        self._honour_idempotency_key(request)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Serve a GET inside the organisation's scope."""
        with ExitStack() as self._scopes:
            self._scopes.callback(self._release_unfinished)
            response = super().dispatch(request, *args, **kwargs)
            if isinstance(response, Response):
                response.render()
            self._keep_answer(response)
        return response

    def handle_exception(self, exc: Exception) -> Response:
        """Answer for an error; a request seen before gets the answer that it got then."""
        return exc.response if isinstance(exc, _SeenBefore) else super().handle_exception(exc)  # type: ignore[return-value]

    def check_throttles(self, request: Request) -> None:
        """Refuse callers who ask more often than the operator allows."""
        check_rate(actor_of(request))

    def _honour_idempotency_key(self, request: Request) -> None:
        key = request.headers.get(idempotency.HEADER)
        if request.method != "POST" or key is None or self.actor.is_anonymous:
            return
        begun = idempotency.begin(self.actor, key, idempotency.request_fingerprint(request))
        if isinstance(begun, idempotency.StoredResponse):
            raise _SeenBefore(idempotency.replay(begun))
        self._claim = begun

    def _keep_answer(self, response: HttpResponseBase) -> None:
        if self._claim and not response.streaming:
            idempotency.finish(self._claim, idempotency.stored_from(response))
            self._claim = None

    def _release_unfinished(self) -> None:
        if self._claim:
            idempotency.release(self._claim)

    def check_permissions(self, request: Request) -> None:
        """Check, then open the scope that a GET reads in."""
        super().check_permissions(request)
        if request.method in ("GET", "HEAD"):
            self._scopes.enter_context(tenant_scope(actor_of(request).organisation))

    def leave_scope(self) -> None:
        """End the scope of a GET: what comes now, such as reading from storage, is not for a transaction."""
        self._scopes.close()

    def page_response(
        self,
        request: Request,
        queryset: QuerySet[Any],
        output: Any,
        *,
        order: tuple[str, ...] = ("-created_at", "-id"),
        context: dict[str, Any] | None = None,
    ) -> Response:
        """A page of a list: `{results, next, previous}` with cursors."""
        page = paginate(
            queryset, cursor=request.query_params.get("cursor"), limit=limit_of(request), order=order
        )
        results = output(
            page.results, many=True, context={"request": request, "actor": self.actor, **(context or {})}
        ).data
        return Response({"results": results, "next": page.next, "previous": page.previous})

    def read_input(
        self, request: Request, serializer: type[serializers.BaseSerializer[Any]]
    ) -> dict[str, Any]:
        """The validated body; a body that is no object is refused."""
        if not isinstance(request.data, dict):
            raise InvalidInput(errors=[FieldError("body", "not_an_object", str(_("Send a JSON object.")))])
        checked = serializer(data=request.data, context={"request": request, "actor": self.actor})
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)


def limit_of(request: Request) -> int:
    """`?limit=`, up to 100.

    Raises:
        InvalidInput: it is not a whole number.
    """
    raw = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 3 and 1 <= int(raw) <= 100):
        raise InvalidInput.on("limit", "invalid_limit", _("The limit is a whole number from 1 to 100."))
    return int(raw)
