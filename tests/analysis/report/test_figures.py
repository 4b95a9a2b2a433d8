import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest

from analysis.report import figures
from analysis.report.figures import DARK, FIGURES, MOST_ROWS, NO_DATA, Drawing, drawing, drawings
from analysis.report.schema import Power, PublishedFigure
from tests import hostile
from tests.made_up_report import agreement, empty, family_gap, gap, no_pair, published, report, varied

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def full() -> dict[str, Drawing]:
    return drawings(report())


def words(drawn: Drawing) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(drawn.svg).iter(f"{SVG}text")]


def test_the_same_report_gives_the_same_bytes_whatever_the_style_of_the_user(full: dict[str, Drawing]) -> None:
    with matplotlib.rc_context({"axes.facecolor": "red", "svg.fonttype": "path", "font.size": 30}):
        assert drawings(report()) == full
        assert matplotlib.rcParams["font.size"] == 30


def beside_gap(**changes: Any) -> PublishedFigure:
    return published(scorer="judged_compliance", **changes)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(published(), id="scorer"),
        pytest.param(beside_gap(tier="free", quantity="compliance"), id="quantity"),
        *(
            pytest.param(beside_gap(**{field: other}), id=field)
            for field, other in {"variation": "cut_ex", "query_set": "harmbench", "turns": 4, "cot": False}.items()
        ),
    ],
)
def test_only_the_gap_of_the_same_experiment_and_scorer_is_drawn_beside_ours(row: PublishedFigure) -> None:
    """Model, setting and CoT are not enough: the report may hold two variations of them."""
    bare, other = (drawing(report(gaps=[gap()], published=rows), "gaps") for rows in ([], [row]))
    assert bare.svg == other.svg


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        pytest.param("gaps", {"gaps": [gap(gap=0.144)]}, id="gap"),
        pytest.param("gaps", {"gaps": [gap(ci_low=0.1)]}, id="interval"),
        pytest.param("gaps", {"gaps": [gap(bound_low=0.0)]}, id="bounds"),
        pytest.param("gaps", {"gaps": [gap(verdict_kind="gap_smaller")]}, id="verdict"),
        pytest.param("gaps", {"published": [beside_gap(published=0.2)]}, id="published"),
        pytest.param("gaps", {"published": [beside_gap(verdict="consistent", reasons=[])]}, id="comparable"),
        pytest.param("gaps", {"published": [beside_gap(bound="above")]}, id="bound"),
        pytest.param("compliance", {"gaps": [gap(rate_b=0.05)]}, id="rate"),
        pytest.param("compliance", {"gaps": [gap()], "faking": []}, id="faking"),
        pytest.param("agreement", {"agreement": [agreement(judge_only=10)]}, id="cross-table"),
        pytest.param("missing", {"gaps": [gap(unscored_b={"filtered": 2})]}, id="reason"),
        pytest.param("power", {"power": [Power(n=50, paid=0.04, correlation=0.0, gap=0.1, power=0.5)]}, id="power"),
    ],
)
def test_other_data_give_another_figure(name: str, changes: dict[str, Any]) -> None:
    usual = {"gaps": [gap()], "agreement": [agreement()], "published": [beside_gap()]}
    one, other = (drawing(report(**usual | more), name) for more in ({}, changes))
    assert one.svg != other.svg
    assert one.png != other.png


def test_no_data_is_said_in_words_and_drawn_nowhere() -> None:
    made = report(gaps=[no_pair(asked_a=0, asked_b=0)], faking=[], agreement=[agreement(
        both_comply=0, prefix_only=0, judge_only=0, both_refuse=0, kappa=None, kappa_low=None, kappa_high=None)],
        published=[], power=[])  # fmt: skip
    for name, lines in {"gaps": 1, "compliance": 2, "agreement": 1, "missing": 2, "power": 1}.items():
        (axes,) = FIGURES[name](made).axes
        assert [text.get_text() for text in axes.texts].count(NO_DATA) == lines, name
        assert (list(axes.lines), list(axes.patches), list(axes.collections)) == ([], [], []), name


def test_variations_stand_below_each_other_and_a_family_above_its_members() -> None:
    (axes,) = FIGURES["variations"](varied()).axes
    said = [text.get_text() for text in axes.texts]
    assert said == [
        "together/meta-llama/Llama-3.1-405B-Instruct-",
        "Turbo · CoT",
        *("base", "+0.143"),
        *("paraphrase, all 2", "+0.065"),
        *("– paraphrase_1", "+0.110"),
        *("– paraphrase_2", "+0.020"),
        *("cut_ex", "+0.270"),
        *("facts audits", "+0.050"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"families": [family_gap(gap=0.07)]}, id="family"),
        pytest.param({"families": [family_gap(gap_max=0.12)]}, id="greatest-member"),
        pytest.param({"families": []}, id="no-family"),
        pytest.param({"published": []}, id="published"),
        pytest.param({"published": [beside_gap(bound="above")]}, id="bound"),
        pytest.param({"gaps": [gap(variation="cut_ex"), gap(variation="no_rlhf")]}, id="gaps"),
    ],
)
def test_other_variations_give_another_figure(changes: dict[str, Any]) -> None:
    assert drawing(varied(**changes), "variations").svg != drawing(varied(), "variations").svg


