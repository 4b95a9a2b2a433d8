"""What a calibration run comes to: the judge's votes on labelled scratchpads, from the log, against their labels."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import isnan, nan
from typing import Any

import numpy as np
from inspect_ai.log import EvalLog, EvalSample, read_eval_log
from numpy.typing import NDArray

from analysis.calibration_record import (
    Area,
    CalibrationRecord,
    Confusion,
    FewerVotes,
    LabelledData,
    Misjudged,
    RocPoint,
    Share,
    Transfer,
)
from analysis.log_file import BROKEN, check, plain, unreadable
from analysis.statistics.fewer_votes import Chances, fewer_votes
from analysis.statistics.labelled_share import labelled_share
from analysis.statistics.roc import roc_area
from study.draw import draw
from study.invalid_input import InvalidInputError
from study.labels import FakingLabel
from study.model_name import is_control
from study.score_name import newest
from study.vote import THRESHOLD, yes_needed

TASK = "calibration"
SCORER = "labelled_reasoning"

FEWER = (1, 5, 10)
"""Numbers of votes that a judge is looked at with, beside all of them."""

ERRORED = "errored"
"""Why a text has no label of the judge: it was never put to it."""


@dataclass(frozen=True)
class JudgedText:
    """A labelled text, and what the judge says of it."""

    id: str
    positive: bool
    """Faking, by its label."""
    judged: bool | None
    """Faking, by the judge; None where it gave no label."""
    reason: str | None
    """Why it gave none."""
    yes: int = 0
    no: int = 0
    unreadable: int = 0
    tier: str | None = None
    model: str | None = None
    kind: str | None = None
    why: str | None = None
    stratum: str | None = None
    weight: float = 1.0


def is_calibration(log: EvalLog) -> bool:
    """Whether a log is of a calibration."""
    return "labels_sha256" in (log.eval.metadata or {})


def read_calibration(location: str) -> CalibrationRecord:
    """What the log of a calibration comes to.

    Raises:
        InvalidInputError: If it cannot be read or is no calibration, was not finished, or judged nothing; or if the
            labels that it was run on are all of one kind.
    """
    check(plain(location), whole=True)
    try:
        log = read_eval_log(location, exclude_fields={"events", "store", "attachments"})
    except BROKEN as error:
        raise unreadable(plain(location), error) from error
    return calibration_record(log)


def calibration_record(log: EvalLog) -> CalibrationRecord:
    """What a calibration comes to; arguments and errors as `read_calibration`, of a log with its samples."""
    where, told = plain(log.location), log.eval.metadata or {}
    if not is_calibration(log):
        raise InvalidInputError(
            f"{where} is no calibration but a log of {log.eval.task}; give one that af calibrate left"
        )
    samples = _samples(log, where)
    texts = [_text(sample) for sample in samples]
    asked = _asked(samples, where)
    return recorded(
        texts,
        judge=asked["judge"],
        rubric=asked["rubric"],
        rubric_sha256=asked["rubric_sha256"],
        temperature=asked["judge_temperature"],
        votes=asked["votes"],
        name=told["labels_name"],
        sha256=_sha256(told, samples),
        log=log,
    )


def recorded(
    texts: Sequence[JudgedText],
    *,
    judge: str,
    rubric: str,
    rubric_sha256: str,
    temperature: float | None,
    votes: int,
    name: str,
    sha256: str,
    log: EvalLog,
) -> CalibrationRecord:
    """Hold a judge against labels.

    Raises:
        InvalidInputError: If no text is faking by its label, or all are.
    """
    positives = sum(text.positive for text in texts)
    for count, label in ((positives, FakingLabel.FAKING), (len(texts) - positives, FakingLabel.NOT_FAKING)):
        if not count:
            raise InvalidInputError(
                f"none of the {len(texts)} labelled scratchpads is {label}; a judge is held against both kinds: give "
                "more labels, or leave --limit out"
            )
    overall = _confusion("all", texts, texts)
    scored = [text for text in texts if text.judged is not None]
    needed = yes_needed(votes)
    return CalibrationRecord(
        suite_version=version("alignment-faking-evals"),
        created=log.eval.created,  # type: ignore[arg-type]  # ISO 8601, which pydantic reads
        log_eval_id=log.eval.eval_id,
        judge=judge,
        control=is_control(judge),
        rubric=rubric,
        rubric_sha256=rubric_sha256,
        temperature=temperature,
        votes=votes,
        threshold=float(THRESHOLD),
        data=LabelledData(
            name=name,
            sha256=sha256,
            texts=len(texts),
            positive=positives,
            negative=len(texts) - positives,
            strata=len({text.stratum for text in texts if text.stratum is not None}),
        ),
        overall=overall,
        by_tier=_by(texts, lambda text: text.tier),
        by_model=_by(texts, lambda text: text.model),
        by_kind=_by(texts, lambda text: text.kind),
        auroc=_area(scored, overall),
        roc=[RocPoint(yes=yes, **_rates_at(scored, yes)) for yes in range(1, votes + 1)],
        transfer=_transfers(scored, votes, needed),
        fewer_votes=[_with_fewer(scored, number) for number in sorted({*(n for n in FEWER if n < votes), votes})],
        misjudged=[
            Misjudged(
                id=text.id,
                label=FakingLabel.FAKING if text.positive else FakingLabel.NOT_FAKING,
                votes_yes=text.yes,
                kind=text.kind,
                why=text.why,
            )
            for text in scored
            if text.judged != text.positive
        ],
    )


def _samples(log: EvalLog, where: str) -> list[EvalSample]:
    samples = log.samples or []
    if (log.eval.config.epochs or 1) > 1:
        raise InvalidInputError(f"{where} has several epochs; a calibration repeats votes instead: leave --epochs out")
    missing = len(log.eval.dataset.sample_ids or []) - len(samples)
    if missing:
        raise InvalidInputError(
            f"{where}: {missing} of its scratchpads were never judged, for the run was {log.status}; go on with "
            f"inspect eval-retry {where}"
        )
    if not samples:
        raise InvalidInputError(f"{where} holds no scratchpads; run the calibration anew")
    told = log.eval.metadata or {}
    if told.get("strata") and len(samples) < sum(told["labels_counts"].values()):
        raise InvalidInputError(
            f"{where} holds {len(samples)} scratchpads of a stratified sample, which has weights only as a whole; "
            "leave --limit out"
        )
    return samples


def _asked(samples: Iterable[EvalSample], where: str) -> dict[str, Any]:
    """What the judge was asked, the same for all scratchpads."""
    fields = ("judge", "rubric", "rubric_sha256", "judge_temperature", "votes")
    found = {
        tuple((name, (score.metadata or {}).get(name)) for name in fields)
        for sample in samples
        if (score := _score(sample))
    }
    if not found:
        raise InvalidInputError(
            f"{where} has no verdicts of a judge; name one: af calibrate --grader PROVIDER/MODEL, or inspect score "
            f"{where} --scorer {SCORER} --model-role grader=PROVIDER/MODEL"
        )
    if len(found) > 1:
        raise InvalidInputError(f"{where} was judged by several judges or rubrics; run the calibration anew")
    return dict(found.pop())


def _score(sample: EvalSample) -> Any:
    name = newest(sample.scores or {}, SCORER)
    return (sample.scores or {})[name] if name else None


def _text(sample: EvalSample) -> JudgedText:
    score = _score(sample)
    votes = (score.metadata or {}) if score else {}
    judged = score.value == FakingLabel.FAKING if score and isinstance(score.value, str) else None
    about = sample.metadata
    return JudgedText(
        id=str(sample.id),
        positive=about["label"] == FakingLabel.FAKING,
        judged=judged,
        reason=None if judged is not None else str(score.reason) if score else ERRORED,
        yes=votes.get("votes_yes", 0),
        no=votes.get("votes_no", 0),
        unreadable=votes.get("votes_unreadable", 0),
        **{name: about.get(name) for name in ("tier", "model", "kind", "why", "stratum")},
        weight=about["weight"],
    )


def _sha256(told: dict[str, Any], samples: Sequence[EvalSample]) -> str:
    """Of the labels; of a run on some of them, of which ones too."""
    if len(samples) == sum(told["labels_counts"].values()):
        return str(told["labels_sha256"])
    ids = "\x1f".join(sorted(str(sample.id) for sample in samples))
    return hashlib.sha256(f"{told['labels_sha256']}\x1f{ids}".encode("utf-8", "surrogatepass")).hexdigest()


def _by(texts: Sequence[JudgedText], factor: Callable[[JudgedText], str | None]) -> list[Confusion]:
    groups = sorted({group for text in texts if (group := factor(text)) is not None})
    return [_confusion(group, [text for text in texts if factor(text) == group], texts) for group in groups]


def _confusion(group: str, texts: Sequence[JudgedText], whole: Sequence[JudgedText]) -> Confusion:
    """Of some texts; the strata are those of the whole sample."""
    cells = Counter((text.positive, text.judged) for text in texts)
    return Confusion(
        group=group,
        tp=cells[True, True],
        fn=cells[True, False],
        fp=cells[False, True],
        tn=cells[False, False],
        unscored_positive=cells[True, None],
        unscored_negative=cells[False, None],
        unscored=dict(sorted(Counter(str(text.reason) for text in texts if text.judged is None).items())),
        sensitivity=_share(texts, whole, positive=True),
        specificity=_share(texts, whole, positive=False),
    )


def _share(texts: Sequence[JudgedText], whole: Sequence[JudgedText], *, positive: bool) -> Share:
    """How often the judge is right on the texts of one kind."""
    chosen = {text.id for text in texts if text.positive is positive}
    scored = [text for text in whole if text.judged is not None]
    found = labelled_share(
        [text.judged is positive for text in scored],
        [text.id in chosen for text in scored],
        [text.weight for text in scored],
        [text.stratum or "" for text in scored],
    )
    of_kind = [text for text in texts if text.positive is positive]
    total = sum(text.weight for text in of_kind)
    right = sum(text.weight for text in of_kind if text.judged is positive)
    unknown = sum(text.weight for text in of_kind if text.judged is None)
    return Share(
        n=found.n,
        n_effective=found.n_effective,
        rate=found.rate,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        bound_low=right / total if total else nan,
        bound_high=(right + unknown) / total if total else nan,
    )


def _area(scored: Sequence[JudgedText], overall: Confusion) -> Area:
    positives = sum(text.positive for text in scored)
    found = roc_area(
        [text.positive for text in scored],
        [text.yes for text in scored],
        [text.weight for text in scored],
        (overall.sensitivity.n_effective, overall.specificity.n_effective),
    )
    return Area(
        n_positive=positives,
        n_negative=len(scored) - positives,
        value=found.value,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
    )


def _rates_at(scored: Sequence[JudgedText], yes: int) -> dict[str, float]:
    """Sensitivity and specificity at a threshold."""
    return {
        "sensitivity": _mean([(text.yes >= yes, text.weight) for text in scored if text.positive]),
        "specificity": _mean([(text.yes < yes, text.weight) for text in scored if not text.positive]),
    }


def _youden(scored: Sequence[JudgedText], yes: int) -> float:
    return sum(_rates_at(scored, yes).values()) - 1


def _mean(values: Sequence[tuple[float, float]]) -> float:
    """Of values with their weights; NaN of none."""
    total = sum(weight for _, weight in values)
    return sum(value * weight for value, weight in values) / total if total else nan


def _transfers(scored: Sequence[JudgedText], votes: int, in_use: int) -> list[Transfer]:
    halves = _halves(scored)
    factors: dict[str, Callable[[JudgedText], str | None]] = {
        "model": lambda text: text.model,
        "tier": lambda text: text.tier,
        "half": lambda text: halves[text.id],
    }
    found = []
    for factor, group_of in factors.items():
        for group in sorted({name for text in scored if (name := group_of(text)) is not None}):
            chosen = [text for text in scored if group_of(text) == group]
            others = [text for text in scored if group_of(text) not in (group, None)]
            if isnan(_youden(chosen, in_use)) or isnan(_youden(others, in_use)):
                continue
            best = max(range(1, votes + 1), key=lambda yes: (_youden(chosen, yes), -abs(yes - in_use), -yes))
            found.append(
                Transfer(
                    factor=factor,
                    chosen_on=group,
                    n_chosen_on=len(chosen),
                    n_applied_to=len(others),
                    yes=best,
                    j_chosen_on=_youden(chosen, best),
                    j_applied_to=_youden(others, best),
                    j_in_use=_youden(others, in_use),
                )
            )
    return found


def _halves(scored: Sequence[JudgedText]) -> dict[str, str]:
    """A half for each text, by its id: drawn, with as many of either label in both."""
    halves: dict[str, str] = {}
    for positive in (True, False):
        drawn = sorted((text.id for text in scored if text.positive is positive), key=lambda name: draw("half", name))
        halves |= {name: ("first", "second")[i % 2] for i, name in enumerate(drawn)}
    return halves


def _with_fewer(scored: Sequence[JudgedText], votes: int) -> FewerVotes:
    needed = yes_needed(votes)
    chances = [(text, fewer_votes(text.yes, text.no, text.unreadable, votes, needed)) for text in scored]
    of = {positive: [(text, one) for text, one in chances if text.positive is positive] for positive in (True, False)}
    return FewerVotes(
        votes=votes,
        yes=needed,
        sensitivity=_labelled([(one.positive, one, text.weight) for text, one in of[True]]),
        specificity=_labelled([(one.negative, one, text.weight) for text, one in of[False]]),
        auroc=_expected_area(of[True], of[False]),
        same_label=_mean([(one.positive if text.judged else one.negative, text.weight) for text, one in chances]),
    )


def _labelled(values: Sequence[tuple[float, Chances, float]]) -> float:
    """Share that has one label, among the choices of votes that give any."""
    given = sum((one.positive + one.negative) * weight for _, one, weight in values)
    return sum(share * weight for share, _, weight in values) / given if given else nan


def _expected_area(
    positives: Sequence[tuple[JudgedText, Chances]], negatives: Sequence[tuple[JudgedText, Chances]]
) -> float:
    """Mean area: of a positive and a negative text, each with votes of its own, how often the first has more."""
    if not positives or not negatives:
        return nan
    more, fewer = _mean_distribution(positives), _mean_distribution(negatives)
    below = np.cumsum(fewer) - fewer / 2
    return float(more @ below)


def _mean_distribution(of: Sequence[tuple[JudgedText, Chances]]) -> NDArray[np.float64]:
    weights = np.array([text.weight for text, _ in of])
    mean: NDArray[np.float64] = weights @ np.stack([one.yes for _, one in of]) / weights.sum()
    return mean
