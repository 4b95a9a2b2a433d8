"""Every reply has exactly one outcome, and nothing is guessed."""

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


@pytest.mark.parametrize("label", [*FakingLabel, *Unscored, *Outcome, "", "Complies", "ACCEPTED", "complies "])
def test_any_other_label_is_refused(label: str) -> None:
    if label in LABELS:
        pytest.skip("an outcome that bears the name of a label")
    with pytest.raises(ValueError, match="no label of a compliance scorer") as error:
        outcome_of_label(label)
    assert str(error.value) == (
        f"{label!r} is no label of a compliance scorer; "
        "those are ['accepted', 'complies', 'refuses', 'rejected', 'untagged']"
    )
