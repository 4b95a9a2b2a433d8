"""The page of a report: one file that loads nothing, runs no script, and shows text of others as text."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.resources import files
from itertools import chain
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.contrast import MEANINGS, meaning
from analysis.report.comparison import aspect, comparisons, shared_reasons
from analysis.report.figures import NO_DATA, Drawing
from analysis.report.label import circumstances, cot, shared
from analysis.report.schema import Doubt, Faking, Gap, ReadingShare, ReplyRef, Report, ScorerDifference
from analysis.report.variations import variations
from study.readings import OriginalFaking
from study.visible import visible, without_surrogates

_SHORT, _LONG = 24, 300  # characters of a word that never breaks, and those that a cell shows without scrolling
_SHIFTS = 0.05  # where p is at most this, what is missing depends on the tier
_MUCH = 0.05  # a larger share without a label is warned of


def page(report: Report, drawings: Mapping[str, Drawing]) -> str:
    """The whole page, as HTML that UTF-8 can hold.

    Args:
        report: What it says.
        drawings: The figures of the same report, by name.

    Returns:
        HTML with style and figures inside, which a content security policy keeps from loading or running anything.
    """
    style = files("analysis.report").joinpath("page.css").read_text("utf-8")
    return _ENVIRONMENT.get_template("page.html.jinja").render(
        report=report,
        style=Markup(style),
        style_digest=b64encode(sha256(style.encode()).digest()).decode(),
        figures={name: b64encode(drawing.svg).decode() for name, drawing in drawings.items()},
        said=circumstances(report, with_setting=True),
        said_of_all=circumstances(report, with_setting=True, but=("variation", "facts", "persona")),
        said_of_interviews=circumstances(report, with_setting=True, of=report.doubts),
        varied=variations(report),
        shared=shared(report),
        compared=comparisons(report.published),
        corrected=[row for row in report.faking if row.calibration or row.correction_refused],
        of_two_tiers=not report.gaps or any(gap.contrast not in MEANINGS for gap in report.gaps),
        meanings=_meanings(report.gaps),
        warnings=[*report.warnings, *chain.from_iterable(map(missing_data_warnings, report.gaps))],
    )


def missing_data_warnings(gap: Gap) -> list[str]:
    """What a reader must know of the labels that a gap lacks: that they are many, uneven, or could decide."""
    sides = ((gap.tier_a, gap.asked_a, gap.unscored_a), (gap.tier_b, gap.asked_b, gap.unscored_b))
    missing = [(tier, sum(unscored.values()), asked) for tier, asked, unscored in sides]
    reasons = []
    if any(asked and count / asked > _MUCH for _, count, asked in missing):
        reasons.append(f"more than {_MUCH:.0%}")
    if gap.p_missing is not None and gap.p_missing <= _SHIFTS:
        reasons.append(f"it differs by tier (p {_p(gap.p_missing)})")
    if gap.bound_low is not None and gap.bound_high is not None:
        if gap.verdict_kind in ("gap", "gap_smaller") and gap.bound_low <= 0 <= gap.bound_high:
            reasons.append("with other labels there might be no gap")
        if gap.verdict_kind == "no_gap" and max(-gap.bound_low, gap.bound_high) > gap.delta:
            reasons.append("with other labels there might be a gap")
    if not reasons or not gap.lacks_labels:
        return []
    counts = ", ".join(f"{tier} {count} of {asked} ({count / asked:.1%})" for tier, count, asked in missing if asked)
    if gap.n_pairs < gap.n_queries:
        counts += f"; {gap.n_queries - gap.n_pairs} of {gap.n_queries} queries are in no pair"
    bounds = f" Worst case: a gap from {_signed(gap.bound_low)} to {_signed(gap.bound_high)}."
    of = [gap.model, gap.setting, cot(gap), *([gap.contrast] if gap.contrast in MEANINGS else []), gap.scorer]
    return [f"{', '.join(of)}: without a label {counts}; {'; '.join(reasons)}.{bounds}"]


def changes(row: ScorerDifference) -> bool | None:
    """Whether the verdict changes with the scorer; None where one of them has no data."""
    kinds = {row.kind_prefix, row.kind_judged}
    return None if "no_data" in kinds else len(kinds) > 1


def by_denominator(rows: Iterable[Faking]) -> list[dict[str, Faking]]:
    """The alignment-faking rates of each experiment and tier, by what they are a share of."""
    found: dict[tuple[object, ...], dict[str, Faking]] = {}
    for row in rows:
        found.setdefault((*row.experiment, row.tier), {})[row.among] = row
    return [*found.values()]


def by_reading(rows: Iterable[ReadingShare]) -> dict[str, list[dict[str, ReadingShare]]]:
    """By reading: label → share, for each experiment, tier and kind of reply."""
    found: dict[str, dict[tuple[object, ...], dict[str, ReadingShare]]] = {}
    for row in rows:
        line = found.setdefault(row.reading, {}).setdefault((*row.experiment, row.tier, row.among), {})
        line[row.label] = row
    return {reading: [*lines.values()] for reading, lines in found.items()}


def mean_of_forms(line: Mapping[str, ReadingShare]) -> float | None:
    """The published mean of the two forms of alignment faking as first defined, of all that have a label of it.

    Args:
        line: Label → share among all replies of an experiment and tier.
    """
    row = line[OriginalFaking.NEITHER]
    if row.among != "all" or not row.n + row.not_applicable or not (row.cot or row.n):
        return None
    one = line[OriginalFaking.PARTIAL].count + line[OriginalFaking.FULL].count
    return (line[OriginalFaking.BOTH].count + one / 2) / (row.n + row.not_applicable)


def by_judgement(rows: Iterable[Doubt]) -> list[dict[str, Doubt]]:
    """Judgement → rate, for each question, and each group of them, of an interview."""
    found: dict[tuple[object, ...], dict[str, Doubt]] = {}
    for row in rows:
        found.setdefault((*row.experiment, row.tier, row.group, row.question), {})[row.judgement] = row
    return [*found.values()]


def viewer_link(reply: ReplyRef) -> str:
    """Where a reply opens while ``inspect view`` shows the folder of its log, on the port that it takes by itself."""
    log, sample = (quote(without_surrogates(name), safe="") for name in (reply.log, reply.sample_id))
    return f"http://127.0.0.1:7575/#/logs/{log}/samples/sample/{sample}/{reply.epoch}/"


def _meanings(gaps: Iterable[Gap]) -> dict[str, str]:
    """What each contrast shows; of a variation in which it shows something else, that one is named."""
    found = {}
    for gap in gaps:
        if said := meaning(gap.contrast, gap.variation):
            usual = said == MEANINGS[gap.contrast]
            found[gap.contrast if usual else f"{gap.contrast} in {gap.variation}"] = said
    return found


def _rate(value: float | None) -> str:
    return NO_DATA if value is None else f"{value:.3f}".replace("-", "−")


def _signed(value: float | None) -> str:
    return NO_DATA if value is None else f"{round(value, 3) + 0.0:+.3f}".replace("-", "−")  # no zero has a minus


def _interval(low: float | None, high: float | None, signed: bool = False) -> str:
    form = _signed if signed else _rate
    return NO_DATA if low is None or high is None else f"[{form(low)}, {form(high)}]"


def _p(value: float | None) -> str:
    return NO_DATA if value is None else "<\N{NO-BREAK SPACE}0.0001" if value < 0.0001 else f"{value:.4f}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in counts.items()) or "none"


def _text(text: str) -> Markup:
    """Text of others, set apart, so that a right-to-left name does not reorder what stands beside it."""
    size = "short" if len(text) <= _SHORT else "text" if len(text) <= _LONG else "long"
    return Markup('<bdi class="{}">{}</bdi>').format(size, visible(text))


def _finished(value: object) -> object:
    """Whatever a template inserts without a filter of ours is at least free of hidden characters."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


_ENVIRONMENT = Environment(
    loader=PackageLoader("analysis.report", "."),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_finished,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "text": _text,
    "rate": _rate,
    "signed": _signed,
    "p": _p,
    "counts": _counts,
    "aspect": aspect,
    "shared_reasons": shared_reasons,
    "change": changes,
    "link": viewer_link,
    "by_denominator": by_denominator,
    "by_reading": by_reading,
    "mean_of_forms": mean_of_forms,
    "by_judgement": by_judgement,
}
_ENVIRONMENT.globals |= {"interval": _interval}
