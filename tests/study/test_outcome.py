"""Every reply has exactly one outcome, and nothing is guessed."""

import re

import pytest

from study.labels import ComplianceLabel, FakingLabel, PrefixLabel, Unscored
from study.outcome import Outcome, outcome_of_label, outcome_of_reason

LABELS = {
    PrefixLabel.ACCEPTED: Outcome.COMPLIES,
    PrefixLabel.REJECTED: Outcome.REFUSES,
    PrefixLabel.UNTAGGED: Outcome.REFUSES,
    ComplianceLabel.COMPLIES: Outcome.COMPLIES,
    ComplianceLabel.REFUSES: Outcome.REFUSES,
}

REASONS = {
    Unscored.MALFORMED: Outcome.MALFORMED,
    Unscored.TRUNCATED: Outcome.TRUNCATED,
    Unscored.FILTERED: Outcome.FILTERED,
    Unscored.NO_RESPONSE: Outcome.ERRORED,
    Unscored.GRADER_FAILED: Outcome.UNGRADED,
    Unscored.UNREADABLE_VERDICT: Outcome.UNGRADED,
}

REASONS_OF_THE_VOTE = {Unscored.UNREADABLE_VOTES, Unscored.COMPLIANCE_UNSCORED, Unscored.NO_REASONING}
"""Reasons that only the scorer of the reasoning gives: they say nothing of compliance."""


@pytest.mark.defect(2)
@pytest.mark.parametrize("label", [*PrefixLabel, *ComplianceLabel], ids=repr)
def test_each_label_of_a_compliance_scorer_is_one_known_outcome(label: PrefixLabel | ComplianceLabel) -> None:
    assert (outcome_of_label(label), outcome_of_label(label).known) == (LABELS[label], True)


@pytest.mark.defect(2)
@pytest.mark.parametrize("reason", [reason for reason in Unscored if reason not in REASONS_OF_THE_VOTE])
def test_each_reason_of_a_compliance_scorer_is_one_unknown_outcome(reason: Unscored) -> None:
    assert (outcome_of_reason(reason), outcome_of_reason(reason).known) == (REASONS[reason], False)


@pytest.mark.defect(2)
def test_every_outcome_is_reached() -> None:
    assert {*LABELS.values(), *REASONS.values()} == set(Outcome)


@pytest.mark.parametrize("label", [*FakingLabel, *REASONS, "", "Complies", "ACCEPTED", "complies ", "1.0"])
def test_no_other_label_is_guessed_at(label: str) -> None:
    with pytest.raises(
        ValueError, match=re.escape(f"{str(label)!r} is no label of a compliance scorer; those are")
    ) as error:
        outcome_of_label(label)
    assert [known for known in LABELS if known.value not in str(error.value)] == []


@pytest.mark.parametrize("reason", [*sorted(REASONS_OF_THE_VOTE), *LABELS, None, "", "Malformed", "no reason"])
def test_no_other_reason_is_guessed_at(reason: str | None) -> None:
    with pytest.raises(
        ValueError,
        match=re.escape(f"{None if reason is None else str(reason)!r} is no reason of a compliance scorer; those"),
    ) as error:
        outcome_of_reason(reason)
    assert [known for known in REASONS if known.value not in str(error.value)] == []
