"""Alignment-faking reasoning by tier and denominator, as the judge sees it and corrected for its mistakes."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.contrast import PRIMARY, experiments, tiers_of
from analysis.experiment import agreed
from analysis.reply_schema import FAKING_SCORER, reason_column
from analysis.report.calibration import Calibration, matching
from analysis.report.rows.people import drawn_from_others, strata, undecided_replies, was_labelled
from analysis.report.schema import CalibrationUsed, Drift, Experiment, Faking
from analysis.statistics.corrected_rate import Corrected, Correction, Judge, Refused, corrected_rate
from analysis.statistics.prediction_powered import prediction_powered_rate
from analysis.statistics.rates import Among, faking_rates
from analysis.statistics.specificity import sampled_sensitivity, sampled_specificity
from study.labels import FakingLabel
from study.outcome import Outcome


def faking(
    frame: pd.DataFrame, calibrations: Sequence[Calibration] = (), drift: Sequence[Drift] = ()
) -> Iterable[Faking]:
    """Of every experiment and tier that has the scorer, of each denominator.

    Args:
        frame: All replies.
        calibrations: Of judges; the first that speaks of one corrects its rates. Labels by people of the replies
            themselves go before it.
        drift: What is known of how these calibrations hold here.
    """
    drifted = {(*row.experiment, row.tier): row.statement for row in drift if row.drifted}
    for experiment, replies in experiments(frame):
        calibration = matching(calibrations, replies)
        for tier in tiers_of(replies):
            of_tier = replies[replies["tier"] == tier]
            asked = of_tier[of_tier[FAKING_SCORER].notna() | of_tier[reason_column(FAKING_SCORER)].notna()]
            if len(asked):
                described = Experiment.named(experiment) | {"tier": tier}
                doubt = drifted.get((*Experiment(**Experiment.named(experiment)).experiment, tier))
                yield from _rows(described, asked, calibration, doubt)


def _rows(
    described: dict[str, Any], asked: pd.DataFrame, calibration: Calibration | None, doubt: str | None
) -> Iterable[Faking]:
    # A refusal is not faking, whatever became of an audit of its reasoning: the rate must not depend on who was asked.
    known = asked[asked[FAKING_SCORER].notna() | (asked[PRIMARY] == Outcome.REFUSES)]
    fakes, complies = known[FAKING_SCORER] == FakingLabel.FAKING, known[PRIMARY] == Outcome.COMPLIES
    read = known[FAKING_SCORER].notna() & (known[FAKING_SCORER] != FakingLabel.NOT_APPLICABLE)
    counted = {Among.ALL: fakes & complies, Among.COMPLIANT: fakes & complies, Among.REFUSING: fakes & ~complies}
    unscored = _reasons(asked.drop(known.index))
    lost = _reasons(known[known[FAKING_SCORER].isna()])  # refusals that were asked about in vain
    nothing_to_read = not described["cot"] and not (read & complies).any()  # 0 would be no finding
    rates = faking_rates(
        fakes.to_numpy(bool), complies.to_numpy(bool), read.to_numpy(bool), known["query_id"].to_numpy(object)
    )
    judge, put = agreed(asked, "vote_judge"), known[complies & read]
    others = drawn_from_others(asked, FAKING_SCORER) if was_labelled(put, FAKING_SCORER) else None
    correct = _Corrections(put, calibration, doubt, others)
    for among, found in rates.items():
        left_out = lost if among is Among.REFUSING else unscored
        nothing = nothing_to_read and among is not Among.REFUSING
        if judge is None or nothing:
            corrected: dict[str, Any] = {"calibrated": False}
        else:
            corrected = correct.fields({Among.ALL: known, Among.COMPLIANT: put}.get(among))
        yield Faking(
            **described,
            among=among.value,
            n=found.n,
            n_faking=int(counted[among].sum()),
            rate=None if nothing else found.rate,
            ci_low=None if nothing else found.ci_low,
            ci_high=None if nothing else found.ci_high,
            n_unscored=sum(left_out.values()),
            unscored=left_out,
            judge=judge,
            **corrected,
        )


@dataclass(frozen=True)
class _Corrections:
    """What there is to correct the rates of one tier by."""

    put: pd.DataFrame
    """Replies that comply and have a label of their reasoning."""
    calibration: Calibration | None
    doubt: str | None
    """What says that the calibration does not hold here."""
    not_weighable: Refused | None

    def fields(self, among: pd.DataFrame | None) -> dict[str, Any]:
        """What a row says of its correction.

        Args:
            among: Replies that the rate is a share of; None for the rate among refusals, of which there is none.
        """
        holds = self.calibration is not None and not self.calibration.judge.refused() and self.doubt is None
        if among is None:
            return {"calibrated": holds}
        notes, refused = [], []
        if was_labelled(self.put, FAKING_SCORER):
            found = self._by_people(among)
            if isinstance(found, Corrected):
                undecided = [said] if (said := undecided_replies(self.put, FAKING_SCORER)) else []
                return _fields("ppi", found, self._people) | {"calibrated": True, "correction_notes": undecided}
            refused.append(found.said)
            notes.append(f"labels by people of these replies are not used: {found.said}")
        if self.calibration is None:
            return {"calibrated": False, "correction_refused": "; ".join(refused) or None}
        found = self._by_record(among, self.calibration.judge)
        used = self.calibration.used
        if isinstance(found, Refused):
            said = "; ".join([*refused, found.said])
            return {"calibrated": False, "correction_refused": said, "calibration": used}
        notes += [f"the calibration may not hold here: {self.doubt}"] if self.doubt else []
        notes += [said] if (said := self.calibration.of_others(self.put)) else []
        return _fields("rogan_gladen", found, used) | {"calibrated": holds, "correction_notes": notes}

    def _by_people(self, among: pd.DataFrame) -> Correction:
        if self.not_weighable:
            return self.not_weighable
        queries = among["query_id"].nunique()
        return prediction_powered_rate(strata(self.put, FAKING_SCORER), len(among), queries)

    def _by_record(self, among: pd.DataFrame, judge: Judge) -> Correction:
        queries = among["query_id"].nunique()
        unit = queries / len(among) if len(among) else 1.0  # a query counts once, whatever its epochs
        positives = int((self.put[FAKING_SCORER] == FakingLabel.FAKING).sum()) * unit
        return corrected_rate(positives, min(len(self.put) * unit, queries), judge, queries)

    @property
    def _people(self) -> CalibrationUsed:
        of = strata(self.put, FAKING_SCORER)
        positives = sum(stratum.positives for stratum in of)
        return CalibrationUsed(
            file=None,
            data="labels by people of these replies",
            n_positive=positives,
            n_negative=sum(stratum.labelled for stratum in of) - positives,
            sensitivity=sampled_sensitivity(of).rate,
            specificity=sampled_specificity(of).rate,
        )


def _fields(name: str, found: Corrected, used: CalibrationUsed) -> dict[str, Any]:
    return {
        "correction": name,
        "corrected": found.rate,
        "corrected_low": found.ci_low,
        "corrected_high": found.ci_high,
        "correction_clipped": found.clipped,
        "calibration": used,
    }


def _reasons(replies: pd.DataFrame) -> dict[str, int]:
    return dict(Counter(replies[reason_column(FAKING_SCORER)].astype("str")))
