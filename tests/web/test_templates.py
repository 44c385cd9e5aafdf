"""What no template of the house may hold, as the content policy would stop it."""

import re
from pathlib import Path

import pytest

from tests.web.test_icons_and_pictures import ROOT, TEMPLATES

FORBIDDEN = {
    "inline style": r"\sstyle\s*=",
    "inline style sheet": r"<style[\s>]",
    "inline script": r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)",
    "event attribute": r"\son[a-z]+\s*=\s*[\"']",
    "data address": r"""(?:src|href)\s*=\s*["']data:""",
    "remote part": r"""<(?:script|link|img|iframe)[^>]*(?:src|href)\s*=\s*["']https?:""",
}


# It has a policy of its own, under which its scripts run by their nonce and nothing else does.
OWN_POLICY = {"python_frame.html": {"inline script"}}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_that_the_content_policy_stops(path: Path) -> None:
    text = re.sub(r"{#.*?#}", "", path.read_text())
    found = {name for name, pattern in FORBIDDEN.items() if re.search(pattern, text)}
    assert found == OWN_POLICY.get(path.name, set())


def test_no_script_evaluates_text_or_asks_another_host() -> None:
    for path in ROOT.glob("**/static/**/*.js"):
        if {"vendor", ".venv", ".data"} & set(path.parts):
            continue
        assert not re.search(r"\beval\(|new Function|https?://", path.read_text()), path
