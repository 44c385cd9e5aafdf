"""Why a document could not be read, in words that say what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_SENTENCES: dict[str, str | Promise] = {
    "encrypted": _(
        "This file is locked with a password, so nothing could be read. Save a copy without it and add that."
    ),
    "corrupt": _(
        "This file is damaged and could not be read. Open it where it was made, save it again and add that copy."
    ),
    "old_format": _(
        "This file is in the format that Office used before 2007. Open it and save it as .docx, .xlsx or .pptx, and add"
        " that."
    ),
    "too_deep": _(
        "The contents of this file lie one inside the other, deeper than can be followed. Save the part that matters as a"
        " file of its own."
    ),
    "unsafe_archive": _(
        "This file holds links, or names that lead out of it, and was not opened. Pack the files themselves and add that."
    ),
    "nothing_readable": _(
        "None of the files in this zip can be read. Add PDF, Word, slides, sheets, web pages, text or the like."
    ),
    "needs_ocr": _(
        "This file holds pictures of pages and no text, and text recognition is not installed here. Ask whoever runs this"
        " server to install Tesseract, then try again; or run text recognition (OCR) in your scanner's program and add the"
        " result."
    ),
    "empty": _("There is no text in this file. Check that it is the right one."),
    "too_complex": _(
        "Reading this file took too much time or memory. Split it, or save it in a simpler format."
    ),
    "picture_too_large": _(
        "This picture has more than 60 million points, which is more than is opened here. Save a smaller copy and add that."
    ),
    "too_much_text": _("This file holds more text than one source may. Split it into several files."),
    "unpacked_too_large": _(
        "This file unpacks to far more than its size. Save it again without pictures and attachments."
    ),
    "gave_up": _(
        "Reading stopped three times without a result. Try again, or save the file in another format."
    ),
    "file_missing": _("The stored file is gone. Add it again."),
    "unsupported_page": _(
        "This address answers with something that cannot be read: web pages, PDF, Word and text can."
    ),
    "page_missing": _(
        "This address answered with an error. Open it in your browser to check it, then try again."
    ),
    "server_failed": _(
        "The server of this address fails, or is asked too often just now. It is asked again later by itself where it is"
        " looked at regularly; else try again."
    ),
    "page_gone": _(
        "There is no page at this address any more. What it said keeps answering until you remove the source, or follow"
        " another address."
    ),
    "robots_forbidden": _(
        "This site asks programs not to read it (robots.txt). Ask whoever runs it to allow BottegaBot, or add the pages that"
        " you need one by one."
    ),
    "site_empty": _(
        "No page of this site could be kept. Check its address, and the paths that you include and leave out."
    ),
    "origin_empty": _(
        "Nothing in this place could be kept. Check that it holds documents, and that the connected account may read them."
    ),
    "origin_missing": _(
        "The place that this is read from is gone, or the connected account may not see it any more. What was read keeps"
        " answering until you remove the source."
    ),
    "origin_unavailable": _(
        "The service that this is read from fails just now. What was read keeps answering; it is asked again by itself where"
        " it is looked at regularly, else try again."
    ),
    "origin_refused": _(
        "The service does not let the connected account read this place. Ask its owner for access, or connect an account"
        " with more rights."
    ),
    "connection_missing": _(
        "The account that reads this is no longer connected, or its service refuses it. What was read keeps answering."
        " Connect again, and it goes on; or add the same place with an account of yours."
    ),
    "unknown_origin": _(
        "What this source came from is no longer installed here. Its content keeps answering."
    ),
    "files_limit": _(
        "Your organisation's plan has no room for more sources. Remove some that are not needed, or ask whoever runs this"
        " server for a larger plan."
    ),
    "host_forbidden": _(
        "The policy of your organisation does not allow pages of this host. Ask an administrator to change it, then try"
        " again."
    ),
    "kind_forbidden": _(
        "The policy of your organisation does not take files of this kind. Ask an administrator to change it, then try"
        " again."
    ),
    "egress_refused": _("This address cannot be reached from here. Public https addresses work."),
    "egress_timeout": _("This address took too long to answer. Try again later."),
    "egress_too_large": _(
        "This page is larger than is accepted here. Download it and add the parts you need."
    ),
    "egress_interrupted": _("This address broke off in the middle of its answer. Try again later."),
    "allowance_used_up": _(
        "This month's allowance is used up, so the embedding waits. Words are searched already. It goes on by itself once"
        " there is an allowance again; ask whoever runs this server to raise it, or try again."
    ),
    "passages_limit": _(
        "Your organisation's plan has no room for the passages of this file. Remove sources that are not needed, or ask"
        " whoever runs this server for a larger plan, then try again."
    ),
    "bytes_limit": _(
        "Your organisation's plan has no room for the content of this address. Remove sources that are not needed, or ask"
        " whoever runs this server for a larger plan, then try again."
    ),
    "provider_unauthorised": _(
        "The embedding model does not accept its key. Words are searched already; ask whoever runs this server to check"
        " the key, then try again."
    ),
    "model_not_found": _(
        "The embedding model is no longer offered here. Words are searched already; choose another one for this assistant,"
        " or ask whoever runs this server."
    ),
    "provider_unavailable": _(
        "The embedding model does not answer. Words are searched already; try again later to search by meaning too."
    ),
}
_PROVIDER = "provider_unavailable"
_OTHER: str | Promise = _("This could not be read. Try again, or save the file in another format.")


def failure_message(code: str) -> str:
    """The sentence for a failure's code, in the active language; empty where nothing failed."""
    if not code:
        return ""
    known = _SENTENCES.get(code)
    if known is None and code.startswith("provider_"):
        known = _SENTENCES[_PROVIDER]
    return str(known or _OTHER)
