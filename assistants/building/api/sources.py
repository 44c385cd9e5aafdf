"""An assistant's sources over REST: the knowledge room's views, told which set an address means."""

from assistants.building.queries import access_assistant, access_version
from assistants.knowledge.api import SourceDetailView, SourceListView, SourceRetryView
from assistants.knowledge.embedding_api import EmbeddingView
from assistants.knowledge.models import SourceSet
from assistants.knowledge.queries import manifest
from assistants.knowledge.retrieve_api import RetrieveView
from assistants.turns.plan import KnowledgeScope
from organisations.actors import Actor
from organisations.permissions import Level


class _OfAssistant:
    """Finds the source set of an assistant of the actor's organisation."""

    actor: Actor

    def source_set(self, assistant_id: str, *, edit: bool) -> SourceSet:
        return access_assistant(self.actor, assistant_id, level=Level.EDIT if edit else Level.VIEW).source_set


class AssistantSourceList(_OfAssistant, SourceListView):
    """The sources of the draft."""


class AssistantSourceDetail(_OfAssistant, SourceDetailView):
    """One source of the draft."""


class AssistantSourceRetry(_OfAssistant, SourceRetryView):
    """Trying a failed source of the draft again."""


class AssistantEmbedding(_OfAssistant, EmbeddingView):
    """The model that embeds the sources of the draft and of the versions."""


class AssistantRetrieve(RetrieveView):
    """What the draft, or a version, finds."""

    def scope(self, assistant_id: str, *, version: int | None) -> KnowledgeScope:
        assistant = access_assistant(self.actor, assistant_id, level=Level.VIEW)
        if version is None:
            documents = manifest(assistant.source_set)
        else:
            documents = tuple(access_version(assistant, version).manifest)
        return KnowledgeScope(assistant.organisation_id, (assistant.source_set_id,), documents, None)
