"""Quote answers with the sources' own sentences, or says that they don't answer."""

import re

import pytest

from providers.adapters.local_embedder import LocalEmbedder
from providers.adapters.quote import Quote
from providers.ports import Finished, SourcePassage, TextDelta, Usage
from tests.providers.conftest import request, text_of

NOTHING = "I don't have enough information."
NICHTS = "我没有足够的信息。"
HARBOUR = [
    SourcePassage(
        1,
        "psg_a",
        "The harbour was built in 1874 by the engineer Ada Lind. It has room for 240 boats. "
        "In winter the harbour master's office opens from nine to three.",
        "Harbour guide",
    ),
    SourcePassage(
        2,
        "psg_b",
        "A berth costs 18 euros a night, electricity included. Dogs are welcome on the quay if they are on a lead. "
        "Swimming in the basin is forbidden all year.",
        "Harbour guide",
    ),
    SourcePassage(
        3,
        "psg_c",
        "The lighthouse stands on the northern rock. Its lamp was replaced by LEDs in 2011 [4]. Visitors may climb it on Sundays.",
        "Lighthouse",
    ),
]
TEA = [
    SourcePassage(
        1,
        "psg_d",
        "龙井茶产于浙江杭州西湖一带，已有一千二百余年的历史。冲泡龙井时，水温以八十度左右为宜，不宜用沸水。采茶的最佳时间是清明节之前。",
        "茶经",
    ),
    SourcePassage(
        2, "psg_e", "普洱茶主要产于云南省。陈年普洱的价格可达每公斤三千元。饮用普洱茶有助于消化。", "茶经"
    ),
]


@pytest.fixture(scope="module")
def quote():
    return Quote(LocalEmbedder("tests"))


async def ask(quote, question, passages, **fields):
    fields = {"not_enough_information": NOTHING, "grounding": "only"} | fields
    return [event async for event in quote.stream(request(question, passages=passages, **fields))]


async def answer(quote, question, passages=HARBOUR, **fields):
    return text_of(await ask(quote, question, passages, **fields))


def unmarked(text):
    return re.sub(r"\s?\[\d+\]", "", text)


@pytest.mark.parametrize(
    ("question", "part", "number"),
    [
        ("When was the harbour built?", "1874", 1),
        ("What does a berth cost per night?", "18 euros", 2),
        ("Are dogs allowed?", "on a lead", 2),
        ("May I swim in the basin?", "forbidden", 2),
        ("When can visitors climb the lighthouse?", "Sundays", 3),
        ("berth price", "18 euros", 2),
    ],
)
async def test_it_quotes_the_sentence_that_answers_with_its_mark(quote, question, part, number):
    said = await answer(quote, question)
    sentence = next(sentence for sentence in said.split("]") if part in sentence)
    assert sentence.endswith(f"[{number}")


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("冲泡龙井茶用多少度的水？", "水温以八十度左右为宜，不宜用沸水[1]。"),
        ("普洱茶产于哪里？", "普洱茶主要产于云南省[2]。"),
    ],
)
async def test_in_chinese_the_mark_stands_before_the_stop(quote, question, part):
    assert part in await answer(quote, question, TEA, not_enough_information=NICHTS)


async def test_everything_it_says_stands_in_the_sources(quote):
    for question in (
        "When was the harbour built?",
        "What does a berth cost, and are dogs welcome on the quay?",
        "Tell me about the lighthouse lamp",
    ):
        said = unmarked(await answer(quote, question))
        for sentence in re.split(r"(?<=[.])\s+", said):
            assert any(sentence in re.sub(r" \[\d+\]", "", passage.text) for passage in HARBOUR)


async def test_sentences_keep_the_order_of_the_document(quote):
    said = await answer(quote, "What does a berth cost, and are dogs welcome on the quay?")
    assert said.index("18 euros") < said.index("Dogs are welcome")


async def test_a_sentence_about_it_brings_the_one_before(quote):
    said = await answer(quote, "For how many boats is there room?")
    assert said.startswith("The harbour was built") and "240 boats" in said


