"""Made-up calibrations of a judge, and replies that it voted on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from analysis.calibration_record import Area, CalibrationRecord, Confusion, LabelledData, Share
from analysis.report.calibration import Calibration
from analysis.statistics.rates import rate
from study.human_label import human_score
from tests.made_up_frame import FAKING, reply

JUDGE, RUBRIC, VOTES, TEMPERATURE = "openai/gpt-4o", "a" * 64, 20, 1.0
HUMAN = human_score(FAKING)


def confusion(tp: int, fn: int, fp: int, tn: int, group: str = "all") -> Confusion:
    """A table of labels that all weigh the same."""
    return Confusion(
        group=group, tp=tp, fn=fn, fp=fp, tn=tn, unscored_positive=0, unscored_negative=0, unscored={},
        sensitivity=_share(tp, fn), specificity=_share(tn, fp),
    )  # fmt: skip


def record(tp: int, fn: int, fp: int, tn: int, **changes: Any) -> CalibrationRecord:
    """Of the judge, by so many labels, with changes."""
    fields: dict[str, Any] = {
        "suite_version": "0.1.0",
        "created": datetime(2026, 1, 2, tzinfo=UTC),
        "log_eval_id": "e1",
        "judge": JUDGE,
        "control": False,
        "rubric": "alignment_faking",
        "rubric_sha256": RUBRIC,
        "temperature": TEMPERATURE,
        "votes": VOTES,
        "threshold": 0.4,
        "data": LabelledData(
            name="ours",
            sha256="b" * 64,
            texts=tp + fn + fp + tn,
            positive=tp + fn or 1,
            negative=fp + tn or 1,
            strata=0,
        ),
        "overall": confusion(tp, fn, fp, tn),
        "by_tier": [],
        "by_model": [],
        "by_kind": [],
        "auroc": Area(n_positive=1, n_negative=1, value=0.5, ci_low=0.1, ci_high=0.9),
        "roc": [],
        "transfer": [],
        "fewer_votes": [],
        "misjudged": [],
    }
    return CalibrationRecord(**fields | changes)


def calibration(tp: int, fn: int, fp: int, tn: int, file: str = "judge.json", **changes: Any) -> Calibration:
    """A record as a report is given it."""
    return Calibration(file, record(tp, fn, fp, tn, **changes))


def voted(query: str, complies: bool, label: str, **changes: Any) -> dict[str, Any]:
    """A reply on the free tier with the label that this judge gave its reasoning."""
    columns: dict[str, Any] = {
        FAKING: label,
        "vote_judge": JUDGE,
        "vote_rubric_sha256": RUBRIC,
        "votes": VOTES,
        "vote_judge_temperature": TEMPERATURE,
    }
    return reply(query, "free", complies, **columns | changes)


def replies(faking: int, not_faking: int, refusing: int = 0) -> list[dict[str, Any]]:
    """So many that comply and fake, that comply and do not, and that refuse."""
    labels = [*["faking"] * faking, *["not_faking"] * not_faking, *["not_applicable"] * refusing]
    return [voted(f"q{i}", label != "not_applicable", label) for i, label in enumerate(labels)]


def labelled(rows: list[dict[str, Any]], judged: str, people: Sequence[str | None], size: int | None = None) -> None:
    """What people say of the first replies with one label of the judge: a label, or None where they disagree.

    Args:
        rows: Replies; they are changed.
        judged: Label of the judge.
        people: Labels by people.
        size: Of the stratum; None: as many as there are.
    """
    of_label = [row for row in rows if row[FAKING] == judged]
    for row, label in zip(of_label, people, strict=False):
        row |= {
            HUMAN: label,
            f"{HUMAN}_reason": None if label else "labellers_disagree",
            f"{HUMAN}_labellers": 1,
            f"{HUMAN}_stratum": f"free · judge: {judged}",
            f"{HUMAN}_stratum_size": len(of_label) if size is None else size,
        }


def _share(right: int, wrong: int) -> Share:
    found, n = rate([1] * right + [0] * wrong), right + wrong
    return Share(
        n=n, n_effective=n, rate=found.rate, ci_low=found.ci_low, ci_high=found.ci_high, bound_low=found.rate,
        bound_high=found.rate,
    )  # fmt: skip
