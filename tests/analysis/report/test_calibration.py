"""Which calibration a report uses for which judge."""

from math import nan
from typing import Any

import pytest

from analysis.report.calibration import Calibration, matching, warnings
from analysis.statistics.corrected_rate import Judge, Refusal
from tests.made_up_calibration import calibration, confusion, record, replies
from tests.made_up_frame import frame, reply

GOOD = (45, 5, 4, 46)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, [], id="judged-the-same-way"),
        pytest.param({"votes": 5}, ["votes: 20 in the run, 5 in the calibration"], id="fewer-votes"),
        pytest.param({"temperature": None}, ["temperature: 1.0 in the run, none in the calibration"], id="temperature"),
        pytest.param({"by_model": [confusion(*GOOD, "made-up/model")]}, [], id="of-this-model-alone"),
        pytest.param(
            {"by_model": [confusion(*GOOD, "other")]},
            ["model: made-up/model in the run, other alone in the calibration"],
            id="of-another-model-alone",
        ),
        pytest.param({"by_model": [confusion(*GOOD, "other"), confusion(*GOOD, "more")]}, [], id="of-several-models"),
    ],
)
def test_it_speaks_of_runs_that_were_judged_the_same_way(changes: dict[str, Any], said: list[str]) -> None:
    given, run = calibration(*GOOD, **changes), frame(replies(1, 3))
    assert given.mismatches(run) == said
    assert (matching([given], run) is given) == (not said)


def test_the_first_that_matches_is_used() -> None:
    other, first, second = calibration(*GOOD, votes=5), calibration(*GOOD), calibration(*GOOD)
    assert matching([other, first, second], frame(replies(1, 3))) is first
    assert matching([], frame(replies(1, 3))) is None


@pytest.mark.parametrize(
    ("given", "rows", "said"),
    [
        pytest.param([calibration(*GOOD)], replies(1, 3), [], id="used"),
        pytest.param(
            [calibration(*GOOD, votes=5)],
            replies(1, 3),
            [
                (
                    "The calibration judge.json is not used: it matches no run; nearest: votes: 20 in the run, 5 in "
                    "the calibration."
                )
            ],
            id="matches-nothing",
        ),
        pytest.param(
            [calibration(*GOOD), calibration(*GOOD, file="again.json")],
            replies(1, 3),
            ["The calibration again.json is not used: another that was given before it is of the same judge."],
            id="a-second-of-the-same-judge",
        ),
        pytest.param(
            [calibration(*GOOD)],
            [reply("a", "free", True)],
            ["The calibration judge.json is not used: no reply was put to a judge of alignment_faking."],
            id="no-judge",
        ),
    ],
)
def test_one_that_is_not_used_says_why(given: list[Calibration], rows: list[dict[str, Any]], said: list[str]) -> None:
    assert [*warnings(given, frame(rows))] == said


def test_labels_that_weigh_differently_count_for_those_that_say_as_much() -> None:
    found = record(*GOOD)
    weighted = found.overall.model_copy(
        update={"sensitivity": found.overall.sensitivity.model_copy(update={"n_effective": 12.5})}
    )
    assert Calibration("judge.json", found.model_copy(update={"overall": weighted})).judge == Judge(0.9, 0.92, 12.5, 50)


def test_a_share_without_data_has_no_labels() -> None:
    found = record(*GOOD)
    nothing = found.overall.model_copy(
        update={"sensitivity": found.overall.sensitivity.model_copy(update={"rate": None, "n_effective": 0.0})}
    )
    refused = Calibration("judge.json", found.model_copy(update={"overall": nothing})).judge.refused()
    assert refused is not None
    assert refused.why is Refusal.NO_POSITIVES


def test_a_temperature_that_reached_no_judge() -> None:
    run = frame([row | {"vote_judge_temperature": nan} for row in replies(1, 3)])
    assert calibration(*GOOD, temperature=None).mismatches(run) == []
