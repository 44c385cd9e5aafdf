"""Embeddings from an OpenAI-compatible provider."""

import math
import time

import pytest
from asgiref.sync import sync_to_async

from providers.adapters.openai_embeddings import OpenAIEmbedder
from providers.errors import ProviderIncomplete, ProviderUnauthorised, ProviderUnavailable
from providers.gateway import embedder
from providers.models import Model
from tests.fakes.model_server import DIMENSIONS, bag_of_words

pytestmark = pytest.mark.django_db(transaction=True)


def test_passages_come_back_in_their_order(model_server):
    texts = [f"passage number {n}" for n in range(150)]
    vectors = embedder("fake/embed").passages(texts)
    assert len(vectors) == 150
    for text, vector in list(zip(texts, vectors, strict=True))[::37]:
        assert vector.tolist() == pytest.approx(bag_of_words(text), abs=1e-6)
    assert len(model_server.embeddings) == 3
    assert {asked.body["encoding_format"] for asked in model_server.embeddings} == {"base64"}


def test_batches_are_asked_for_at_once(model_server):
    model_server.embedding_delay = 1.0
    started = time.monotonic()
    embedder("fake/embed").passages(["text"] * 64 * 8)
    assert time.monotonic() - started < 6  # one after the other they would take 8 s


async def test_a_question_is_embedded_without_blocking(model_server):
    model = await sync_to_async(embedder)("fake/embed")
    vector = await model.query("Where is the harbour?")
    assert len(vector) == model.dimensions == DIMENSIONS
    assert math.fsum(value * value for value in vector) == pytest.approx(1)


def test_nothing_to_embed_calls_nobody(model_server):
    assert embedder("fake/embed").passages([]).size == 0
    assert model_server.embeddings == []


def test_a_failing_batch_is_tried_again(model_server):
    model_server.embedding_faults.extend([429, 500, 503])
    assert len(embedder("fake/embed").passages(["text"])) == 1
    assert len(model_server.embeddings) == 4


def test_but_not_for_ever(model_server):
    model_server.embedding_faults.extend([500] * 10)
    with pytest.raises(ProviderUnavailable):
        embedder("fake/embed").passages(["text"])
    assert len(model_server.embeddings) == 4


def test_a_wrong_key_is_not_tried_again(model_server):
    model_server.embedding_faults.append(401)
    with pytest.raises(ProviderUnauthorised):
        embedder("fake/embed").passages(["text"])
    assert len(model_server.embeddings) == 1


def test_too_few_vectors_are_an_error(model_server):
    model = embedder("fake/embed")
    assert isinstance(model, OpenAIEmbedder)
    with pytest.raises(ProviderIncomplete):
        model._vectors({"data": []}, 2)


def test_the_length_of_unknown_vectors_is_found_out(model_server):
    Model.objects.filter(name="embed").update(dimensions=None)
    assert embedder("fake/embed").dimensions == DIMENSIONS
