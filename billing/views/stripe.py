"""Where Stripe posts its news."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from billing.payments.gateway import payments_on
from billing.payments.inbox import receive
from billing.payments.signatures import BadSignature
from kernel.errors import NotFound, TooLarge
from kernel.ratelimit import Limit, take

MAX_BODY = 1024 * 1024
# What is signed is never limited, or somebody else's noise could shut Stripe out.
UNSIGNED = Limit(30, 60)


# No session and no form: what may come in is what Stripe has signed.
@csrf_exempt
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Keep an event and answer at once; a worker acts on it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not payments_on():
        raise NotFound
    if _announced(request) > MAX_BODY or len(request.body) > MAX_BODY:
        raise TooLarge(limit="1 MB")
    try:
        new = receive(request.body, request.headers.get("Stripe-Signature", ""))
    except BadSignature:
        take(f"webhooks:unsigned:{request.META.get('REMOTE_ADDR') or ''}", UNSIGNED)
        raise
    return JsonResponse({"received": True, "new": new})


def _announced(request: HttpRequest) -> int:
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(announced) if announced.isdigit() else 0


stripe_webhook.is_public = True  # type: ignore[attr-defined]
stripe_webhook.allowed_methods = ("POST",)  # type: ignore[attr-defined]
