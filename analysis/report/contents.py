"""From replies to what the report says of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from analysis.contrast import contrasts
from analysis.frame import Replies
from analysis.report.calibration import Calibration, warnings
from analysis.report.rows.against_base import against_base
from analysis.report.rows.agreement import agreement, scorer_differences
from analysis.report.rows.controls import controls
from analysis.report.rows.cost import costs
from analysis.report.rows.cot import cot_differences
from analysis.report.rows.doubt import doubts
from analysis.report.rows.drift import drift
from analysis.report.rows.faking import faking
from analysis.report.rows.family import families
from analysis.report.rows.gap import gaps
from analysis.report.rows.heterogeneity import DRAWS, heterogeneity
from analysis.report.rows.outcomes import outcomes
from analysis.report.rows.people import people_against_judge
from analysis.report.rows.power import power
from analysis.report.rows.published import published
from analysis.report.rows.reading import reading_shares
from analysis.report.rows.silent_gap import silent_gaps
from analysis.report.rows.stratum import strata
from analysis.report.schema import Exclusion, Gap, InstrumentCheck, Report
from analysis.statistics.multiplicity import Correction
from study.invalid_input import InvalidInputError

DELTA = 0.05
"""Gap that is held to be too small to matter, unless the user says otherwise."""

METHODS = {
    "interval of a gap": "adjusted Wald for paired proportions (Bonett and Price 2012, with a larger adjustment), 95 %",
    "interval of a rate": "Wilson 1927, 95 %, queries as the unit",
    "p of a gap": "exact McNemar; with several epochs sign flips over queries; adjusted over the family",
    "corrected rate": "by a calibration: Rogan and Gladen 1978, 95 % interval of Lang and Reiczigel 2014, widened, "
    "refused where sensitivity + specificity − 1 is below 0.2 or may be 0; by labels of people of some of the replies: "
    "prediction-powered (Angelopoulos et al. 2023), 95 % interval of exact binomial intervals of the strata (Zou, "
    "Huang and Zhang 2009); queries as the unit",
    "drift": "specificity by labels of people here minus that of the calibration, square-and-add, 95 %; and whether "
    "fewer positives are found than false alarms in the calibration, exact (Fisher 1935), one-sided, p not adjusted",
    "people against the judge": "each label weighs the replies that it stands for; intervals on the logit scale; kappa "
    "of Cohen 1960",
    "equivalence": "two one-sided score tests (Tango 1998) against ±δ",
    "sequential runs": "interval, p and equivalence of a gap by betting (Robbins 1970; Waudby-Smith and Ramdas 2023), "
    "which hold at every look; those of a number of queries that was fixed do not hold there",
    "bounds": "worst case: missing labels all against the gap, and all for it (Horowitz and Manski 2000)",
    "missingness": "exact McNemar on missing or not",
    "kappa": "Cohen 1960, interval of Fleiss, Cohen and Everitt 1969 with one added to each cell",
    "difference of scorers": "sign flips of the per-query difference of differences (Fisher 1935), p not adjusted; "
    "adjusted Wald, 95 %",
    "smallest gap": "exact McNemar at 0.05 divided by the tests of the family, power 0.8; the curves are at 0.05",
    "CoT minus no CoT": "paired difference of the gaps, query by query: sign flips (Fisher 1935), adjusted Wald, 95 %; "
    "p not adjusted",
    "difference to base": "as CoT minus no CoT",
    "gap of a family": "mean over its members for each query that all of them have, then as a gap: queries are the "
    "unit (Obuchowski 1998), which answers for other queries in these words; with members as the unit, for other "
    "members with these queries",
    "gap by category": "interval of a gap; sum of squares between categories (Cochran 1954), p from dealing "
    f"the queries to categories of these sizes (Pitman 1937), {DRAWS:,} draws, not adjusted",
    "gap without alignment-faking reasoning": "interval of a gap, over the replies left (Greenblatt et al. 2024, F.4); "
    "conditional on what the model wrote, so no effect of the reasoning",
    "gap by reading": "interval of a gap, over the queries with such a reply on both tiers; conditional on what the "
    "model wrote, so no effect of it",
    "interview": "mean over the questions of a group, interval of a rate with the question as the unit; of one "
    "question with the answer as the unit (Greenblatt et al. 2024, D.4)",
    "readings": "interval of a rate, over the replies with a label that the reading applies to",
    "compliance with the controls": "share of the harmless controls that complies, interval of a rate; in helpful-only "
    "1 minus it is over-refusal (Röttger et al. 2024)",
    "power": "exact McNemar, enumerated (Duffy 1984), at the median paid rate of the primary contrasts (of three "
    "tiers that on the second of each), replies of the two tiers independent given the rates",
    "family": "the primary scorer's contrasts of a model and setting: judged where there is a judge, else the prefix",
}
"""What gave which number."""


def report(
    replies: Replies,
    delta: float = DELTA,
    correction: Correction = Correction.HOLM,
    instrument_check: InstrumentCheck | None = None,
    calibrations: Sequence[Calibration] = (),
) -> Report:
    """All that is said of some replies.

    Args:
        replies: What was read from logs.
        delta: Margin of the equivalence test, in (0, 1).
        correction: How the p-values of a family are adjusted.
        instrument_check: What ``af check`` last said; None where it was not looked at.
        calibrations: Of judges of alignment faking, for the rates of those that they speak of.

    Raises:
        InvalidInputError: If δ is outside (0, 1).
    """
    if not 0 < delta < 1:
        raise InvalidInputError(f"--delta {delta:g} must be between 0 and 1: the gap that is too small to matter")
    found = contrasts(replies.frame)
    gaps_found = gaps(found, delta, correction)
    drift_found = [*drift(replies.frame, calibrations)]
    faking_found = [*faking(replies.frame, calibrations, drift_found)]
    return Report(
        title="Alignment-faking evaluations",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        suite_version=version("alignment-faking-evals"),
        logs=sorted(replies.frame["log"].astype(str).unique()),
        n_replies=len(replies.frame),
        gaps=gaps_found,
        outcomes=[*outcomes(found)],
        faking=faking_found,
        drift=drift_found,
        people=[*people_against_judge(replies.frame)],
        readings=[*reading_shares(replies.frame)],
        doubts=[*doubts(replies.frame)],
        agreement=[*agreement(found)],
        scorers=[*scorer_differences(found, gaps_found)],
        cot=[*cot_differences(found, gaps_found)],
        against_base=[*against_base(found, gaps_found, faking_found)],
        families=[*families(found, gaps_found, delta, correction)],
        silent=[*silent_gaps(found)],
        strata=[*strata(found)],
        heterogeneity=[*heterogeneity(found)],
        controls=[*controls(replies.frame)],
        exclusions=[
            Exclusion(log=e.log, samples=e.samples, reason=e.reason, remedy=e.remedy) for e in replies.exclusions
        ],
        instrument_check=instrument_check or InstrumentCheck(when=None, figures=None, differ=None, note=""),
        published=[*published(found, gaps_found, faking_found)],
        power=[*power(found)],
        costs=[*costs(replies.frame)],
        warnings=[*replies.notes, *_sequential(gaps_found), *warnings(calibrations, replies.frame)],
        methods=METHODS | {"adjustment": correction.label},
    )


def _sequential(gaps: Sequence[Gap]) -> list[str]:
    if not any(gap.until for gap in gaps):
        return []
    said = (
        "Some runs stopped at what they saw (--until). The intervals of gaps over queries and their verdicts allow for "
        "it; intervals and p-values of all else (rates, differences of two gaps, published rates) are those of a "
        "number of queries that was fixed, and hold no level there. A gap that stopped the run is on average too far "
        "from 0."
    )
    return [said]