async def test_marks_of_the_source_are_not_taken_for_ours(quote):
    assert "[4]" not in await answer(quote, "When was the lamp of the lighthouse replaced by LEDs?")


@pytest.mark.parametrize(
    "question",
    [
        "Who won the football world cup in 1998?",
        "How do I train a neural network?",
        "What is the capital of Mongolia?",
        "埃及金字塔是谁建造的？",
        "asdf qwertz",
        "???",
        "",
    ],
)
async def test_what_the_sources_dont_answer_gets_exactly_the_sentence(quote, question):
    assert await answer(quote, question) == NOTHING
    assert await answer(quote, question, grounding="prefer") == NOTHING


async def test_nor_does_it_answer_english_questions_about_tea_from_a_harbour(quote):
    assert await answer(quote, "At what temperature should green tea be brewed?") == NOTHING
    assert await answer(quote, "冲泡绿茶的水温是多少？", not_enough_information=NICHTS) == NICHTS


async def test_a_question_in_another_script_finds_its_answer(quote):
    assert "八十度" in await answer(quote, "What water temperature for Longjing?", TEA)


@pytest.mark.parametrize(
    "question", ["Hello", "hi!", "Good morning.", "who are you?", "What can you do?", "help"]
)
async def test_a_greeting_gets_a_friendly_line_that_says_what_it_is(quote, question):
    said = await answer(quote, question)
    assert said.startswith("Hello!") and "quoting the sources" in said and "connect a model" in said


@pytest.mark.parametrize("question", ["你好", "您好！", "你是谁？"])
async def test_in_chinese_too(quote, question):
    assert await answer(quote, question, TEA) not in (NOTHING, NICHTS)


async def test_thanks_are_not_answered_from_the_sources(quote):
    assert "welcome" in await answer(quote, "Thank you!")


async def test_without_sources_it_says_what_it_is_or_that_it_cannot_answer(quote):
    assert "I am Quote" in await answer(quote, "Write a poem about the sea", [], grounding="free")
    assert await answer(quote, "Write a poem about the sea", []) == NOTHING


async def test_its_own_sentence_stands_in_where_the_assistant_has_none(quote):
    assert "enough information" in await answer(
        quote, "What is the capital of Mongolia?", not_enough_information=""
    )


async def test_it_streams_in_pieces_and_counts_its_tokens(quote):
    events = await ask(quote, "What does a berth cost, and are dogs welcome on the quay?", HARBOUR)
    pieces = [event for event in events if isinstance(event, TextDelta)]
    usage, end = events[-2:]
    assert len(pieces) > 1 and end == Finished("stop")
    assert isinstance(usage, Usage) and usage.output_tokens > 10 and usage.input_tokens > 5


async def test_the_same_question_gets_the_same_answer(quote):
    said = {await answer(Quote(LocalEmbedder("tests")), "When was the harbour built?") for _ in range(2)}
    assert said == {await answer(quote, "When was the harbour built?")}


PAIRS = [
    SourcePassage(1, "psg_f", "May I keep snakes?\nNo reptiles. Cats are fine.", "Questions"),
    SourcePassage(2, "psg_g", "狗可以进屋吗？\n可以，请系好牵引绳。", "问答"),
    SourcePassage(3, "psg_h", "The oak table was made in 1920.\n\nIt stands in the hall.", "Inventory"),
]


@pytest.mark.parametrize(
    ("question", "words"),
    [("May I keep snakes?", "No reptiles."), ("狗可以进屋吗？", "可以，请系好牵引绳")],
)
async def test_an_answer_below_its_question_is_found_by_the_question(quote, question, words):
    said = await answer(quote, question, PAIRS)
    assert words in said
    assert question not in said


async def test_a_question_answers_nothing_by_itself(quote):
    assert (
        await answer(quote, "May I keep snakes?", [SourcePassage(1, "psg_i", "May I keep snakes?")])
        == NOTHING
    )
