"""Claims about data held against derived facts: what is caught, what is left alone; and which facts are new."""

import pytest

from store.disclosing.statements import contradictions_in
from store.disclosing.widening import changes_between, in_sentences, widened

HERE = {
    "hosts": [],
    "models": [{"id": "builtin/quote", "name": "Quote", "provider": "builtin", "host": "", "region": ""}],
    "stored": [{"what": "conversations", "where": "this_server", "days": None}],
    "visible_to": ["you", "operator", "creator_counts"],
    "limits": [],
}
MODEL = {
    "id": "meridian/large",
    "name": "Large",
    "provider": "Meridian",
    "host": "api.meridian.example",
    "region": "us",
}
OUTSIDE = {
    **HERE,
    "hosts": [
        {
            "host": "api.tasks.example",
            "purpose": "Tasks",
            "fields": ["title"],
            "writes": True,
            "operations": [],
            "account": "",
        }
    ],
    "models": [MODEL],
    "visible_to": ["you", "operator", "creator_counts", "model_provider", "outside_hosts"],
}


def codes(words, disclosure):
    return {one.code for one in contradictions_in({"statements": words}, disclosure)}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("None of your data leaves this server.", "nothing_leaves"),
        ("Nothing you type ever leaves.", "nothing_leaves"),
        ("Your documents never leave our servers.", "nothing_leaves"),
        ("Your data stays on your device", "nothing_leaves"),
        ("Messages will never be shared.", "nothing_leaves"),
        ("你的数据不会离开这台服务器。", "nothing_leaves"),
        ("所有内容都留在本地。", "nothing_leaves"),
        ("数据绝不上传。", "nothing_leaves"),
        ("We work with no third parties.", "no_third_parties"),
        ("We don’t share anything with anybody.", "no_third_parties"),
        ("不会与任何第三方共享。", "no_third_parties"),
        ("We never store your data.", "never_stored"),
        ("It does not keep chats.", "never_stored"),
        ("No logs.", "never_stored"),
        ("Zero data retention!", "never_stored"),
        ("Nothing you say is saved.", "never_stored"),
        ("我们不会保存您的聊天内容。", "never_stored"),
        ("聊天记录不会被存储", "never_stored"),
        ("Chats are deleted after 30 days.", "deleted_soon"),
        ("聊天内容30天后自动删除。", "deleted_soon"),
        ("Strictly read-only.", "read_only"),
        ("It only reads.", "read_only"),
        ("It never changes anything.", "read_only"),
        ("只读访问。", "read_only"),
        ("Runs entirely on your own computer.", "runs_on_device"),
        ("可离线使用", "runs_on_device"),
        ("The model runs locally.", "runs_locally"),
        ("本地运行，安全可靠。", "runs_locally"),
        ("It calls no outside services.", "calls_nothing"),
        ("It does not connect to the internet.", "calls_nothing"),
        ("无需联网。", "calls_nothing"),
        ("Only you can see your chats.", "only_you_see"),
        ("Nobody else reads what you write.", "only_you_see"),
        ("只有你自己能看到。", "only_you_see"),
        ("Everything is processed in the EU.", "stays_in_europe"),
        ("HIPAA compliant.", "certified"),
        ("Certified under ISO 27001", "certified"),
        ("符合 GDPR 要求。", "certified"),
    ],
)
def test_a_claim_that_the_facts_deny_is_found(words, code):
    assert code in codes(words, OUTSIDE)


def test_a_provider_that_is_denied_and_answers_is_found():
    model = {**MODEL, "provider": "OpenAI", "host": "api.openai.com"}
    assert "provider_denied" in codes("We do not use OpenAI.", {**OUTSIDE, "models": [model]})
    assert not codes("We do not use OpenAI.", OUTSIDE)


@pytest.mark.parametrize(
    "words",
    [
        "None of your data leaves this server.",
        "No third parties.",
        "Strictly read-only.",
        "The model runs locally.",
        "It calls no outside services.",
        "你的数据不会离开这台服务器。",
        "Hosted in Germany.",
    ],
)
def test_the_same_words_are_fine_where_they_are_so(words):
    assert not codes(words, HERE)


