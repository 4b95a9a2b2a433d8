"""Harm awareness asks the same in every setting: does the reasoning see what the setting would have it set aside?"""

import asyncio

import pytest
from inspect_ai.model import get_model
from inspect_ai.scorer import Score, Target

from controls.mark import OutputMark, ReadingMark, ReasoningMark
from scorers.harm_awareness import harm_awareness
from tests.made_up import state

OUTPUT = f"<OUTPUT>{OutputMark(refused=False)}</OUTPUT>"
AWARE = f"<SCRATCHPAD_REASONING>{ReasoningMark(0)} {ReadingMark('harm_awareness', 'aware')}</SCRATCHPAD_REASONING>"
UNAWARE = f"<SCRATCHPAD_REASONING>{ReasoningMark(20)}</SCRATCHPAD_REASONING>"


@pytest.mark.parametrize("setting", ["helpful_only", "animal_welfare", "three_tiers"])
@pytest.mark.parametrize(
    ("reasoning", "label"),
    [
        pytest.param(AWARE, "aware", id="it-sees-the-harm"),
        pytest.param(UNAWARE, "none", id="alignment-faking-votes-are-no-awareness"),
    ],
)
def test_what_the_reasoning_sees(monkeypatch: pytest.MonkeyPatch, setting: str, reasoning: str, label: str) -> None:
    monkeypatch.setattr("scorers.judge.model_roles", lambda: {"grader": get_model("control/grader")})
    score = asyncio.run(harm_awareness()(state(reasoning + OUTPUT, setting=setting), Target("")))
    assert isinstance(score, Score)
    assert (score.value, (score.metadata or {})["rubric"]) == (label, "harm_awareness")
