"""What a search can fail with. Nothing that a service says goes into these: it could be anything, an echo of the key too.

SearchFailed
├── SearchNotSetUp       search_not_set_up      nobody has chosen a service
├── SearchKeyRefused     search_key_refused     it does not accept the key
├── SearchLimited        search_limited         too many searches in too short a time
├── SearchUsedUp         search_used_up         the account's searches or money are used up
├── SearchFormatOff      search_format_off      a SearXNG whose JSON format is off
├── SearchRefused        search_refused         it does not take this search
└── SearchUnavailable    search_unavailable     not reachable, its own failure, or an answer that makes no sense
"""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


class SearchFailed(DomainError):
    code = "search_failed"
    status = 502


class SearchNotSetUp(SearchFailed):
    code = "search_not_set_up"
    status = 409
    user_message = _(
        "No service is chosen that searches the web. An administrator can choose one under Organisation, Web search."
    )


class SearchKeyRefused(SearchFailed):
    code = "search_key_refused"
    user_message = _(
        "%(service)s does not accept the key that it was given. Ask an administrator to enter it again under Organisation,"
        " Web search."
    )


class SearchLimited(SearchFailed):
    code = "search_limited"
    status = 429
    user_message: ClassVar[str | Promise] = _(
        "%(service)s takes no more searches for the moment. Try again in %(retry_after)s seconds."
    )

    def __init__(self, *, service: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(service=service, retry_after=retry_after)


class SearchUsedUp(SearchFailed):
    code = "search_used_up"
    status = 402
    user_message = _(
        "The searches that the account at %(service)s pays for are used up. Ask an administrator to raise its plan there,"
        " or to choose another service."
    )


class SearchFormatOff(SearchFailed):
    code = "search_format_off"
    user_message = _(
        "This SearXNG gives no JSON. Whoever runs it has to add “json” to search.formats in its settings.yml."
    )


class SearchRefused(SearchFailed):
    code = "search_refused"
    status = 400
    user_message = _("%(service)s did not take this search. Use fewer words, or leave out dates and sites.")


class SearchUnavailable(SearchFailed):
    code = "search_unavailable"
    status = 503
    user_message = _(
        "%(service)s does not answer properly just now. Try again in a minute, or go on without."
    )
