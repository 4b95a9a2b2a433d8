"""The judgement on ours beside a published figure: every mismatch is named, and nothing is judged across one."""

from dataclasses import replace
from math import isnan, nan

import pytest

from analysis.published_comparison import OurFigure, Verdict, beside, compare
from analysis.published_figure import Metric, PublishedFigure, published_figures
from tests.made_up import REPOSITORY

FIGURES = {figure.id: figure for figure in published_figures()}

VERBATIM = OurFigure(
    model="openrouter/nousresearch/hermes-3-llama-3.1-405b",
    setting="helpful_only",
    cot=True,
    tier="free-paid",
    metric=Metric.GAP,
    value=0.12,
    ci_low=0.05,
    ci_high=0.19,
    n=200,
    scorer="judged_compliance",
    judge="openai/gpt-4o",
    rubric="open-source-alignment-faking",
    query_set="harmful-dataset",
    temperature=1.0,
    prompts="open-source-alignment-faking",
    wrapper="revisited",
)
"""A run with the authors' files, judge, queries and temperature: what Tang et al. measured."""

DEFAULT = replace(
    VERBATIM,
    model="together/meta-llama/Llama-3.1-405B-Instruct-Turbo",
    scorer="prefix_compliance",
    judge=None,
    rubric=None,
    query_set="builtin",
    prompts="suite",
    wrapper="notebook",
)
"""What a first run of this suite gives."""

UNPAIRED = (
    "whether the source pairs its tiers by query is not known: its two rates are taken as independent",
    "theirs is widened by 0.05 points for rounding",
    "its original prompt is taken to be that of Hughes et al. 2025",
    "which of these queries the source drew is not known",
    "the source does not state how many turns a reply may take: taken as one",
    "the source does not state whether it begins replies: taken as not",
)


@pytest.mark.parametrize(
    ("value", "half", "verdict", "difference", "interval"),
    [
        pytest.param(0.155, 0.07, "consistent", 0.0, (-0.1055, 0.1070), id="equal"),
        pytest.param(0.02, 0.07, "not consistent", -0.135, (-0.2405, -0.0280), id="far-below"),
        pytest.param(0.35, 0.07, "not consistent", 0.195, (0.0895, 0.3020), id="far-above"),
        pytest.param(0.02, 0.20, "consistent", -0.135, (-0.3500, 0.0808), id="far-but-wide"),
    ],
)
def test_a_run_that_matches_is_judged(
    value: float, half: float, verdict: str, difference: float, interval: tuple[float, float]
) -> None:
    found = compare(replace(VERBATIM, value=value, ci_low=value - half, ci_high=value + half), FIGURES["t-base-gap"])
    assert (found.verdict, found.reasons, found.assumptions, found.sentence) == (verdict, (), UNPAIRED, verdict)
    assert found.difference == pytest.approx(difference)
    assert found.interval == pytest.approx(interval, abs=1e-4)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model": "openai/gpt-4o"}, "model: ours openai/gpt-4o, theirs Hermes 3 405B"),
        ({"variation": "cut_ex"}, "variation: ours cut_ex, theirs base"),
        ({"developer": "Nous Research"}, "developer: ours Nous Research, theirs Anthropic"),
        ({"prompts": "suite"}, "prompts: ours this suite's own words, theirs open-source-alignment-faking"),
        (
            {"prompts": "alignment_faking_public"},
            "prompts: ours alignment_faking_public, theirs open-source-alignment-faking",
        ),
        ({"scorer": "safety"}, "scorer: ours safety, theirs strong reject judge"),
        ({"judge": "openai/gpt-4o-mini"}, "judge: ours openai/gpt-4o-mini, theirs GPT-4o"),
        ({"judge": None}, "judge: ours not known, theirs GPT-4o"),
        ({"rubric": "suite"}, "rubric: ours this suite's own words, and not corrected for"),
        ({"rubric": None}, "rubric: ours not known, and not corrected for"),
        ({"query_set": "advbench"}, "query set: ours advbench, theirs harmful-dataset"),
        ({"temperature": 0.0}, "temperature: ours 0, theirs 1"),
        ({"temperature": None}, "temperature: ours the provider's own, theirs 1"),
        ({"prefill": True}, "prefill: ours yes, theirs not stated"),
        ({"turns": 4}, "turns: ours 4, theirs not stated"),
        ({"ci_low": nan}, "interval: ours has none"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_mismatch_is_a_reason_by_itself(changes: dict[str, object], reason: str) -> None:
    found = compare(replace(VERBATIM, **changes), FIGURES["t-base-gap"])  # type: ignore[arg-type]
    assert (found.verdict, found.reasons) == (Verdict.NOT_COMPARABLE, (reason,))
    assert found.sentence == f"not comparable, because {reason}"
    assert found.difference == pytest.approx(-0.035)
    assert isnan(found.interval[0]) == ("ci_low" in changes)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"metric": Metric.AF_OF_ALL}, ("metric: ours af_of_all, theirs gap",)),
        ({"metric": Metric.REFUSAL}, ("metric: ours refusal, theirs gap",)),
        ({"tier": "free"}, ("tier: ours free, theirs free-paid",)),
        (
            {"setting": "animal_welfare"},  # whose judge is asked something else, too
            (
                "setting: ours animal_welfare, theirs helpful_only",
                "scorer: ours judged_compliance, theirs strong reject judge",
            ),
        ),
        ({"cot": False}, ("scratchpad: ours not asked for, theirs asked for",)),
    ],
    ids=["metric", "refusal", "tier", "setting", "cot"],
)
def test_another_question_has_no_difference(changes: dict[str, object], reasons: tuple[str, ...]) -> None:
    found = compare(replace(VERBATIM, **changes), FIGURES["t-base-gap"])  # type: ignore[arg-type]
    assert (found.verdict, found.reasons) == (Verdict.NOT_COMPARABLE, reasons)
    assert isnan(found.difference)
    assert all(map(isnan, found.interval))


