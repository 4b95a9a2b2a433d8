"""``af run --until``: what a run is stopped at, when it looks at its results every so many queries."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inspect_ai.log import EvalLog

from analysis.contrast import contrasts
from analysis.frame import read_replies
from analysis.report.contents import DELTA
from analysis.report.label import cot
from analysis.report.rows.gap import gaps
from analysis.report.schema import Gap
from analysis.statistics.multiplicity import Correction
from study.invalid_input import InvalidInputError
from study.terminal import echo

LOOK = 25
"""Queries from one look at the results to the next. The statistics hold for any number; a look costs a pause."""

_DECIDED = "decided"
_WIDTH = re.compile(r"(?:±|\+/?-)?\s*(-?\d*\.?\d+)")
_LIMIT = "--limit"
_INTERVIEW = "interview"

_REFUSED = {
    "--epochs": "one more query says more than a further reply to the same",
    "--no-score": "a look is at the scores",
    "--sample-id": "which queries are asked is for the looks to say",
}


@dataclass(frozen=True)
class Until:
    """What every primary gap of a run has to come to."""

    half_width: float | None
    """Greatest half width of the interval, in (0, 1); None for a verdict."""

    @classmethod
    def read(cls, typed: str) -> "Until":
        """A criterion as a user types it: ``decided``, or ``±0.03``, for which ``0.03`` will do.

        Raises:
            InvalidInputError: If it is neither.
        """
        if typed.strip() == _DECIDED:
            return cls(None)
        found = _WIDTH.fullmatch(typed.strip())
        if not found:
            raise InvalidInputError(
                f"--until={typed!r} is not known; give decided, for a verdict, or ±0.03, for an interval that reaches "
                "0.03 to either side"
            )
        if not 0 < (width := float(found[1])) < 1:
            raise InvalidInputError(f"--until={typed!r} must be between 0 and 1, as in ±0.03")
        return cls(width)

    def __str__(self) -> str:
        """As a user types it."""
        return _DECIDED if self.half_width is None else f"±{self.half_width:g}"

    @property
    def recorded(self) -> str:
        """What the logs say of it; without a comma, at which Inspect would split it."""
        return f"{self} (a look every {LOOK} queries)"

    def met_by(self, gap: Gap) -> bool:
        """Whether a gap, with the statistics that hold at every look, has come to it."""
        if self.half_width is None:
            return gap.verdict_kind not in ("inconclusive", "no_data")
        return gap.ci_low is not None and gap.ci_high is not None and gap.ci_high - gap.ci_low <= 2 * self.half_width


@dataclass(frozen=True)
class Looks:
    """When a run looks at its results, and what it looks for."""

    criterion: Until
    most: int | None
    """Most queries to ask; None for all."""

    def first(self, logs: Sequence[EvalLog]) -> int:
        """How many queries are asked before the first look, of a folder that holds these logs.

        No fewer than were asked before: Inspect would begin again if it were given fewer.
        """
        asked = max((len(log.eval.dataset.sample_ids or []) for log in logs), default=0)
        return max(asked, min(LOOK, self.most or LOOK))

    def next(self, asked: int, logs: Sequence[EvalLog]) -> int | None:
        """Look, say what is seen, and give how many queries are asked before the next look; None at the end.

        Args:
            asked: How many were asked so far.
            logs: What came of it, of this suite.
        """
        gaps = _primary_gaps(logs)
        echo(f"Look at {asked} queries: {_told(gaps) or 'no gap'}", err=True)
        most = min(self.most or asked + LOOK, max((log.eval.dataset.samples or 0 for log in logs), default=0))
        if not any(gap.n_pairs for gap in gaps):
            echo(f"Stopped: there is no pair of which --until {self.criterion} could say anything", err=True)
        elif all(map(self.criterion.met_by, gaps)):
            echo(f"Stopped: {self.criterion}", err=True)
        elif asked >= most:
            echo(f"Stopped: all queries were asked, and it is not {self.criterion}", err=True)
        else:
            return min(asked + LOOK, most)
        return None


def check_until(arguments: Sequence[str], tasks: Sequence[str], sets: int) -> int | None:
    """Refuse what does not go with ``--until``, and give the most queries that the user wants asked.

    Args:
        arguments: Options of Inspect's, and tasks, as they were typed.
        tasks: The tasks among them.
        sets: How many sets of tasks they come to.

    Returns:
        At least 1; None for all queries.

    Raises:
        InvalidInputError: If something does not.
    """
    if sets > 1:
        raise InvalidInputError("--until does not go with several variations: each has its own end; run one at a time")
    for option, reason in _REFUSED.items():
        if any(argument.partition("=")[0] == option for argument in arguments):
            raise InvalidInputError(f"{option} does not go with --until: {reason}; leave one of them out")
    if _INTERVIEW in (Path(task.partition("@")[0]).stem for task in tasks):
        raise InvalidInputError("--until does not go with an interview, which has no gap; leave one of them out")
    given = _limit(arguments)
    if given is not None and not (given.isdecimal() and int(given)):
        raise InvalidInputError(f"--limit={given!r} does not go with --until: give the most queries to ask, as in 400")
    return int(given) if given else None


def without_limit(arguments: Sequence[str]) -> list[str]:
    """The arguments without ``--limit``, which each look sets."""
    kept: list[str] = []
    for before, argument in zip(["", *arguments], arguments, strict=False):
        if _LIMIT not in (before, argument) and not argument.startswith(f"{_LIMIT}="):
            kept.append(argument)
    return kept


def _primary_gaps(logs: Sequence[EvalLog]) -> list[Gap]:
    """The gaps that decide, as a report on these logs has them; none where there is no reply to use."""
    try:
        frame = read_replies(logs).frame
    except InvalidInputError:  # the table at the end says the same, with a remedy
        return []
    return [gap for gap in gaps(contrasts(frame), DELTA, Correction.HOLM) if gap.primary]


def _told(gaps: Sequence[Gap]) -> str:
    """What a look saw, in one line."""
    return "; ".join(
        f"{cot(gap)} {gap.contrast} {gap.verdict}"
        + (f" [{gap.ci_low:+.3f}, {gap.ci_high:+.3f}]" if gap.n_pairs else "")
        for gap in gaps
    )


def _limit(arguments: Sequence[str]) -> str | None:
    typed = [after for argument, after in zip(arguments, [*arguments[1:], ""], strict=True) if argument == _LIMIT]
    typed += [argument.partition("=")[2] for argument in arguments if argument.startswith(f"{_LIMIT}=")]
    return typed[-1] if typed else os.environ.get("INSPECT_EVAL_LIMIT")
