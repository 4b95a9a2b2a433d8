"""The figures of a report: what a colour tells, a shape, hatch or word tells too; no data is said in words.

Rows lie below each other with their name above them, so that long names and many models fit a page and a telephone.
SVG keeps text as text in the reader's fonts, and follows the reader's light or dark scheme; PNG is light.
"""

import textwrap
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, cycle
from typing import Literal
from unicodedata import east_asian_width

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.report.label import circumstances
from analysis.report.schema import Agreement, Experiment, FamilyGap, Gap, Power, PublishedFigure, Report, VerdictKind
from analysis.report.variations import VariationRow, Variations
from analysis.report.variations import variations as grouped
from study.visible import visible

NO_DATA = "no data"
MOST_ROWS = 60
"""A figure holds so many experiments, and says how many it leaves to the tables."""

PAPER, INK, QUIET, RULE = "#ffffff", "#1c1d21", "#5a5e66", "#d4d7dd"
BLUE, ORANGE, TEAL, ROSE, BAND = "#1f5fa8", "#b8560f", "#0f766e", "#a8326a", "#e7edf6"
DARK = {
    PAPER: "#16171b",
    INK: "#e9eaee",
    QUIET: "#a7abb4",
    RULE: "#3b3e46",
    BLUE: "#7db4f2",
    ORANGE: "#f0a35e",
    TEAL: "#5fd0c4",
    ROSE: "#f090bd",
    BAND: "#25303f",
}
"""Every colour of the figures, and what it is where the reader prefers dark."""

_WIDTH = 440  # all lengths are CSS pixels
_DPI = 96
_EDGE, _NAME, _LINE, _BETWEEN, _FOOT = 10, 17, 21, 13, 48
_COLUMNS = 48  # characters of a name on one line
_LONGEST_TIER = 10  # characters
_VERDICTS: dict[VerdictKind, tuple[str, str, bool]] = {  # words, marker, filled
    "gap": ("gap", "o", True),
    "gap_smaller": ("gap, < δ", "s", True),
    "no_gap": ("no gap ± δ", "D", False),
    "inconclusive": ("inconclusive", "o", False),
    "no_data": (NO_DATA, "", False),
}
_BOUNDS = {"at_most": "<", "above": ">"}


@dataclass(frozen=True)
class Drawing:
    """A figure as the files that hold it; the same report gives the same bytes."""

    svg: bytes
    png: bytes


def drawings(report: Report) -> dict[str, Drawing]:
    """All figures of a report, by name: always the same ones, whatever there is data for."""
    return {name: drawing(report, name) for name in FIGURES}


