"""The address of a call with a credential that stands in it."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import gettext as _

from kernel.errors import InvalidInput


def refuse_second(url: str, params: Mapping[str, str]) -> None:
    """Refuse a call whose arguments would stand in the address under the name of what signs it: a service may take either.

    Args:
        params: of the credential, by their names.

    Raises:
        InvalidInput: it names the parameter.
    """
    given = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) if params else {}
    for name in params:
        if name in given:
            sentence = _(
                "The parameter %(name)s carries the key of this service, which the connection sets. Leave it out."
            )
            raise InvalidInput.on(name, "signed_already", sentence % {"name": name})
