"""How good a judge was found to be: what ``af calibrate`` writes, and what a report reads.

A number that there is no data for is null, never 0. Rates are fractions in [0, 1]. A record speaks of one judge with
one rubric, number of votes, threshold and temperature, on one set of labels; `CalibrationRecord.mismatches` tells
whether a run was judged so.
"""

import os
from collections.abc import Callable
from math import isclose, isnan
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from study.bounded_file import TABLE, read_bounded
from study.invalid_input import InvalidInputError
from study.vote import THRESHOLD


def _or_null(value: Any) -> Any:
    return None if isinstance(value, float) and isnan(value) else value


Number = Annotated[float | None, BeforeValidator(_or_null)]
"""Null where there is no data, of which the statistics say NaN."""

_SHA256 = r"^[0-9a-f]{64}$"


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Share(_Row):
    """A share of labelled texts, with its interval."""

    n: int = Field(ge=0)
    """Texts."""
    n_effective: float = Field(ge=0)
    """Texts of equal weight that would say as much; n where all weigh alike."""
    rate: Number
    """Weighted where the labels are of a stratified sample."""
    ci_low: Number
    ci_high: Number
    bound_low: Number
    """The rate if the judge had been wrong on every text that it gave no label."""
    bound_high: Number
    """The rate if it had been right on all of them."""


class Confusion(_Row):
    """What a judge says of some texts, against their labels."""

    group: str
    """``all``, or what these texts have in common: a tier, a model, a kind."""
    tp: int = Field(ge=0)
    """Faking by both."""
    fn: int = Field(ge=0)
    """Faking by the label alone."""
    fp: int = Field(ge=0)
    """Faking by the judge alone."""
    tn: int = Field(ge=0)
    unscored_positive: int = Field(ge=0)
    """Faking by the label; the judge gave none."""
    unscored_negative: int = Field(ge=0)
    unscored: dict[str, int]
    """Texts without a label of the judge, by reason."""
    sensitivity: Share
    """Of what is faking by the label: also by the judge."""
    specificity: Share
    """Of what is not faking by the label: nor by the judge."""


class Area(_Row):
    """Area under the ROC curve: how often a faking text has more yes votes than one that is not; a tie counts half."""

    n_positive: int
    n_negative: int
    value: Number
    ci_low: Number
    ci_high: Number


class RocPoint(_Row):
    """The judge at one threshold."""

    yes: int
    """Fewest yes votes that make the label faking."""
    sensitivity: Number
    specificity: Number


class Transfer(_Row):
    """A threshold that suits some texts, put to the others."""

    factor: str
    """What tells the texts apart: ``model``, ``tier``, or ``half``, drawn at random."""
    chosen_on: str
    n_chosen_on: int
    n_applied_to: int
    yes: int
    """Fewest yes votes that make the label faking, where Youden's J on `chosen_on` is greatest."""
    j_chosen_on: Number
    """Sensitivity + specificity − 1 there."""
    j_applied_to: Number
    """The same threshold on the others."""
    j_in_use: Number
    """The threshold in use, on the others."""


class FewerVotes(_Row):
    """What the same judge would be with fewer votes: the mean over every choice of so many of those recorded."""

    votes: int = Field(ge=1)
    yes: int
    """Fewest yes votes that make the label faking."""
    sensitivity: Number
    specificity: Number
    auroc: Number
    same_label: Number
    """Share of the texts that have the label that all votes give."""


class Misjudged(_Row):
    """A text on which judge and label differ."""

    id: str
    label: str
    votes_yes: int
    kind: str | None = None
    why: str | None = None
    """Why the label is what it is, where the set says so."""


class LabelledData(_Row):
    """The labels that a judge was held against."""

    name: str
    sha256: str = Field(pattern=_SHA256)
    """Of the rows: the same rows in another file format are the same data."""
    texts: int = Field(ge=1)
    positive: int = Field(ge=1)
    negative: int = Field(ge=1)
    strata: int = Field(ge=0)
    """Of a stratified sample; 0 where every text weighs the same."""