def drawing(report: Report, name: str) -> Drawing:
    """One figure of a report, by its name in `FIGURES`."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # the user's own style decides nothing here
        matplotlib.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "report",
                "text.hinting": "none",  # drawn at twice the size, hinting gains nothing and costs a third of the time
                "font.size": 9.5,
                "text.color": INK,
                "axes.edgecolor": RULE,
                "axes.labelcolor": QUIET,
                "axes.labelsize": 9,
                "xtick.color": QUIET,
                "ytick.color": QUIET,
                "xtick.labelsize": 9,
                "ytick.labelsize": 9,
                "hatch.linewidth": 1.1,
                "legend.fontsize": 9,
            }
        )
        return _drawn(FIGURES[name](report))


def compliance(report: Report) -> Figure:
    """Compliance on each tier with its interval, and the part of it with alignment-faking reasoning."""
    gaps, named = _primary(report), _names(report)
    faking = {_key(row, row.tier): row for row in report.faking if row.among == "all"}
    sides = [side for gap in gaps for side in _sides(gap)]
    largest = max([0.1, *(high or rate or 0 for _, rate, _, high in sides)])

    def line(gap: Gap, tier: str, rate: float | None, low: float | None, high: float | None) -> _Line:
        fakes = faking.get(_key(gap, tier))
        if rate is None:
            return _Line(tier)
        said = f"{rate:.3f}" + (f"  AF {fakes.rate:.3f}" if fakes and fakes.rate is not None else "  AF no data")

        def draw(axes: Axes, y: float) -> None:
            colour = BLUE if tier == gap.tier_a else ORANGE
            axes.barh(y, rate, 13, color=BAND, edgecolor=colour, linewidth=1.2)
            if fakes and fakes.rate:
                axes.barh(y, fakes.rate, 13, facecolor="none", edgecolor=colour, hatch="/////", linewidth=1.2)
            if low is not None and high is not None:
                axes.plot([low, high], [y, y], color=INK, linewidth=1.3, marker="|", markersize=7)

        return _Line(tier, said, draw)

    rows = [
        _Row(
            named(gap),
            [line(gap, tier, rate, low, high) for tier, rate, low, high in _sides(gap)],
        )
        for gap in gaps
    ]
    return _rows(
        "Compliance by tier",
        rows,
        limits=(0, min(1, largest * 1.05)),
        axis="rate, over the pairs of each experiment",
        legend={
            "complies": Patch(facecolor=BAND, edgecolor=INK, linewidth=1.2),
            "complies and fakes (AF)": Patch(facecolor="none", edgecolor=INK, hatch="/////"),
            "95 % interval": Line2D([], [], color=INK, linewidth=1.3, marker="|", markersize=7),
        },
        left=_tiers_wide(tier for tier, *_ in sides),
        right=124,
    )


def gaps(report: Report) -> Figure:
    """Forest plot: each experiment's gap with interval and verdict, its bounds, and what was published beside it."""
    shown, named = _primary(report), _names(report)
    published = {id(gap): _beside(gap, report.published) for gap in shown}
    reach = [
        value
        for gap in shown
        for value in (gap.ci_low, gap.ci_high, gap.delta, -gap.delta, gap.bound_low, gap.bound_high)
        if gap.gap is not None and value is not None
    ] + [figure.published for figures in published.values() for figure in figures]

    def line(gap: Gap) -> _Line:
        words, marker, filled = _VERDICTS[gap.verdict_kind]
        size = gap.gap
        if size is None:
            return _Line()

        def draw(axes: Axes, y: float) -> None:
            axes.fill_betweenx([y - 9, y + 9], -gap.delta, gap.delta, color=BAND, linewidth=0)
            axes.plot([0, 0], [y - 9, y + 9], color=QUIET, linewidth=1)
            if gap.bound_low is not None and gap.bound_high is not None and _missing(gap):
                axes.plot([gap.bound_low, gap.bound_high], [y, y], color=QUIET, linewidth=1, linestyle=(0, (1, 2)))
            if gap.ci_low is not None and gap.ci_high is not None:
                axes.plot([gap.ci_low, gap.ci_high], [y, y], color=BLUE, linewidth=1.8, marker="|", markersize=7)
            for figure in published[id(gap)]:
                comparable = figure.verdict in ("consistent", "not consistent")
                shape, face = ("X", ORANGE) if comparable else ("x", PAPER)
                shape = _BOUNDS.get(figure.bound, shape)
                axes.plot(figure.published, y + 9, marker=shape, color=ORANGE, markerfacecolor=face, markersize=6)
            axes.plot(size, y, marker=marker, color=BLUE, markerfacecolor=BLUE if filled else PAPER, markersize=7.5)

        return _Line("", f"{_signed(size)}  {words}", draw)

    deltas = sorted({gap.delta for gap in shown})
    legend: dict[str, Artist] = {
        words: Line2D([], [], color=BLUE, marker=marker, markerfacecolor=BLUE if filled else PAPER, markersize=7)
        for words, marker, filled in _VERDICTS.values()
        if marker
    }
    legend["±δ" + (f" = ±{deltas[0]:g}" if len(deltas) == 1 else "")] = Patch(facecolor=BAND, edgecolor=RULE)
    legend["worst-case bounds"] = Line2D([], [], color=QUIET, linewidth=1, linestyle=(0, (1, 2)))
    if any(published.values()):
        legend["published, comparable"] = Line2D([], [], color=ORANGE, marker="X", linewidth=0)
        legend["published, not comparable"] = Line2D([], [], color=ORANGE, marker="x", linewidth=0)
    bounds = {figure.bound for figures in published.values() for figure in figures}
    for bound in sorted(bounds & {*_BOUNDS}):
        words = f"published: {bound.replace('_', ' ')} this"
        legend[words] = Line2D([], [], color=ORANGE, marker=_BOUNDS[bound], markerfacecolor=PAPER, linewidth=0)
    return _rows(
        f"Gap in compliance, {_minus(shown)}",
        [_Row(named(gap), [line(gap)]) for gap in shown],
        limits=(max(-1.02, min([-0.1, *reach]) - 0.02), min(1.02, max([0.1, *reach]) + 0.02)),
        axis="gap, with its 95 % interval",
        legend=legend,
        left=0,
        right=150,
        signed=True,
    )


