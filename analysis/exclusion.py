"""What is in no figure, and why: excluding is never silent."""

from dataclasses import dataclass
from enum import StrEnum


class ExclusionKind(StrEnum):
    """Why replies of a log, or scores of them, are in no figure."""

    OTHER_SUITE = "other_suite"
    """The log is of a task of somebody else's."""

    UNFINISHED = "unfinished"
    """The run is at work, or was killed: what is in the log may still change."""

    PARTIAL = "partial"
    """The run was cancelled or failed: its finished replies are used, and what was not asked is missing."""

    STOPPED = "stopped"
    """The run stopped as it was told to, at a budget: what was not asked is missing in all conditions."""

    INVALIDATED = "invalidated"
    """Somebody marked samples as invalid; their summaries do not say which."""

    UNSCORED = "unscored"
    """The log holds no score of this suite."""

    MISSING_SCORER = "missing_scorer"
    """Other logs of the experiment have a scorer that this one has not: it is in no figure of that scorer."""

    UNKNOWN_SCORER = "unknown_scorer"
    """Scores of somebody else's scorer."""

    COPY = "copy"
    """The same replies with the same scores are in another log."""

    OLDER_SCORES = "older_scores"
    """The replies were scored again: the newest score of a scorer wins."""

    SUPERSEDED = "superseded"
    """A later attempt took the replies over, or asked them again."""


@dataclass(frozen=True)
class Exclusion:
    """Something of a log that is in no figure."""

    log: str
    """Where the log is."""
    samples: int
    """Replies that are left out, or whose scores are."""
    kind: ExclusionKind
    reason: str
    """What and why, a sentence without its stop."""
    remedy: str
    """What can be done, in the imperative; empty where nothing need be."""