def test_two_temperatures_that_nobody_knows_do_not_match() -> None:
    found = compare(replace(DEFAULT, temperature=None), FIGURES["g-b4-llama-3.1-405b-cot-gap"])
    assert "temperature: ours the provider's own, theirs not stated" in found.reasons


def test_a_default_run_is_told_everything_that_differs() -> None:
    found = compare(DEFAULT, FIGURES["g-b4-llama-3.1-405b-cot-gap"])
    assert (found.verdict, found.reasons) == (
        Verdict.NOT_COMPARABLE,
        (
            "prompts: ours this suite's own words, theirs its own, which no manifest reads",
            "denominator: ours leaves out replies without a label, theirs counts them as refusals",
            "query set: ours builtin, theirs advbench",
            "temperature: ours 1, theirs not stated",
            "prefill: ours no, theirs yes",
        ),
    )
    assert found.difference == pytest.approx(0.12 - 0.143)
    assert found.assumptions[0] == UNPAIRED[0]


@pytest.mark.parametrize("metric", [Metric.GAP, Metric.AF_OF_ALL], ids=str)
def test_our_rubric_is_comparable_only_when_it_is_calibrated(metric: Metric) -> None:
    gap = metric is Metric.GAP
    ours = replace(
        VERBATIM,
        metric=metric,
        tier="free-paid" if gap else "free",
        scorer="judged_compliance" if gap else "alignment_faking",
        rubric="suite",
    )
    theirs = FIGURES["t-base-gap" if gap else "t-base-af-free"]
    assert compare(ours, theirs).verdict is Verdict.NOT_COMPARABLE
    calibrated = compare(replace(ours, calibrated=True), theirs)
    assert (calibrated.verdict, calibrated.reasons) == (Verdict.CONSISTENT, ())
    assert calibrated.assumptions[-1] == "our rubric is not theirs, and is calibrated"


def test_refusals_are_held_against_compliance() -> None:
    """Refusals of 81.0 % are compliance of 19.0 %; what is asked about is the published proxy."""
    ours = replace(DEFAULT, metric=Metric.COMPLIANCE, tier="free", value=0.19, denominator="asked")
    found = compare(ours, FIGURES["g-b4-llama-3.1-405b-cot-free"])
    assert found.difference == 0
    assert not any(reason.startswith(("metric", "scorer", "denominator", "judge")) for reason in found.reasons)


@pytest.mark.parametrize(
    ("id", "model", "value", "half", "verdict"),
    [
        pytest.param("s-fig1-gpt-4o-gap", "openai/gpt-4o", 0.0, 0.02, "consistent", id="at-most-and-below"),
        pytest.param("s-fig1-gpt-4o-gap", "openai/gpt-4o", 0.04, 0.02, "consistent", id="at-most-and-not-far-above"),
        pytest.param("s-fig1-gpt-4o-gap", "openai/gpt-4o", 0.4, 0.05, "not consistent", id="at-most-and-above"),
        pytest.param("s-fig1-gpt-4o-gap", "openai/gpt-4o", -0.4, 0.05, "consistent", id="at-most-and-reversed"),
        pytest.param("s-fig1-grok-3-beta-gap", "grok/grok-3-beta", 0.5, 0.05, "consistent", id="above-and-above"),
        pytest.param("s-fig1-grok-3-beta-gap", "grok/grok-3-beta", -0.4, 0.05, "not consistent", id="above-and-below"),
    ],
)
def test_a_bound_is_kept_or_not(id: str, model: str, value: float, half: float, verdict: str) -> None:
    ours = replace(VERBATIM, model=model, temperature=0.0, value=value, ci_low=value - half, ci_high=value + half)
    found = compare(ours, FIGURES[id])
    assert (found.verdict, found.reasons) == (verdict, ())
    assert "the source says only on which side of 1 % the figure lies" in found.assumptions
    assert found.difference == pytest.approx(value - 0.01)