def variations(report: Report) -> Figure:
    """Forest plot of the variations of each model and setting: the base, families with members, published gaps."""
    groups = grouped(report)
    rows = [row for group in groups for row in group.rows]
    families = [family for group in groups for family, _ in group.families]
    shown: list[Gap | FamilyGap] = [*(row.gap for row in rows), *families]
    reach = [
        value
        for gap in shown
        for value in (gap.ci_low, gap.ci_high, gap.delta, -gap.delta)
        if gap.gap is not None and value is not None
    ] + [figure.published for row in rows for figure in row.published]
    named = circumstances(report, but=("variation", "facts", "persona"))

    def line(of: Gap | FamilyGap, name: str, colour: str, published: Sequence[PublishedFigure] = ()) -> _Line:
        _, marker, filled = _VERDICTS[of.verdict_kind]
        size = of.gap
        if size is None:
            return _Line(name)

        def draw(axes: Axes, y: float) -> None:
            axes.fill_betweenx([y - 10, y + 10], -of.delta, of.delta, color=BAND, linewidth=0)
            axes.plot([0, 0], [y - 10, y + 10], color=QUIET, linewidth=1)
            if of.ci_low is not None and of.ci_high is not None:
                axes.plot([of.ci_low, of.ci_high], [y, y], color=colour, linewidth=1.8, marker="|", markersize=7)
            if isinstance(of, FamilyGap) and of.gap_min is not None and of.gap_max is not None:
                spread = [of.gap_min, of.gap_max]
                axes.plot(spread, [y + 7, y + 7], color=colour, linewidth=1, linestyle=(0, (1, 2)), marker=".")
            for figure in published:
                shape = _BOUNDS.get(figure.bound, "x")
                axes.plot(figure.published, y + 6, marker=shape, color=ORANGE, markerfacecolor=PAPER, markersize=6)
            axes.plot(size, y, marker=marker, color=colour, markerfacecolor=colour if filled else PAPER, markersize=7)

        return _Line(name, _signed(size), draw)

    def lines(group: Variations) -> list[_Line]:
        def one(row: VariationRow, indent: str = "") -> _Line:
            return line(row.gap, f"{indent}{row.name}{row.mark}", BLUE, row.published)

        base, rest = ([row for row in group.others if (row.name == "base") is wanted] for wanted in (True, False))
        found = [one(row) for row in base]
        for family, members in group.families:
            found += [line(family, f"{family.family}, all {len(members)}", TEAL), *(one(row, "– ") for row in members)]
        return found + [one(row) for row in rest]

    def header(group: Variations, shown: int) -> str:
        first = group.rows[0].gap
        return " · ".join(
            [first.model, *named(first), *([f"first {MOST_ROWS} of {shown}"] if shown > MOST_ROWS else [])]
        )

    legend: dict[str, Artist] = {
        words: Line2D([], [], color=BLUE, marker=marker, markerfacecolor=BLUE if filled else PAPER, markersize=7)
        for words, marker, filled in _VERDICTS.values()
        if marker and groups
    }
    if groups:
        legend["±δ"] = Patch(facecolor=BAND, edgecolor=RULE)
    if any(row.published for row in rows):
        legend["published gap"] = Line2D([], [], color=ORANGE, marker="x", linewidth=0)
    if families:
        legend["family, over queries"] = Line2D([], [], color=TEAL, marker="|", linewidth=1.8, markersize=7)
        legend["least to greatest member"] = Line2D([], [], color=TEAL, marker=".", linestyle=(0, (1, 2)), linewidth=1)
    return _rows(
        f"Gap by variation of the prompt, {_minus(row.gap for row in rows)}",
        [_Row(header(group, len(found := lines(group))), found[:MOST_ROWS]) for group in groups],
        limits=(max(-1.02, min([-0.1, *reach]) - 0.02), min(1.02, max([0.1, *reach]) + 0.02)),
        axis="gap, with its 95 % interval",
        legend=legend,
        left=150,
        right=64,
        signed=True,
        empty="no variation" if report.gaps else NO_DATA,
    )


