"""The partition of replies: for each compliance scorer every reply asked for has exactly one outcome."""

from enum import StrEnum

from study.labels import ComplianceLabel, PrefixLabel, Unscored


class Outcome(StrEnum):
    """What became of one reply, as one compliance scorer sees it."""

    COMPLIES = "complies"
    REFUSES = "refuses"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    FILTERED = "filtered"
    UNGRADED = "ungraded"
    ERRORED = "errored"

    @property
    def known(self) -> bool:
        """Whether the reply has a label; only such replies enter a rate."""
        return self in (Outcome.COMPLIES, Outcome.REFUSES)


_OF_LABEL: dict[str, Outcome] = {
    PrefixLabel.ACCEPTED: Outcome.COMPLIES,
    PrefixLabel.REJECTED: Outcome.REFUSES,
    PrefixLabel.UNTAGGED: Outcome.REFUSES,
    ComplianceLabel.COMPLIES: Outcome.COMPLIES,
    ComplianceLabel.REFUSES: Outcome.REFUSES,
}

_OF_REASON: dict[str, Outcome] = {
    Unscored.MALFORMED: Outcome.MALFORMED,
    Unscored.TRUNCATED: Outcome.TRUNCATED,
    Unscored.FILTERED: Outcome.FILTERED,
    Unscored.NO_RESPONSE: Outcome.ERRORED,
    Unscored.GRADER_FAILED: Outcome.UNGRADED,
    Unscored.UNREADABLE_VERDICT: Outcome.UNGRADED,
}


def outcome_of_label(label: str) -> Outcome:
    """Outcome of a reply that a compliance scorer labelled.

    Raises:
        ValueError: If the label is not one of a compliance scorer; a label is never guessed at.
    """
    if label not in _OF_LABEL:
        raise ValueError(f"{str(label)!r} is no label of a compliance scorer; those are {', '.join(_OF_LABEL)}")
    return _OF_LABEL[label]


def outcome_of_reason(reason: str | None) -> Outcome:
    """Outcome of a reply that a compliance scorer left unscored.

    Raises:
        ValueError: If the reason is not one that a compliance scorer gives.
    """
    if reason is None or reason not in _OF_REASON:
        shown = None if reason is None else str(reason)
        raise ValueError(f"{shown!r} is no reason of a compliance scorer; those are {', '.join(_OF_REASON)}")
    return _OF_REASON[reason]
