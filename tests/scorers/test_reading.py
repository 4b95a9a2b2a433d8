import pytest
from inspect_ai.log import EvalSample
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentReasoning,
    ContentText,
    ModelOutput,
    ModelUsage,
    StopReason,
)

from scorers.reading import Channel, Reading, read, reading_of_sample
from study.labels import Unscored
from study.reply import BILLED_REASONING, Reply, parse
from study.wrapper import Wrapper
from tests.made_up import state

WHOLE = "<SCRATCHPAD_REASONING>thought</SCRATCHPAD_REASONING><OUTPUT>said</OUTPUT>"


@pytest.mark.defect(14, 26)
@pytest.mark.parametrize(
    ("text", "stop_reason", "answer", "missing"),
    [
        pytest.param(WHOLE, "stop", "said", None, id="whole"),
        pytest.param(WHOLE, "unknown", "said", None, id="a-provider-that-gives-no-reason"),
        pytest.param(WHOLE, "max_tokens", None, Unscored.TRUNCATED, id="truncated-though-it-reads-well"),
        pytest.param(WHOLE, "model_length", None, Unscored.TRUNCATED, id="error-text-of-a-full-context"),
        pytest.param(WHOLE, "content_filter", None, Unscored.FILTERED, id="filtered-though-it-reads-well"),
        pytest.param("", "content_filter", None, Unscored.FILTERED, id="filtered-and-empty"),
        pytest.param("", "stop", None, Unscored.MALFORMED, id="empty"),
        pytest.param("said", "stop", None, Unscored.MALFORMED, id="no-output-tag"),
        pytest.param("<OUTPUT> </OUTPUT>", "stop", None, Unscored.MALFORMED, id="empty-output"),
    ],
)
def test_the_stop_reason_comes_before_the_text(
    text: str, stop_reason: StopReason, answer: str | None, missing: Unscored | None
) -> None:
    reading = read(state(text, stop_reason))
    assert (reading.answer, reading.missing) == (answer, missing)


@pytest.mark.parametrize(
    ("wrapper", "answer", "missing"),
    [(Wrapper.NOTEBOOK, None, Unscored.MALFORMED), (Wrapper.REVISITED, "said", None)],
    ids=["notebook-malformed", "revisited-grades-the-remainder"],
)
def test_a_missing_output_tag_is_read_by_lineage(
    wrapper: Wrapper, answer: str | None, missing: Unscored | None
) -> None:
    reading = read(state("<SCRATCHPAD_REASONING>thought</SCRATCHPAD_REASONING>said", wrapper=wrapper))
    assert (reading.answer, reading.missing) == (answer, missing)


@pytest.mark.defect(14)
@pytest.mark.parametrize(
    ("stop_reason", "missing"),
    [("content_filter", Unscored.FILTERED), ("model_length", Unscored.TRUNCATED), ("stop", Unscored.NO_RESPONSE)],
)
def test_a_provider_that_gives_an_error_with_its_stop_reason(stop_reason: StopReason, missing: Unscored) -> None:
    sample = state("The prompt was blocked", stop_reason)
    sample.output.error = "The prompt was blocked"
    assert (read(sample).answer, read(sample).missing) == (None, missing)


@pytest.mark.defect(26)
@pytest.mark.parametrize("broken", ["no-choices", "error"])
def test_a_failed_call_is_no_text(broken: str) -> None:
    sample = state(WHOLE)
    if broken == "no-choices":
        sample.output = ModelOutput(model="control/faker", choices=[])
    else:
        sample.output.error = "503 Service Unavailable"
    assert read(sample) == Reading(parse(""), None, Unscored.NO_RESPONSE, None, Channel.NONE)


@pytest.mark.parametrize(
    ("blocks", "reasoning", "channel"),
    [
        pytest.param([], "thought", Channel.SCRATCHPAD, id="scratchpad-alone"),
        pytest.param([ContentReasoning(reasoning="native")], "native\n\nthought", Channel.BOTH, id="both"),
        pytest.param(
            [ContentReasoning(reasoning="opaque", redacted=True, summary="in short")],
            "in short\n\nthought",
            Channel.BOTH,
            id="redacted-with-a-summary",
        ),
        pytest.param(
            [ContentReasoning(reasoning="opaque", redacted=True)], "thought", Channel.SCRATCHPAD, id="redacted-without"
        ),
        pytest.param(
            [ContentReasoning(reasoning=" ", summary="in short")],
            "in short\n\nthought",
            Channel.BOTH,
            id="a-summary-and-no-text",
        ),
        pytest.param(
            [ContentReasoning(reasoning="native", summary="in short")],
            "native\n\nthought",
            Channel.BOTH,
            id="the-text-before-its-summary",
        ),
    ],
)
def test_native_reasoning_is_kept_apart(blocks: list[ContentReasoning], reasoning: str, channel: Channel) -> None:
    sample = state("")
    message = ChatMessageAssistant(content=[*blocks, ContentText(text=WHOLE)])
    sample.output = ModelOutput(choices=[ChatCompletionChoice(message=message, stop_reason="stop")])
    result = read(sample)
    assert (result.reply, result.answer, result.reasoning, result.channel) == (parse(WHOLE), "said", reasoning, channel)


def test_reasoning_in_the_text_alone() -> None:
    reading = read(state("<think>native</think><OUTPUT>said</OUTPUT>", cot=False))
    assert (reading.answer, reading.reasoning, reading.channel) == ("said", "native", Channel.THINKING)


