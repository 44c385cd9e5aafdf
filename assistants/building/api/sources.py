"""An assistant's sources over REST: the knowledge room's views, told which set an address means."""

from assistants.building.queries import access_assistant, access_version
from assistants.knowledge.api import (
    ShareableView,
    SourceChildrenView,
    SourceDetailView,
    SourceListView,
    SourcePairListView,
    SourcePairView,
    SourceRetryView,
    SourceSyncView,
    TagListView,
)
from assistants.knowledge.embedding_api import EmbeddingView
from assistants.knowledge.models import SourceSet
from assistants.knowledge.queries import manifest, scope_of
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


class AssistantSourceSync(_OfAssistant, SourceSyncView):
    """Looking at the origin of a source of the draft."""


class AssistantSourceChildren(_OfAssistant, SourceChildrenView):
    """What a source of the draft holds."""


class AssistantSourcePairs(_OfAssistant, SourcePairListView):
    """The questions and answers of a source of the draft."""


class AssistantSourcePair(_OfAssistant, SourcePairView):
    """One of them."""


class AssistantTags(_OfAssistant, TagListView):
    """The tags of the draft's sources."""


class AssistantShareable(_OfAssistant, ShareableView):
    """What the draft could share with other assistants."""


class AssistantRetrieve(RetrieveView):
    """What the draft, or a version, finds."""

    def scope(self, assistant_id: str, *, version: int | None) -> KnowledgeScope:
        assistant = access_assistant(self.actor, assistant_id, level=Level.VIEW)
        if version is None:
            documents = manifest(assistant.source_set)
        else:
            documents = tuple(access_version(assistant, version).manifest)
        nothing = KnowledgeScope(assistant.organisation_id, (assistant.source_set_id,), (), None)
        return scope_of(assistant.source_set, documents) or nothing