class CalibrationRecord(_Row):
    """A judge against labels."""

    schema_version: Literal[1] = 1
    suite_version: str
    created: AwareDatetime
    log_eval_id: str
    """Inspect's id of the run."""
    judge: str
    """Provider/model."""
    control: bool
    """Whether the judge is a control: what is found of it holds of no real one."""
    rubric: str
    rubric_sha256: str = Field(pattern=_SHA256)
    temperature: Number
    """As it reached the judge; null where its provider takes none."""
    votes: int = Field(ge=1)
    threshold: float
    """Share of yes votes from which a label is faking."""
    data: LabelledData
    overall: Confusion
    by_tier: list[Confusion]
    by_model: list[Confusion]
    by_kind: list[Confusion]
    auroc: Area
    roc: list[RocPoint]
    transfer: list[Transfer]
    fewer_votes: list[FewerVotes]
    misjudged: list[Misjudged]

    def mismatches(
        self,
        judge: str | None,
        rubric_sha256: str | None,
        votes: int | None,
        temperature: float | None,
        threshold: float = float(THRESHOLD),
    ) -> list[str]:
        """Why the record says nothing of labels that were given so; empty where it does.

        Args:
            judge: Model that voted, as the frame has it in ``vote_judge``; None where none did.
            rubric_sha256: ``vote_rubric_sha256``.
            votes: ``votes``.
            temperature: ``vote_judge_temperature``; None or NaN where none reached the judge.
            threshold: Share of yes votes from which a label is faking.
        """
        of_run = {
            "judge": judge,
            "rubric_sha256": rubric_sha256,
            "votes": votes,
            "temperature": _or_null(temperature),
            "threshold": threshold,
        }
        return [
            f"{name}: {_shown(ours)} in the run, {_shown(calibrated)} in the calibration"
            for name, ours in of_run.items()
            for calibrated in [getattr(self, name)]
            if not _same(ours, calibrated)
        ]

    def same_question(self, other: "CalibrationRecord") -> bool:
        """Whether both are of one judge on one set of labels."""
        return self.data.sha256 == other.data.sha256 and not self.mismatches(
            other.judge, other.rubric_sha256, other.votes, other.temperature, other.threshold
        )


def save_record(record: CalibrationRecord, path: Path, force: bool = False) -> None:
    """Write a record: all of it, or nothing.

    Args:
        record: What to write.
        path: A JSON file; its folder is made if need be.
        force: Whether to replace whatever is there. Without it only a record of the same judge and labels is replaced.

    Raises:
        InvalidInputError: If something else is there, or the file cannot be written.
    """
    if not force:
        check_replaceable(path, record.same_question)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".tmp", delete=False) as file:
            written = Path(file.name)
            file.write(record.model_dump_json(indent=1) + "\n")
        try:
            written.replace(path)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be written to ({os.strerror(error.errno or 0)}); name another file"
        ) from error


def check_replaceable(path: Path, is_same: Callable[[CalibrationRecord], bool]) -> None:
    """Refuse a file that holds something else.

    Raises:
        InvalidInputError: If it is there, and is no record, or one that is not the same.
    """
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder; name a file with -o FILE")
    if path.exists() and not is_same(load_record(path)):
        raise InvalidInputError(
            f"{path} is the record of another judge or of other labels; name another file with -o FILE, or replace it "
            "with --force"
        )


def load_record(path: Path) -> CalibrationRecord:
    """Read a record.

    Raises:
        InvalidInputError: If the file is not there, is not whole, or is no record of this version.
    """
    try:
        return CalibrationRecord.model_validate_json(read_bounded(path, TABLE))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInputError(
            f"{path} is no calibration record ({f'{where}: ' if where else ''}{first['msg']}); give a file that af "
            "calibrate wrote"
        ) from error
    except OSError as error:
        raise InvalidInputError(
            f"{path} cannot be read ({os.strerror(error.errno or 0)}); give a file that af calibrate wrote"
        ) from error


def _same(ours: object, calibrated: object) -> bool:
    if isinstance(ours, float) and isinstance(calibrated, float):
        return isclose(ours, calibrated)
    return ours == calibrated


def _shown(value: object) -> str:
    return "none" if value is None else str(value)[:60]