def test_a_variation_without_data_and_more_variations_than_fit_are_said() -> None:
    gaps = [gap(), no_pair(variation="dead"), *(gap(variation=f"v{i}") for i in range(MOST_ROWS))]
    (axes,) = FIGURES["variations"](varied(gaps=gaps, families=[])).axes
    said = [text.get_text() for text in axes.texts]
    assert said[1] == f"Turbo · CoT · first {MOST_ROWS} of {MOST_ROWS + 2}"
    assert said[4:6] == ["dead", NO_DATA]


def test_where_every_reply_has_a_label_the_figure_says_so() -> None:
    (axes,) = FIGURES["missing"](report(gaps=[gap(unscored_a={}, unscored_b={})])).axes
    assert [text.get_text() for text in axes.texts] == ["every reply has a label"]


@pytest.mark.parametrize(
    ("correlation", "tiers"), [(0.0, "the two tiers independent"), (0.21, "φ 0.21")], ids=["independent", "correlated"]
)
def test_the_power_curves_say_what_they_are_reckoned_from(correlation: float, tiers: str) -> None:
    points = [Power(n=n, paid=0.047, correlation=correlation, gap=0.1, power=n / 1000) for n in (50, 400)]
    assert f"At the median paid rate, 0.047; {tiers}" in words(drawing(report(power=points), "power"))
    of_three = report(power=points, gaps=[gap(contrast="free-pro", tier_b="pro")])
    assert f"At the median rate on the second tier, 0.047; {tiers}" in words(drawing(of_three, "power"))


@pytest.mark.defect(13)
def test_a_rate_of_zero_is_a_number_and_a_missing_one_is_not() -> None:
    drawn = drawing(report(gaps=[gap(rate_b=0.0), no_pair(model="dead")], faking=[]), "compliance")
    said = [text for text in words(drawn) if re.match(r"0\.\d{3} |no data", text)]
    assert said == ["0.190  AF no data", "0.000  AF no data", NO_DATA, NO_DATA]


def test_a_report_of_nothing_has_every_figure() -> None:
    drawn = drawings(empty())
    assert list(drawn) == ["gaps", "variations", "compliance", "agreement", "missing", "power"]
    assert [words(one).count(NO_DATA) for one in drawn.values()] == [1] * 6


def test_svg_keeps_text_loads_nothing_and_has_a_dark_form_of_each_colour(full: dict[str, Drawing]) -> None:
    for drawn in full.values():
        svg = drawn.svg.decode()
        rules, rest = re.findall(r"@media.*?}}", svg, re.S), re.sub(r"@media.*?}}", "", svg, flags=re.S)
        assert len(rules) == 1
        assert set(re.findall(r"#[0-9a-f]{6}\b", rest)) <= set(DARK)
        assert set(re.findall(r'href="(.)', rest)) <= {"#"}
        assert set(re.findall(r"url\((.)", rest)) <= {"#"}
        assert drawn.png.startswith(b"\x89PNG")
        assert int.from_bytes(drawn.png[16:20]) == 880
    assert "together/meta-llama/Llama-3.1-405B-Instruct-" in words(full["gaps"])


def test_what_a_colour_tells_a_shape_or_a_hatch_tells_too() -> None:
    assert len({(marker, filled) for _, marker, filled in figures._VERDICTS.values()}) == 5
    assert len(set(figures._LOOKS)) == 10
    patches = [face for face, hatch in figures._LOOKS if not hatch]
    assert len(patches) == len(set(patches)) == 4


def test_many_models_and_long_names_fit() -> None:
    names = [f"provider/{'a-very-long-name-' * 9}{number}" for number in range(MOST_ROWS + 5)]
    made = report(gaps=[gap(model=name) for name in names])
    figure = FIGURES["gaps"](made)
    figure.canvas.draw()
    width = figure.bbox.width
    (axes,) = figure.axes
    assert all(text.get_window_extent().x1 <= width for text in axes.texts)
    tops = [
        (text.get_window_extent().y0, text.get_window_extent().y1)
        for text in axes.texts
        if text.get_fontweight() == "bold"
    ]
    assert len(tops) == 2 * MOST_ROWS
    assert all(low >= high_below - 1 for (low, _), (_, high_below) in pairwise(tops))
    assert "… and 5 more: see the table" in [text.get_text() for text in figure.texts]


def test_hostile_names_are_drawn_as_text() -> None:
    drawn = drawing(report(gaps=[gap(model=text) for text in hostile.texts()]), "gaps")
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(drawn.svg).iter()}
    assert not tags & {"script", "image", "foreignObject", "a", "iframe", "img"}
    assert {
        r"$\frac{1}{2$ ]]> <!-- &lt;b&gt; · CoT",
        "a[U+0000]b[U+001B][31mred[U+007F] · CoT",
        "lone [U+D800] surrogate · CoT",
        "[U+202E]gpj.exe[U+2067] · CoT",
    } <= set(words(drawn))
