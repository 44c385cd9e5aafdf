"""Stored keys, and counting tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rs_bpe import openai

from kernel.secrets import SecretUnreadable, decrypt, encrypt, rotate
from providers.tokens import count_tokens, cut_to_tokens


def test_a_secret_is_read_back_for_its_own_row_only():
    token = encrypt("sk-canary", row="prov_one")
    assert "canary" not in token and decrypt(token, row="prov_one") == "sk-canary"
    with pytest.raises(SecretUnreadable):
        decrypt(token, row="prov_two")


def test_a_changed_secret_is_unreadable():
    token = encrypt("sk-canary", row="prov_one")
    with pytest.raises(SecretUnreadable):
        decrypt(token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), row="prov_one")


def test_a_replaced_secret_key_reads_on_through_its_fallback(settings):
    token = encrypt("sk-canary", row="prov_one")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-secret-key", [settings.SECRET_KEY]
    rotated = rotate(token, row="prov_one")
    settings.SECRET_KEY_FALLBACKS = []
    assert decrypt(rotated, row="prov_one") == "sk-canary"
    with pytest.raises(SecretUnreadable):
        decrypt(token, row="prov_one")


def test_tokens_are_counted_in_every_script():
    assert count_tokens("") == 0
    assert count_tokens("hello world") == 2
    assert 0 < count_tokens("黑豹队的防守只丢了308分") < 20


_PIECES = st.sampled_from(
    ["a", "B", "don't", "'s", " ", " ", " ", "\n", "\t", "\r\n", "12345", "é", "漢字", "...", "!\n", "\u00a0", "/", "x\u0301",
     "aB", "-", "\u3000", "\x1c", "\u2028", "'LL", "😀", "a word longer than those that are kept in mind for later", "\x85"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=12))
def test_tokens_counted_by_words_are_those_of_the_whole_text(pieces):
    text = "".join(pieces)
    assert count_tokens(text) == (openai.o200k_base().count(text) if text else 0)


@given(st.text(max_size=200), st.integers(min_value=0, max_value=40))
def test_a_cut_text_is_a_beginning_that_fits(text, limit):
    cut = cut_to_tokens(text, limit)
    assert text.startswith(cut) and count_tokens(cut) <= limit
