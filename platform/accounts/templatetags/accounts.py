"""What the account's pages need of their own: `{% load accounts %}`."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

from accounts.devices import device_name
from accounts.models import SecurityEvent
from accounts.security import Words, about, words_of

register = template.Library()
register.filter("device_name", device_name)


@register.filter
def as_json(value: Any) -> str:
    """A value as JSON, for an attribute that a script reads; the template escapes it."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def event_words(event: SecurityEvent) -> Words:
    """How an event reads."""
    return words_of(event.kind)


@register.filter
def event_about(event: SecurityEvent) -> str:
    """What an event was about."""
    return about(event.detail)


@register.filter
def spaced(code: str) -> str:
    """A recovery code in two halves, which is easier to read and to copy."""
    return f"{code[: len(code) // 2]} {code[len(code) // 2 :]}"