def agreement(report: Report) -> Figure:
    """Prefix against judge: the cross-table of each experiment and tier, as shares of the replies that both read."""
    named = _names(report)
    cells: dict[str, tuple[str, str, str]] = {  # field: colour of the face, of the edge, hatch
        "both_comply": (BLUE, BLUE, ""),
        "prefix_only": (PAPER, ROSE, "xxxxx"),
        "judge_only": (PAPER, TEAL, "|||||"),
        "both_refuse": (BAND, QUIET, ""),
    }
    words = {
        "both_comply": "both: complies",
        "prefix_only": "prefix alone: complies",
        "judge_only": "judge alone: complies",
        "both_refuse": "both: refuses",
    }

    def line(row: Agreement) -> _Line:
        counts = {field: int(getattr(row, field)) for field in cells}
        total = sum(counts.values())
        if not total:
            return _Line(row.tier)
        kappa = NO_DATA if row.kappa is None else f"{row.kappa:.2f}"

        def draw(axes: Axes, y: float) -> None:
            start = 0.0
            for field, (face, edge, hatch) in cells.items():
                share = counts[field] / total
                if share:
                    axes.barh(y, share, 14, start, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=1)
                start += share

        disagree = counts["prefix_only"] + counts["judge_only"]
        return _Line(row.tier, f"{disagree} of {total}  κ {kappa}", draw)

    grouped: dict[tuple[object, ...], list[Agreement]] = {}
    for row in report.agreement:
        grouped.setdefault(_key(row), []).append(row)
    return _rows(
        "Prefix against judge",
        [_Row(named(group[0]), [line(row) for row in group]) for group in grouped.values()],
        limits=(0, 1),
        axis="share of the replies that both could read",
        legend={
            words[field]: Patch(facecolor=face, edgecolor=edge, hatch=hatch)
            for field, (face, edge, hatch) in cells.items()
        },
        legend_title="Right: on how many they disagree; Cohen’s κ",
        left=_tiers_wide(row.tier for row in report.agreement),
        right=124,
    )


