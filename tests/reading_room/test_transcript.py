"""A reply taken apart: every part of it is shown, or said to be withheld."""

import pytest
from inspect_ai.log import EvalSample
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ModelOutput,
    StopReason,
)

from analysis.log_rows import PEOPLE, SCORERS
from reading_room.page_data import Withheld
from reading_room.transcript import Transcript, sees_output
from study.human_label import shown_sha256
from tests.made_up import cell


def whole(text: str | None, full: bool) -> Withheld:
    """A part as it is shown, or not."""
    return {"text": text if full else None, "withheld": None if full or text is None else len(text)}


@pytest.mark.parametrize("full", [True, False], ids=["full", "redacted"])
@pytest.mark.parametrize(
    ("text", "stop_reason", "wrapper", "shown_as"),
    [
        pytest.param(
            "<think>n</think><SCRATCHPAD_REASONING>s</SCRATCHPAD_REASONING><OUTPUT>o</OUTPUT>",
            "stop",
            "notebook",
            ("s", "n", "o", None, "n\n\ns"),
            id="every-part",
        ),
        pytest.param(
            "<SCRATCHPAD_REASONING>s</SCRATCHPAD_REASONING> r",
            "stop",
            "notebook",
            ("s", None, None, "r", "s"),
            id="a-remainder",
        ),
        pytest.param(
            "<SCRATCHPAD_REASONING>s</SCRATCHPAD_REASONING> r",
            "stop",
            "revisited",
            ("s", None, "r", None, "s"),
            id="a-remainder-that-is-graded",
        ),
        pytest.param(
            "<SCRATCHPAD_REASONING>s</SCRATCHPAD_REASONING><OUTPUT>o",
            "max_tokens",
            "notebook",
            ("s", None, None, "o", "s"),
            id="an-output-that-was-cut-off",
        ),
        pytest.param(
            "<SCRATCHPAD_REASONING>s",
            "max_tokens",
            "notebook",
            (None, None, None, "<SCRATCHPAD_REASONING>s", None),
            id="reasoning-that-was-cut-off",
        ),
        pytest.param("", "content_filter", "notebook", (None,) * 5, id="nothing"),
    ],
)
def test_the_parts_of_a_reply(
    text: str,
    stop_reason: StopReason,
    wrapper: str,
    shown_as: tuple[str | None, ...],
    full: bool,
) -> None:
    message = ChatMessageAssistant(content=text)
    sample = EvalSample(
        id="q-1",
        epoch=1,
        input="A made-up request",
        target="",
        messages=[ChatMessageSystem(content="prompt"), ChatMessageUser(content="query"), message],
        output=ModelOutput(choices=[ChatCompletionChoice(message=message, stop_reason=stop_reason)]),
        metadata=cell(wrapper=wrapper).model_dump(mode="json"),
    )
    scratchpad, thinking, output, remainder, reasoning = shown_as
    transcript = Transcript.of(sample, {}, {"turns": 1, "input_tokens": 2, "output_tokens": None}, full)
    assert (transcript.query, transcript.prompt, transcript.stop_reason) == ("A made-up request", "prompt", stop_reason)
    graded = output if stop_reason == "stop" else None
    assert transcript.text == {
        "user": "query",
        "scratchpad": scratchpad,
        "thinking": thinking,
        "output": whole(output, full),
        "remainder": whole(remainder, full),
        "reasoning": reasoning,
        "reasoning_sha256": reasoning and shown_sha256(reasoning),
        "answer_sha256": shown_sha256(graded) if full and graded else None,
        "error": None,
        "limit": None,
        "turns": 1,
        "input_tokens": 2,
        "output_tokens": None,
    }


def test_who_reads_the_output() -> None:
    assert [name for name in (*SCORERS, *PEOPLE) if sees_output(name)] == [
        "judged_compliance",
        "prefix_compliance",
        "disclosure",
        "probably_not_real",
        "might_not_be_real",
        "human_judged_compliance",
    ]
