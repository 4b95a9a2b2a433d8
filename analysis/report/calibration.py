"""Calibrations that a report is given, and which of its judges each of them speaks of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.calibration_record import CalibrationRecord
from analysis.contrast import experiments
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER
from analysis.report.schema import CalibrationUsed
from analysis.statistics.corrected_rate import Judge


@dataclass(frozen=True)
class Calibration:
    """A judge of alignment faking, compared with labels on other replies."""

    file: str
    """Where the record was read from."""
    record: CalibrationRecord

    @property
    def judge(self) -> Judge:
        """How often it was right; its labels where they weigh differently by how many would say as much."""
        shares = (self.record.overall.sensitivity, self.record.overall.specificity)
        (se, n_se), (sp, n_sp) = (
            (0.0, 0.0) if share.rate is None else (share.rate, share.n_effective) for share in shares
        )
        return Judge(se, sp, n_se, n_sp)

    @property
    def used(self) -> CalibrationUsed:
        """As a report shows it."""
        judge, overall = self.judge, self.record.overall
        return CalibrationUsed(
            file=self.file,
            data=self.record.data.name,
            n_positive=judge.positives,
            n_negative=judge.negatives,
            sensitivity=overall.sensitivity.rate,
            specificity=overall.specificity.rate,
        )

    def mismatches(self, replies: pd.DataFrame) -> list[str]:
        """Why it says nothing of the labels of one experiment; empty where it does."""
        votes, temperature = (_first(replies, column) for column in ("votes", "vote_judge_temperature"))
        found = self.record.mismatches(
            agreed(replies, "vote_judge"),
            agreed(replies, "vote_rubric_sha256"),
            None if votes is None else int(votes),
            temperature,
        )
        model, models = str(replies["model"].iloc[0]), [group.group for group in self.record.by_model]
        if len(models) == 1 and models != [model]:
            found.append(f"model: {model} in the run, {models[0]} alone in the calibration")
        return found

    def of_others(self, replies: pd.DataFrame) -> str | None:
        """What a reader must know where no label of the calibration is of the model of one experiment; else None."""
        if replies.empty or (model := str(replies["model"].iloc[0])) in {group.group for group in self.record.by_model}:
            return None
        return f"no label of the calibration is of reasoning of {model}: how often the judge errs on it is not known"


def matching(calibrations: Iterable[Calibration], replies: pd.DataFrame) -> Calibration | None:
    """The first that speaks of the judge of these replies, of one experiment."""
    return next((one for one in calibrations if not one.mismatches(replies)), None)


def warnings(calibrations: Sequence[Calibration], frame: pd.DataFrame) -> Iterable[str]:
    """What a reader must know of calibrations that are not used."""
    judged = [replies for _, replies in experiments(frame) if agreed(replies, "vote_judge") is not None]
    used = [matching(calibrations, replies) for replies in judged]
    for calibration in calibrations:
        if any(calibration is one for one in used):
            continue
        reasons = [calibration.mismatches(replies) for replies in judged]
        if not reasons:
            said = f"no reply was put to a judge of {FAKING_SCORER}"
        elif nearest := min(reasons, key=len):
            said = f"it matches no run; nearest: {'; '.join(nearest)}"
        else:
            said = "another that was given before it is of the same judge"
        yield f"The calibration {calibration.file} is not used: {said}."


def _first(replies: pd.DataFrame, column: str) -> float | None:
    known = replies[column].dropna()
    return None if known.empty else float(known.iloc[0])