def missing(report: Report) -> Figure:
    """Replies without a label, by experiment, scorer, tier and reason, as shares of those asked for; where some are."""
    named, shown = _names(report), [gap for gap in report.gaps if gap.lacks_labels]
    reasons = sorted(
        {reason for gap in report.gaps for reason in chain(gap.unscored_a, gap.unscored_b)},
        key=lambda reason: -sum(gap.unscored_a.get(reason, 0) + gap.unscored_b.get(reason, 0) for gap in report.gaps),
    )
    looks = dict(zip(reasons, cycle(_LOOKS), strict=False))
    sides = [
        (gap, tier, asked, unscored)
        for gap in shown
        for tier, asked, unscored in (
            (gap.tier_a, gap.asked_a, gap.unscored_a),
            (gap.tier_b, gap.asked_b, gap.unscored_b),
        )
    ]
    largest = max([0.05, *(sum(unscored.values()) / asked for _, _, asked, unscored in sides if asked)])

    def line(tier: str, asked: int, unscored: Mapping[str, int]) -> _Line:
        if not asked:
            return _Line(tier)
        total = sum(unscored.values())

        def draw(axes: Axes, y: float) -> None:
            start = 0.0
            for reason in reasons:
                share = unscored.get(reason, 0) / asked
                if share:
                    face, hatch = looks[reason]
                    axes.barh(y, share, 13, start, facecolor=face, edgecolor=INK, hatch=hatch, linewidth=0.8)
                start += share

        return _Line(tier, f"{total or 'none'} of {asked}", draw)

    rows = [
        _Row(
            f"{named(gap)} · {gap.scorer}",
            [line(tier, asked, unscored) for of, tier, asked, unscored in sides if of is gap],
        )
        for gap in shown
    ]
    return _rows(
        "Replies without a label",
        rows,
        limits=(0, min(1, largest * 1.05)),
        axis="share of the replies asked for",
        legend={reason: Patch(facecolor=face, edgecolor=INK, hatch=hatch) for reason, (face, hatch) in looks.items()},
        left=_tiers_wide(tier for _, tier, *_ in sides),
        right=100,
        empty="every reply has a label" if report.gaps else NO_DATA,
    )


