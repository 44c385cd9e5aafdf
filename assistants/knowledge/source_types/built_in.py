"""Files, texts, questions with answers, web pages, websites, and what another assistant knows."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from assistants.knowledge.actions.add_file import add_file
from assistants.knowledge.actions.add_qa import add_qa
from assistants.knowledge.actions.add_site import add_site
from assistants.knowledge.actions.add_source import Added
from assistants.knowledge.actions.add_text import add_text
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.look_at_page import look_at_page
from assistants.knowledge.actions.visit_site import visit_site
from assistants.knowledge.crawling.settings import DEFAULTS, checked_settings
from assistants.knowledge.models import Source, SourceSet
from kernel.registries import SourceType
from organisations.actors import Actor
from organisations.api.base import StrictSerializer


class FileInput(serializers.Serializer[Any]):
    file = serializers.FileField()


class TextInput(StrictSerializer):
    type = serializers.ChoiceField(choices=["text"])
    title = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    text = serializers.CharField(trim_whitespace=False)


class PairInput(StrictSerializer):
    question = serializers.CharField()
    answer = serializers.CharField()


class QaInput(StrictSerializer):
    type = serializers.ChoiceField(choices=["qa"])
    title = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")
    pairs = PairInput(many=True)


class UrlInput(StrictSerializer):
    type = serializers.ChoiceField(choices=["url"])
    url = serializers.CharField(max_length=2000)


class SiteInput(StrictSerializer):
    """`include` and `exclude` hold paths in which `*` stands for anything."""

    type = serializers.ChoiceField(choices=["site"])
    url = serializers.CharField(max_length=2000)
    depth = serializers.IntegerField(required=False)
    pages = serializers.IntegerField(required=False)
    include = serializers.ListField(child=serializers.CharField(), required=False)
    exclude = serializers.ListField(child=serializers.CharField(), required=False)
    sitemap = serializers.BooleanField(required=False)


def _add_file(actor: Actor, source_set: SourceSet, given: dict[str, Any]) -> Added:
    file = given["file"]
    return add_file(actor=actor, source_set=source_set, upload=file, name=file.name or "")


def _add_text(actor: Actor, source_set: SourceSet, given: dict[str, Any]) -> Added:
    return add_text(actor=actor, source_set=source_set, title=given["title"], text=given["text"])


def _add_qa(actor: Actor, source_set: SourceSet, given: dict[str, Any]) -> Added:
    return add_qa(actor=actor, source_set=source_set, title=given["title"], pairs=given["pairs"])


def _add_url(actor: Actor, source_set: SourceSet, given: dict[str, Any]) -> Added:
    return add_url(actor=actor, source_set=source_set, url=given["url"])


def _add_site(actor: Actor, source_set: SourceSet, given: dict[str, Any]) -> Added:
    settings = {name: given[name] for name in DEFAULTS if name in given}
    return add_site(actor=actor, source_set=source_set, url=given["url"], settings=settings)


def _check_site(present: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in present.items() if name not in DEFAULTS}
    known = {name: value for name, value in present.items() if name in DEFAULTS}
    return own | checked_settings(known | given)


BUILT_IN = (
    SourceType(Source.Type.FILE.value, _("File"), "file-text", FileInput, _add_file),
    SourceType(Source.Type.TEXT.value, _("Text"), "text", TextInput, _add_text),
    SourceType(
        Source.Type.QA.value, _("Questions and answers"), "message-circle-question-mark", QaInput, _add_qa
    ),
    SourceType(Source.Type.URL.value, _("Web page"), "globe", UrlInput, _add_url, look=look_at_page),
    SourceType(
        Source.Type.SITE.value, _("Website"), "network", SiteInput, _add_site, _check_site, visit_site
    ),
)