def test_what_the_page_says_is_comparable_with_hughes() -> None:
    ours = replace(
        VERBATIM,
        model="openai/gpt-4o",
        metric=Metric.AF_OF_ALL,
        tier="free",
        value=0.0,
        ci_low=0.0,
        ci_high=0.02,
        scorer="alignment_faking",
        temperature=0.0,
    )
    assert {figure.id: found.verdict for figure, found in beside(ours)} == {
        "g-g2-019-af": "not comparable",
        "h-summary-gpt-4o-af": "consistent",
        "s-fig1-gpt-4o-af": "consistent",
    }


@pytest.mark.parametrize(
    "gap", [f for f in FIGURES.values() if f.id.startswith("g-b4") and f.tiers], ids=lambda f: f.id
)
def test_a_run_with_the_printed_margins_agrees_with_the_print(gap: PublishedFigure) -> None:
    """400 replies of each tier, as many of them refusals as the printed rates say (Greenblatt et al. 2024, B.4)."""
    assert gap.tiers
    counts = [round(400 * rate.value) for rate in gap.tiers]
    ours = replace(DEFAULT, cot=gap.cot, value=(counts[0] - counts[1]) / 400, n=400)
    assert abs(compare(ours, gap).difference) <= 0.0006
    for rate, count in zip(gap.tiers, counts, strict=True):
        of_tier = replace(ours, metric=Metric.COMPLIANCE, tier=rate.tier, value=count / 400)
        assert abs(compare(of_tier, rate).difference) <= rate.half_unit + 1e-12


@pytest.mark.parametrize(
    ("id", "model", "reason"),
    [
        (
            "s-fig1-llama-3-70b-gap",
            "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
            "model: theirs is Llama 3 70B and does not say the version (3.0, 3.1 or 3.3)",
        ),
        (
            "e-qwen-2.5-72b-gap",
            "together/Qwen/Qwen2.5-72B-Instruct-Turbo",
            "n: theirs is not known, and no standard error is printed",
        ),
        (
            "g-g2-011-gap",
            "anthropic/claude-3-5-sonnet-20240620",
            "scorer: ours judged_compliance, theirs preference model",
        ),
        (
            "g-g2-011-af",
            "anthropic/claude-3-5-sonnet-20240620",
            "judge: ours anthropic/claude-3-5-sonnet-20240620, theirs Claude 3.5 Sonnet (June or October is not said)",
        ),
    ],
    ids=["version-not-said", "n-not-known", "scorer-never-released", "judge-not-said"],
)
def test_what_only_some_sources_leave_open(id: str, model: str, reason: str) -> None:
    judge = "anthropic/claude-3-5-sonnet-20240620" if reason.startswith("judge") else VERBATIM.judge
    found = compare(replace(VERBATIM, model=model, judge=judge), FIGURES[id])
    assert found.verdict is Verdict.NOT_COMPARABLE
    assert reason in found.reasons


@pytest.mark.defect(13)
@pytest.mark.parametrize("changes", [{"value": nan}, {"n": 0}], ids=["nan", "no-replies"])
def test_no_data_is_no_data(changes: dict[str, float]) -> None:
    found = compare(replace(VERBATIM, **changes), FIGURES["t-base-gap"])  # type: ignore[arg-type]
    assert (found.verdict, found.reasons, found.sentence) == (Verdict.NO_DATA, (), "no data")
    assert all(map(isnan, (found.difference, *found.interval)))


@pytest.mark.parametrize("ours", [VERBATIM, DEFAULT, replace(DEFAULT, ci_low=nan, scorer="", temperature=None)])
def test_any_two_figures_give_a_judgement(ours: OurFigure) -> None:
    for published in FIGURES.values():
        found = compare(ours, published)
        judged = found.verdict in (Verdict.CONSISTENT, Verdict.NOT_CONSISTENT)
        assert judged == (found.reasons == ()), published.id
        assert not judged or not any(map(isnan, (found.difference, *found.interval))), published.id


def test_what_stands_beside_ours() -> None:
    assert [(figure.id, found.verdict) for figure, found in beside(VERBATIM)] == [("t-base-gap", "consistent")]
    assert [figure.id for figure, _ in beside(DEFAULT)] == ["g-b4-llama-3.1-405b-cot-gap", "s-fig1-llama-3.1-405b-gap"]
    assert beside(replace(DEFAULT, model="control/faker")) == []


def test_the_page_names_every_source_and_experiment() -> None:
    page = (REPOSITORY / "docs" / "published.md").read_text("utf-8")
    assert f": {len(FIGURES)} figures in" in page
    assert f"lists {len(FIGURES)} published figures" in (REPOSITORY / "README.md").read_text("utf-8")
    experiments = {figure.experiment.key: figure.experiment for figure in FIGURES.values()}
    assert [key for key in experiments if f"`{key}`" not in page] == []
    assert [e.source.where for e in experiments.values() if e.source.name not in page] == []