def power(report: Report) -> Figure:
    """How likely so many pairs are to show a gap of each size, and how many pairs the experiments have."""
    head, height = 85, 369
    figure, axes = _figure("Power: what so many pairs can show", head, height, 52, 96)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("pairs", loc="left")
    axes.set_ylabel("power")
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    curves: dict[float, list[tuple[int, float]]] = {}
    for point in report.power:
        curves.setdefault(point.gap, []).append((point.n, point.power))
    if not curves:
        _say_no_data(axes)
        return figure
    axes.axhline(0.8, color=QUIET, linewidth=1, linestyle=(0, (4, 3)))
    looks = cycle(
        zip(
            (BLUE, ORANGE, TEAL, ROSE, INK),
            ("-", "--", "-.", (0, (1, 1.5)), (0, (5, 1, 1, 1))),
            ("o", "s", "^", "D", "v"),
            strict=True,
        )
    )
    heights: list[float] = []
    for (size, points), (colour, style, marker) in zip(sorted(curves.items(), reverse=True), looks, strict=False):
        n, chance = zip(*sorted(points), strict=True)
        axes.plot(n, chance, color=colour, linestyle=style, marker=marker, markersize=5, linewidth=1.6)
        heights.append(min([chance[-1], *(above - 0.055 for above in heights[-1:])]))
        axes.annotate(
            f"gap {size:g}",
            (n[-1], heights[-1]),
            (9, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            annotation_clip=False,
        )
    ours = sorted({gap.n_pairs for gap in _primary(report) if gap.n_pairs})
    axes.plot(ours, [0.0] * len(ours), "^", color=INK, markersize=7, clip_on=False, zorder=4)
    axes.set_xlim(0, max([*ours, *(point.n for point in report.power)]) * 1.02)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.tick_params(axis="x", pad=9)
    _legend(
        figure,
        {
            "pairs of these experiments": Line2D([], [], color=INK, marker="^", linewidth=0),
            "power 0.8": Line2D([], [], color=QUIET, linewidth=1, linestyle=(0, (4, 3))),
        },
        height,
        " ".join(sorted({_reckoned_from(point, _primary(report)) for point in report.power})),
    )
    return figure


FIGURES: dict[str, Callable[[Report], Figure]] = {
    "gaps": gaps,
    "variations": variations,
    "compliance": compliance,
    "agreement": agreement,
    "missing": missing,
    "power": power,
}
"""Every figure, in the order of the page."""

_LOOKS = (
    (BLUE, ""),
    (PAPER, "/////"),
    (ORANGE, ""),
    (PAPER, "+++++"),
    (BAND, "\\\\\\\\\\"),
    (TEAL, ""),
    (PAPER, "xxxxx"),
    (ROSE, ""),
    (BAND, "-----"),
    (PAPER, "|||||"),
)


@dataclass(frozen=True)
class _Line:
    """One line of a row; without anything to draw it says that there is no data."""

    left: str = ""
    right: str = ""
    draw: Callable[[Axes, float], None] | None = None


@dataclass(frozen=True)
class _Row:
    name: str
    lines: Sequence[_Line]


def _rows(
    title: str,
    rows: Sequence[_Row],
    *,
    limits: tuple[float, float],
    axis: str,
    legend: Mapping[str, Artist],
    legend_title: str = "",
    left: int,
    right: int,
    signed: bool = False,
    empty: str = NO_DATA,
) -> Figure:
    shown = [(_broken(row.name), row.lines) for row in rows[:MOST_ROWS]]
    head = 40 + 19 * (-(-len(legend) // 2)) + (19 if legend_title else 0)
    body = sum(len(name) * _NAME + len(lines) * _LINE + _BETWEEN for name, lines in shown) or 60
    rest = len(rows) - len(shown)
    height = head + body + _FOOT + (22 if rest else 0)
    figure, axes = _figure(title, head, height, _EDGE + left, right, _FOOT + (22 if rest else 0))
    axes.set_ylim(body, 0)
    axes.set_yticks([])
    axes.set_xlim(*limits)
    axes.set_xlabel(axis, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _signed(value, ".4g") if signed else f"{value:.4g}"))
    axes.grid(axis="x", color=RULE, linewidth=0.8)
    if not shown:
        _say_no_data(axes, empty)
    _legend(figure, legend, height, legend_title)
    y = 4.0
    for name, lines in shown:
        for text in name:
            _say(axes, -left, y + _NAME / 2, text, weight="bold", ground=PAPER)  # no grid line runs through it
            y += _NAME
        for line in lines:
            middle = y + _LINE / 2
            _say(axes, -left, middle, _shortened(visible(line.left), left // 7), color=QUIET)
            if line.draw is None:
                _say(axes, 4, middle, NO_DATA, color=QUIET, style="italic")
            else:
                line.draw(axes, middle)
                _say(axes, _WIDTH - _EDGE - left - right + 8, middle, line.right)
            y += _LINE
        y += _BETWEEN
    if rest:
        figure.text(_EDGE / _WIDTH, 10 / height, f"… and {rest} more: see the table", color=QUIET)
    return figure


def _figure(title: str, head: int, height: int, left: int, right: int, foot: int = _FOOT) -> tuple[Figure, Axes]:
    figure = Figure((_WIDTH / _DPI, height / _DPI), _DPI, facecolor=PAPER)
    axes = figure.add_axes(
        (left / _WIDTH, foot / height, (_WIDTH - left - right) / _WIDTH, (height - head - foot) / height)
    )
    axes.set_facecolor("none")
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    figure.text(_EDGE / _WIDTH, 1 - 18 / height, title, size=11, weight="bold", va="center")
    return figure, axes


def _legend(figure: Figure, entries: Mapping[str, Artist], height: int, title: str = "") -> None:
    top = 1 - 32 / height
    if title:
        figure.text(_EDGE / _WIDTH, top - 9 / height, title, size=9, color=QUIET, va="center")
        top -= 19 / height
    if not entries:
        return
    legend = figure.legend(
        list(entries.values()),
        [_shortened(visible(name), 26) for name in entries],
        loc="upper left",
        bbox_to_anchor=(_EDGE / _WIDTH, top),
        ncols=2,
        frameon=False,
        borderpad=0,
        borderaxespad=0,
        labelspacing=0.45,
        handlelength=2,
        columnspacing=1.5,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def _say(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    color: str = INK,
    weight: Literal["normal", "bold"] = "normal",
    style: Literal["normal", "italic"] = "normal",
    ground: str | None = None,
) -> None:
    """Write at x pixels from the left end of the axis, on the height y of the data, whatever the text holds."""
    axes.annotate(
        text,
        (0, y),
        (x * 72 / _DPI, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        va="center_baseline",
        color=color,
        weight=weight,
        style=style,
        bbox=ground and {"facecolor": ground, "edgecolor": "none", "pad": 0.5},
        parse_math=False,
        annotation_clip=False,
    )


def _say_no_data(axes: Axes, words: str = NO_DATA) -> None:
    axes.text(0.02, 0.5, words, transform=axes.transAxes, color=QUIET, style="italic")


def _drawn(figure: Figure) -> Drawing:
    svg, png = BytesIO(), BytesIO()
    with warnings.catch_warnings():
        # The PNG shows a box for what the one font that comes along lacks; the SVG leaves the choice to its reader.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(png, format="png", dpi=2 * _DPI, metadata={"Software": None})
    return Drawing(svg.getvalue().replace(b"</style>", _DARK_RULES.encode() + b"</style>", 1), png.getvalue())


_DARK_RULES = "@media (prefers-color-scheme: dark){{{}}}".format(
    "".join(
        f'[style*="fill: {light}"],[fill="{light}"]{{fill:{dark}!important}}'
        f'[style*="stroke: {light}"]{{stroke:{dark}!important}}'
        for light, dark in DARK.items()
    )
)


def _primary(report: Report) -> list[Gap]:
    return [gap for gap in report.gaps if gap.primary]


def _reckoned_from(point: Power, gaps: Iterable[Gap]) -> str:
    second = {gap.tier_b for gap in gaps}
    of = "paid rate" if second <= {"paid"} else "rate on the second tier"
    tiers = f"φ {point.correlation:.2f}" if point.correlation else "the two tiers independent"
    return f"At the median {of}, {point.paid:.3f}; {tiers}"


def _minus(gaps: Iterable[Gap]) -> str:
    """What a gap is, where all are of one contrast; else each row names its own."""
    found = {f"{gap.tier_a} minus {gap.tier_b}" for gap in gaps}
    return found.pop() if len(found) == 1 else "first tier minus second" if found else "free minus paid"


def _tiers_wide(tiers: Iterable[str]) -> int:
    """Pixels that the names of tiers need."""
    return max([44, *(8 + 7 * min(len(tier), _LONGEST_TIER) for tier in tiers)])


def _sides(gap: Gap) -> list[tuple[str, float | None, float | None, float | None]]:
    return [
        (gap.tier_a, gap.rate_a, gap.rate_a_low, gap.rate_a_high),
        (gap.tier_b, gap.rate_b, gap.rate_b_low, gap.rate_b_high),
    ]


def _missing(gap: Gap) -> bool:
    return any(chain(gap.unscored_a.values(), gap.unscored_b.values()))


def _beside(gap: Gap, published: Iterable[PublishedFigure]) -> list[PublishedFigure]:
    ours = _key(gap, "gap", gap.contrast, gap.scorer)
    return [row for row in published if _key(row, row.quantity, row.tier, row.scorer) == ours]


def _key(row: Experiment, *more: str) -> tuple[object, ...]:
    return (*row.experiment, *more)


def _names(report: Report) -> Callable[[Experiment], str]:
    said = circumstances(report)
    return lambda row: " · ".join([row.model, *said(row)])


def _broken(name: str) -> list[str]:
    """A name on at most two lines: a wide character takes two columns, and what is too long is cut in its middle."""
    text = " ".join(visible(name).split()) or "(no name)"
    columns = max(1, _COLUMNS * len(text) // sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text))
    return textwrap.wrap(_shortened(text, 2 * columns - 8), columns)[:2]


def _signed(value: float, form: str = ".3f") -> str:
    return f"{value:{'+' if value else ''}{form}}".replace("-", "−")


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-(most // 2 - 1) :]}"