def continued(*turns: ChatMessageAssistant, stop_reason: StopReason = "stop") -> Reading:
    """The reading of a reply that took these turns; the last is what the model gave last."""
    messages: list[ChatMessage] = [ChatMessageSystem(content="prompt"), ChatMessageUser(content="query")]
    for turn in turns:
        messages += [turn, ChatMessageUser(content="<NEXT/>")]
    sample = state("")
    sample.messages = messages[:-1]
    sample.output = ModelOutput(choices=[ChatCompletionChoice(message=turns[-1], stop_reason=stop_reason)])
    return read(sample)


def test_all_turns_are_read() -> None:
    reading = continued(
        ChatMessageAssistant(
            content=[ContentReasoning(reasoning="native"), ContentText(text=WHOLE.partition("<OUTPUT>")[0])]
        ),
        ChatMessageAssistant(content=[ContentReasoning(reasoning="again"), ContentText(text="<OUTPUT>said</OUTPUT>")]),
    )
    reasoning = "native\n\nagain\n\nthought"
    assert reading == Reading(Reply("thought", "said"), "said", None, reasoning, Channel.BOTH, turns=2)
    assert reading.metadata == {
        "defects": [],
        "channel": "both",
        "hidden_reasoning": False,
        "unasked_reasoning": False,
        "turns": 2,
    }


@pytest.mark.defect(14)
@pytest.mark.parametrize(
    ("stop_reason", "missing"),
    [
        ("stop", None),
        ("max_tokens", Unscored.TRUNCATED),
        ("model_length", Unscored.TRUNCATED),
        ("content_filter", Unscored.FILTERED),
    ],
)
def test_a_last_turn_that_was_cut_off_or_taken_away(stop_reason: StopReason, missing: Unscored | None) -> None:
    first, rest = WHOLE.split("<OUTPUT>")
    turns = (ChatMessageAssistant(content=first), ChatMessageAssistant(content=f"<OUTPUT>{rest}"))
    reading = continued(*turns, stop_reason=stop_reason)
    assert (reading.answer, reading.missing, reading.turns) == (None if missing else "said", missing, 2)


def test_a_turn_that_failed_has_no_response() -> None:
    sample = state("")
    sample.messages += [
        ChatMessageAssistant(content=WHOLE.partition("<OUTPUT>")[0]),
        ChatMessageUser(content="<NEXT/>"),
    ]
    sample.output = ModelOutput(choices=[])
    assert read(sample) == Reading(parse(""), None, Unscored.NO_RESPONSE, None, Channel.NONE, turns=2)


READ, CIPHER, EMPTY = (
    ContentReasoning(reasoning="native"),
    ContentReasoning(reasoning="opaque", redacted=True),
    ContentReasoning(reasoning=""),
)


@pytest.mark.defect(3)
@pytest.mark.parametrize(
    ("blocks", "text", "billed", "hidden", "unasked"),
    [
        pytest.param([], "<OUTPUT>said</OUTPUT>", None, False, False, id="none"),
        pytest.param([], "<OUTPUT>said</OUTPUT>", 0, False, False, id="none-billed"),
        pytest.param([], "<OUTPUT>said</OUTPUT>", 7, True, True, id="billed-and-not-sent"),
        pytest.param([CIPHER], "<OUTPUT>said</OUTPUT>", 7, True, True, id="redacted"),
        pytest.param([EMPTY], "<OUTPUT>said</OUTPUT>", None, True, True, id="sent-empty"),
        pytest.param([READ], "<OUTPUT>said</OUTPUT>", 7, False, True, id="native"),
        pytest.param([READ, CIPHER], "<OUTPUT>said</OUTPUT>", 7, True, True, id="one-of-two-redacted"),
        pytest.param([], "<think>native</think><OUTPUT>said</OUTPUT>", 7, False, True, id="in-the-text"),
        pytest.param([], WHOLE, None, False, True, id="scratchpad"),
        pytest.param([], WHOLE, 7, True, True, id="scratchpad-and-billed"),
        pytest.param([], "<SCRATCHPAD_REASONING>thou", None, False, True, id="scratchpad-broken-off"),
        pytest.param([], "<think>nat", None, False, True, id="thinking-broken-off"),
    ],
)
def test_hidden_and_unasked_reasoning_is_flagged(
    blocks: list[ContentReasoning], text: str, billed: int | None, hidden: bool, unasked: bool
) -> None:
    for cot in (True, False):
        sample = state("", cot=cot)
        message = ChatMessageAssistant(content=[*blocks, ContentText(text=text)])
        sample.output = ModelOutput(
            choices=[ChatCompletionChoice(message=message, stop_reason="stop")],
            usage=None if billed is None else ModelUsage(reasoning_tokens=billed),
        )
        flags = {"hidden_reasoning": hidden, "unasked_reasoning": unasked and not cot}
        assert read(sample).metadata.items() >= flags.items()


@pytest.mark.parametrize("billed", [None, [7]], ids=["one-turn-billed-nothing", "a-turn-with-hidden-reasoning"])
def test_a_sample_of_a_log_reads_as_the_one_that_was_scored(billed: list[int] | None) -> None:
    turns = [ChatMessageAssistant(content=part) for part in WHOLE.partition("<OUTPUT>")[::2]]
    scored = state("")
    scored.messages += [turns[0], ChatMessageUser(content="<NEXT/>"), turns[1]]
    scored.output = ModelOutput(choices=[ChatCompletionChoice(message=turns[1], stop_reason="stop")])
    if billed is not None:
        scored.store.set(BILLED_REASONING, billed)
    logged = EvalSample(
        id="q-1",
        epoch=1,
        input="A made-up request",
        target="",
        messages=scored.messages,
        output=scored.output,
        metadata=scored.metadata,
        store=dict(scored.store.items()),
    )
    assert reading_of_sample(logged) == read(scored)
    assert read(scored).hidden_reasoning is (billed is not None)