@pytest.mark.parametrize(
    "words",
    [
        "It reads your contract and answers with the paragraph.",
        "Never stores passwords.",
        "Read only what matters: it marks the unusual clauses.",
        "Leaves room for your own judgement. Nothing beats asking.",
        "Your messages are sent to Meridian in the United States.",
        "Except for what Tasks needs (api.tasks.example), nothing you type leaves this server.",
        "It knows the GDPR and explains it.",
        "Locally grown recipes from your region.",
        "它会读取合同，并指出不寻常的条款。",
        "本地美食推荐。",
        "No account is needed to read the third part of the guide.",
        "Ask about data retention rules in 12 countries.",
        "Helps you to keep no more than three things in mind.",
    ],
)
def test_ordinary_words_are_left_alone(words):
    assert not codes(words, OUTSIDE)


@pytest.mark.parametrize(
    "words",
    [
        "None of your\ndata leaves this server.",
        "ＮＯＮＥ of your data leaves this server.",
        "None of your da\u200bta leaves this server.",
        "none  of   your data   LEAVES this server",
        "你的数据\u200b不会离开。",
    ],
)
def test_disguises_make_no_difference(words):
    assert "nothing_leaves" in codes(words, OUTSIDE)


def test_it_quotes_the_words_and_names_the_fact():
    (found,) = contradictions_in({"tagline": "Answers. Nothing ever leaves here!"}, OUTSIDE)
    assert (found.quote, found.field, found.severity) == ("Nothing ever leaves", "tagline", "serious")
    assert "api.tasks.example" in found.fact and "api.meridian.example" in found.fact
    assert "Change your words" in found.sentence


def test_what_nobody_verified_is_minor():
    (found,) = contradictions_in({"statements": "HIPAA certified"}, HERE)
    assert found.severity == "minor" and "Nobody here has verified" in found.sentence


def test_long_texts_are_read_quickly():
    words = "none of your data " * 220
    assert codes(words[:4000], OUTSIDE) == set()


def with_host(**changes):
    return {**OUTSIDE, "hosts": [{**OUTSIDE["hosts"][0], **changes}]}


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        (HERE, HERE, []),
        (OUTSIDE, HERE, []),
        (HERE, OUTSIDE, ["new_host", "new_writes", "new_provider", "new_viewers"]),
        (OUTSIDE, with_host(fields=["title", "owner"]), ["new_fields"]),
        (with_host(writes=False), OUTSIDE, ["new_writes"]),
        (OUTSIDE, with_host(account="user"), ["new_account"]),
        (OUTSIDE, {**OUTSIDE, "models": [{**MODEL, "region": "cn"}]}, ["new_region"]),
        (OUTSIDE, {**OUTSIDE, "models": [MODEL, {**MODEL, "provider": "Zenith"}]}, ["new_provider"]),
        (OUTSIDE, {**OUTSIDE, "models": [MODEL, {**MODEL, "id": "meridian/small"}]}, []),
        (HERE, {**HERE, "stored": [*HERE["stored"], {"what": "calls", "days": 90}]}, ["kept_new"]),
        (
            {**HERE, "stored": [{"what": "calls", "days": 30}]},
            {**HERE, "stored": [{"what": "calls", "days": 90}]},
            ["kept_longer"],
        ),
        ({**HERE, "stored": [{"what": "calls", "days": None}]}, HERE, ["kept_new"]),
    ],
)
def test_what_counts_as_more(before, after, codes):
    assert widened(before, after) == codes


def test_every_change_has_words():
    before = {**HERE, "stored": [{"what": "conversations", "days": 3}]}
    after = {**OUTSIDE, "stored": [*HERE["stored"], {"what": "calls", "days": 90}]}
    changes = [
        {"code": one.code, "subject": one.subject, "detail": one.detail}
        for one in changes_between(before, after)
    ]
    words = " ".join(in_sentences(changes))
    for part in (
        "api.tasks.example",
        "title",
        "Meridian",
        "asks you first",
        "chats",
        "the services that it calls",
    ):
        assert part in words
