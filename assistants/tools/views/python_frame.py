"""The document that Python runs in: nothing of it is anybody's, so strangers may have it too."""

from pathlib import Path
from secrets import token_urlsafe

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from organisations.pages import public_page

FOLDER = Path(__file__).resolve().parents[1] / "python"
# Scripts of our own by their nonce, and what we make of bytes that the page hands in; no network, no pictures, no forms.
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' blob: 'wasm-unsafe-eval'; worker-src blob:; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts"
)


@public_page()
def python_frame(request: HttpRequest) -> HttpResponse:
    """Send it, under a policy of its own."""
    nonce = token_urlsafe(18)
    parts = {name: mark_safe((FOLDER / file).read_text()) for name, file in FILES.items()}
    response = HttpResponse(render_to_string("tools/python_frame.html", {**parts, "nonce": nonce}))
    response["Content-Security-Policy"] = POLICY.format(nonce=nonce)
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "no-store"
    return response


FILES = {"worker": "worker.js", "guest": "guest.py", "frame": "frame.js"}
