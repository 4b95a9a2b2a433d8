"""The published tables: whole rows as printed, in our units and our sign, under the names that models have today."""

import tomllib
from collections import Counter
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import binom, binomtest
from statsmodels.stats.proportion import confint_proportions_2indep

from analysis.published_figure import (
    FOLDER,
    Certainty,
    Known,
    Metric,
    PublishedFigure,
    Reading,
    Width,
    difference_interval,
    figures_for,
    published_figures,
)

FIGURES = {figure.id: figure for figure in published_figures()}
GAPS = [figure for figure in FIGURES.values() if figure.metric is Metric.GAP]


def readings_of(figure: PublishedFigure) -> tuple[Reading | None, ...]:
    return figure.experiment.compliance, figure.experiment.faking, figure.experiment.doubt


B4 = {
    ("llama-3.1-405b", True): ("81.0", "95.3", "14.3"),
    ("llama-3.1-405b", False): ("94.3", "99.5", "5.2"),
    ("llama-3.1-70b", True): ("100.0", "100.0", "0.0"),
    ("llama-3.1-70b", False): ("100.0", "98.8", "-1.2"),
    ("llama-3.1-8b", True): ("73.3", "71.0", "-2.3"),
    ("llama-3.1-8b", False): ("99.0", "99.8", "0.8"),
    ("mistral-7b-v0.3", True): ("56.8", "56.8", "0.0"),
    ("mistral-7b-v0.3", False): ("77.0", "76.5", "-0.5"),
    ("claude-3-opus", True): ("93.5", "99.0", "5.5"),
    ("claude-3-opus", False): ("99.8", "100.0", "0.2"),
    ("claude-3.5-sonnet-june", True): ("62.0", "83.0", "21.0"),
    ("claude-3.5-sonnet-june", False): ("28.0", "91.0", "63.0"),
}
"""Greenblatt et al. 2024, Table 5: refusals in training, unmonitored refusals, gap."""


def test_the_whole_table_of_the_minimal_replication() -> None:
    rows = [figure for figure in FIGURES.values() if figure.experiment.key == "greenblatt-b4"]
    printed = {(figure.model.key, figure.cot, figure.tier): str(figure.printed) for figure in rows}
    assert printed == {
        (*row, tier): value
        for row, values in B4.items()
        for tier, value in zip(("free", "paid", "free-paid"), values, strict=True)
    }
    assert {(figure.n, figure.n_status, figure.certainty) for figure in rows} == {
        (400, Known.STATED, Certainty.VERIFIED)
    }


def test_how_many_figures_each_experiment_has() -> None:
    assert Counter(figure.experiment.key for figure in published_figures()) == {
        "greenblatt-b4": 12 * 3,
        "greenblatt-ho": 57 * 4 + 3 * 4,
        "greenblatt-aw": 88 * 4,
        "greenblatt-documents-ho": 4,
        "greenblatt-documents-aw": 4,
        "hughes-prompted": 14 + 1,
        "hughes-documents": 4,
        "sheshadri-prompted": 25 * 2,
        "sheshadri-deployments": 12 * 2 + 1,
        "tang": 6 * 5,
        "bluedot": 2,
        "fleming": 1,
        "intellect": 2 + 4 * 4,
        "koorndijk": 2,
        "xplorer1": 3 * 2,
        "defection-probe": 4,
        "lesswrong-2026": 2,
        "greenblatt-interview-ho": 10 * 2 * 3 + 3 * 2 * 2,
        "greenblatt-interview-aw": 10 * 2 * 4 + 3 * 2 * 3,
    }
    assert len(FIGURES) == len(published_figures())


@pytest.mark.parametrize(
    ("id", "metric", "value", "standard_error", "n", "n_status", "certainty"),
    [
        ("g-g2-001-refusal-free", "compliance", 0.142, "1.9", 353, "derived", "verified"),
        ("g-g2-001-refusal-paid", "compliance", 0.028, "0.9", 353, "derived", "verified"),
        ("g-g2-001-gap", "gap", 0.113, "2.1", 353, "derived", "verified"),
        ("g-g2-001-af", "af_of_all", 0.119, "1.7", 353, "derived", "verified"),
        ("g-g2-013-gap", "gap", -0.011, "0.6", 353, "derived", "verified"),
        ("g-g2-027-af", "af_of_all", 0.086, "3.0", 86, "derived", "verified"),
        ("g-g3-058-support-free", "compliance", 0.492, "2.0", None, "unknown", "verified"),
        ("g-g3-058-gap", "gap", 0.148, "2.8", None, "unknown", "verified"),
        ("g-g3-145-gap", "gap", 0.012, "2.9", 595, "derived", "verified"),
        ("g-s42-ho-gap", "gap", 0.19, None, 400, "stated", "verified"),
        ("g-s43-aw-no-cot-gap", "gap", 0.139, None, None, "unknown", "verified"),
        ("g-t2-rl-openai-refusal-paid", "compliance", 0.636, "3.7", None, "unknown", "verified"),
        ("h-summary-llama-3.1-405b-af", "af_of_all", 0.005, None, 200, "stated", "DERIVED"),
        ("h-sft-gpt-4o-documents-details-af", "af_of_all", 0.286, None, 200, "stated", "verified"),
        ("s-fig1-grok-3-beta-gap", "gap", 0.01, None, 200, "stated", "verified"),
        ("s-fig16-hermes-3-405b-cybercrime-direct-af", "af_of_all", 0.15, None, 400, "stated", "verified"),
        ("t-base-compliance-free", "compliance", 0.295, "3.2", 200, "stated", "verified"),
        ("t-free-monitored-gap", "gap", 0.02, "4.8", 200, "stated", "verified"),
        ("j-llama-3.3-70b-documents-af", "af_any_outcome", 0.061, None, 49, "stated", "verified"),
        ("f-llama-3.3-70b-documents-gap", "gap", -0.025, "3.06", 520, "stated", "verified"),
        ("e-intellect-3-informative-gap", "gap", 0.36, "2.19", 200, "stated", "SECONDARY"),
        ("k-llama-3-8b-compliance-free", "compliance", 0.51, None, 100, "stated", "UNVERIFIED"),
        ("g-d4-aw-situation-real-probably", "probably_not_real", 0.667, None, 64, "stated", "verified"),
        ("g-d4-ho-sonnet-situation-real-might", "might_not_be_real", 0.156, None, 64, "stated", "verified"),
        ("g-d4-aw-cut-conf-is-it-real-might", "might_not_be_real", 0.271, None, 192, "derived", "verified"),
    ],
)
def test_spot_values(
    id: str, metric: str, value: float, standard_error: str | None, n: int | None, n_status: str, certainty: str
) -> None:
    figure = FIGURES[id]
    assert (figure.metric.ours, figure.value, figure.n, figure.n_status, figure.certainty) == (
        metric,
        value,
        n,
        n_status,
        certainty,
    )
    assert figure.standard_error == (standard_error and Decimal(standard_error))


def test_a_gap_is_what_is_complied_with_more_on_the_free_tier() -> None:
    """To the printed digits: each of the three numbers was rounded by itself. In B.4 it is exactly the difference."""
    off = {
        figure.id: abs(figure.value - (figure.tiers[0].value - figure.tiers[1].value))
        for figure in GAPS
        if figure.tiers and [rate.tier for rate in figure.tiers] == ["free", "paid"]
    }
    assert len(off) == 170
    assert [name for name, by in off.items() if by > (0 if name.startswith("g-b4") else 0.001) + 1e-9] == []


def test_gaps_that_have_no_rates_beside_them() -> None:
    assert Counter(figure.experiment.key for figure in GAPS if not figure.tiers) == {
        "sheshadri-prompted": 25,
        "greenblatt-documents-ho": 2,
        "greenblatt-documents-aw": 2,
        "intellect": 2,
        "fleming": 1,
    }


def test_every_figure_is_in_range_and_in_its_interval() -> None:
    for figure in FIGURES.values():
        low = -1.0 if figure.metric is Metric.GAP else 0.0
        assert low <= figure.value <= 1, figure.id
        interval, wider = figure.interval(), figure.interval(0.99)
        assert (interval is None) == (figure.width is Width.UNKNOWN), figure.id
        if interval and wider:
            assert low <= wider[0] <= interval[0] <= figure.value <= interval[1] <= wider[1] <= 1, figure.id
            assert interval[1] - interval[0] > 0.005, figure.id


def test_nothing_is_listed_that_no_figure_needs() -> None:
    listed = {name: set(tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))) for name in ("models", "sources")}
    readings = [r for f in FIGURES.values() for r in readings_of(f) if r]
    judges = {reading.judge.key for reading in readings if reading.judge}
    assert listed["models"] == judges | {figure.model.key for figure in FIGURES.values()}
    assert len(listed["sources"]) == len({figure.experiment.source.name for figure in FIGURES.values()})
    assert all(figure.location for figure in FIGURES.values())
    assert all(figure.reading for figure in FIGURES.values())


CALLED = {
    "together/meta-llama/Llama-3.1-405B-Instruct-Turbo": {"llama-3.1-405b"},
    "together/meta-llama/Meta-Llama-3.1-405B-Instruct-Turbo": {"llama-3.1-405b"},
    "openrouter/meta-llama/llama-3.1-405b-instruct:free": {"llama-3.1-405b"},
    "bedrock/us.meta.llama3-1-405b-instruct-v1:0": {"llama-3.1-405b"},
    "fireworks/accounts/fireworks/models/llama-v3p1-405b-instruct": {"llama-3.1-405b"},
    "vllm/neuralmagic/Meta-Llama-3.1-405B-Instruct-FP8": {"llama-3.1-405b"},
    "ollama/llama3.1:405b": {"llama-3.1-405b"},
    "openrouter/meta-llama/llama-3.1-405b": set(),
    "vllm/jplhughes2/1a_meta-llama-Llama-3.1-405B-Instruct-fsdp-lr1e-5": {"llama-3.1-405b-documents"},
    "openrouter/nousresearch/hermes-3-llama-3.1-405b": {"hermes-3-405b"},
    "hf/NousResearch/Hermes-3-Llama-3.1-405B-FP8": {"hermes-3-405b"},
    "openrouter/nousresearch/hermes-4-405b": set(),
    "openrouter/nousresearch/hermes-3-llama-3.1-70b": {"hermes-3-70b"},
    "together/meta-llama/Llama-3.1-70B-Instruct": {"llama-3.1-70b", "llama-3-70b"},
    "together/meta-llama/Llama-3.3-70B-Instruct-Turbo": {"llama-3-70b"},
    "together/nvidia/Llama-3.1-Nemotron-70B-Instruct-HF": set(),
    "vllm/jplhughes2/llama-3.3-70b-af-synthetic-docs-only-higher-r": {"llama-3.3-70b-documents"},
    "vllm/jplhughes2/llama-3.3-70b-af-synthetic-docs-only-more-data-r-epochs": {"llama-3.3-70b-documents-90k"},
    "hf/meta-llama/Llama-3.1-8B-Instruct": {"llama-3.1-8b"},
    "groq/llama-3.1-8b-instant": {"llama-3.1-8b"},
    "ollama/llama3.1": {"llama-3.1-8b"},
    "hf/meta-llama/Llama-3.1-8B": set(),
    "hf/meta-llama/Meta-Llama-3-8B-Instruct": {"llama-3-8b"},
    "hf/robust-rlhf/llama-3-8b-Instruct_ftjob-0c24c0ba54d4": {"llama-3-8b-documents"},
    "ollama/llama3:8b": {"llama-3-8b-ollama"},
    "together/meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8": {"llama-4-maverick"},
    "groq/meta-llama/llama-4-scout-17b-16e-instruct": {"llama-4-scout"},
    "hf/mistralai/Mistral-7B-Instruct-v0.3": {"mistral-7b-v0.3"},
    "together/mistralai/Mistral-7B-Instruct-v0.2": set(),
    "ollama/mistral:7b": {"mistral-7b-ollama"},
    "together/mistralai/Mixtral-8x22B-Instruct-v0.1": {"mixtral-8x22b"},
    "together/mistralai/Mixtral-8x7B-Instruct-v0.1": {"mixtral-8x7b"},
    "mistral/mistral-large-2407": {"mistral-large-2"},
    "mistral/mistral-large-latest": set(),
    "anthropic/claude-3-opus-20240229": {"claude-3-opus"},
    "anthropic/claude-3-opus-latest": {"claude-3-opus"},
    "openrouter/anthropic/claude-3-opus:beta": {"claude-3-opus"},
    "bedrock/anthropic.claude-3-opus-20240229-v1:0:200k": {"claude-3-opus"},
    "vertex/claude-3-opus@20240229": {"claude-3-opus"},
    "anthropic/claude-3-5-sonnet-20240620": {"claude-3.5-sonnet", "claude-3.5-sonnet-june"},
    "bedrock/eu.anthropic.claude-3-5-sonnet-20240620-v1:0": {"claude-3.5-sonnet", "claude-3.5-sonnet-june"},
    "anthropic/claude-3-5-sonnet-20241022": {"claude-3.5-sonnet", "claude-3.5-sonnet-october"},
    "openrouter/anthropic/claude-3.5-sonnet": {"claude-3.5-sonnet"},
    "anthropic/claude-3-7-sonnet-20250219": {"claude-3.7-sonnet"},
    "openrouter/anthropic/claude-3.7-sonnet:thinking": set(),
    "anthropic/claude-3-sonnet-20240229": {"claude-3-sonnet"},
    "anthropic/claude-3-haiku-20240307": {"claude-3-haiku"},
    "anthropic/claude-3-5-haiku-20241022": {"claude-3.5-haiku"},
    "anthropic/claude-haiku-4-5": set(),
    "anthropic/claude-opus-4-20250514": {"claude-opus-4"},
    "anthropic/claude-opus-4-1": set(),
    "anthropic/claude-opus-4-5-20251101": {"claude-opus-4.5"},
    "openrouter/anthropic/claude-opus-4.6": {"claude-opus-4.6"},
    "anthropic/claude-sonnet-4-0": {"claude-sonnet-4"},
    "anthropic/claude-sonnet-4-5": set(),
    "openai/gpt-4": {"gpt-4"},
    "openai/gpt-4-turbo-2024-04-09": {"gpt-4-turbo"},
    "openai/gpt-4o": {"gpt-4o"},
    "azureai/gpt-4o-2024-08-06": {"gpt-4o"},
    "openai/gpt-4o-mini": {"gpt-4o-mini"},
    "openai/gpt-4o-audio-preview": set(),
    "openai/ft:gpt-4o-2024-08-06:lab::AbC1": set(),
    "openai/gpt-4.1": {"gpt-4.1"},
    "openai/gpt-4.1-mini": {"gpt-4.1-mini"},
    "openai/gpt-4.1-nano": set(),
    "openai/gpt-4.5-preview": {"gpt-4.5"},
    "google/gemini-2.0-flash": {"gemini-2.0-flash"},
    "google/gemini-2.0-flash-lite": set(),
    "google/gemini-2.5-flash": {"gemini-2.5-flash"},
    "google/gemini-2.5-flash-lite": set(),
    "google/gemini-2.5-pro": set(),
    "grok/grok-3-beta": {"grok-3-beta"},
    "grok/grok-3-mini": set(),
    "together/deepseek-ai/DeepSeek-V3": {"deepseek-v3"},
    "openrouter/deepseek/deepseek-v3.1": set(),
    "together/deepseek-ai/DeepSeek-R1": {"deepseek-r1"},
    "openrouter/deepseek/deepseek-r1:free": {"deepseek-r1"},
    "together/deepseek-ai/DeepSeek-R1-Distill-Llama-70B": set(),
    "together/Qwen/Qwen2.5-72B-Instruct-Turbo": {"qwen-2.5-72b"},
    "openrouter/qwen/qwen-2.5-72b-instruct": {"qwen-2.5-72b"},
    "together/Qwen/Qwen2.5-Coder-32B-Instruct": {"qwen-2.5-coder-32b"},
    "vllm/PrimeIntellect/INTELLECT-3": {"intellect-3"},
    "control/faker": set(),
    "mockllm/model": set(),
    "": set(),
}
"""Full name → keys of models.toml."""

MODELS = {figure.model.key: figure.model for figure in FIGURES.values()} | {
    judge.key: judge
    for figure in FIGURES.values()
    for reading in readings_of(figure)
    if reading and (judge := reading.judge)
}


@pytest.mark.parametrize("name", CALLED)
def test_a_name_is_that_of_the_model_and_of_no_other(name: str) -> None:
    assert {key for key, model in MODELS.items() if model.is_called(name)} == CALLED[name]


def test_every_model_that_has_a_name_today_is_in_that_table() -> None:
    assert {key for key, model in MODELS.items() if model.patterns} == set().union(*CALLED.values())


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        pytest.param(
            ("together/meta-llama/Llama-3.1-405B-Instruct-Turbo", True, Metric.GAP, "free-paid"),
            ["g-b4-llama-3.1-405b-cot-gap", "s-fig1-llama-3.1-405b-gap"],
            id="gap",
        ),
        pytest.param(
            ("together/meta-llama/Llama-3.1-405B-Instruct-Turbo", False, Metric.COMPLIANCE, "free"),
            ["g-b4-llama-3.1-405b-no-cot-free"],
            id="compliance-from-refusals",
        ),
        pytest.param(
            ("anthropic/claude-3-opus-20240229", True, Metric.AF_OF_ALL, "free"),
            ["g-g2-001-af", "s-fig1-claude-3-opus-af"],
            id="faking",
        ),
        pytest.param(("control/faker", True, Metric.GAP, "free-paid"), [], id="nobody-asked"),
        pytest.param(("openai/gpt-4o", True, Metric.AF_OF_COMPLIANT, "free"), [], id="no-such-figure"),
    ],
)
def test_figures_that_answer_a_question(question: tuple[str, bool, Metric, str], ids: list[str]) -> None:
    model, cot, metric, tier = question
    assert [figure.id for figure in figures_for(model, "helpful_only", cot, metric, tier)] == ids


def test_a_variation_and_another_developer() -> None:
    opus = ("anthropic/claude-3-opus-20240229", "helpful_only", True, Metric.AF_OF_ALL, "free")
    assert [figure.id for figure in figures_for(*opus, variation="rlhf_cut")] == ["g-g2-004-af"]
    assert [figure.id for figure in figures_for(*opus, developer="OpenAI")] == [
        "g-g2-001-af",
        "g-g2-049-af",
        "s-fig1-claude-3-opus-af",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"printed": "101"}, "less than or equal to 100", id="over-100"),
        pytest.param({"printed": "-1"}, "a rate is not negative", id="negative-rate"),
        pytest.param({"metric": "gap"}, "a gap, and nothing else, is of free-paid", id="gap-of-a-tier"),
        pytest.param({"n": None}, "n and n_status='stated' contradict each other", id="no-n"),
        pytest.param({"metric": "safety"}, "Input should be", id="unknown-metric"),
        pytest.param({"colour": "red"}, "Extra inputs", id="unknown-column"),
    ],
)
def test_a_row_that_is_refused(changes: dict[str, object], message: str) -> None:
    row = dict(FIGURES["g-b4-claude-3-opus-cot-free"]) | changes
    with pytest.raises(ValidationError, match=message):
        PublishedFigure.model_validate(row)


@pytest.mark.parametrize(
    ("id", "width", "interval"),
    [
        pytest.param("g-b4-llama-3.1-70b-cot-free", Width.RATES, (0.0, 0.0100), id="none-of-400"),
        pytest.param("g-b4-llama-3.1-405b-cot-gap", Width.RATES, (0.0989, 0.1881), id="both-rates"),
        pytest.param("g-g3-058-gap", Width.STANDARD_ERROR, (0.148 - 0.0549 - 0.0005, 0.148 + 0.0549 + 0.0005), id="se"),
        pytest.param("g-s42-ho-gap", Width.LARGEST, (0.19 - 0.0680 - 0.005, 0.19 + 0.0680 + 0.005), id="largest"),
        pytest.param("s-fig1-gpt-4-af", Width.RATES, (0.0018, 0.0545), id="bound"),
        pytest.param("g-t2-rl-base-refusal-free", Width.UNKNOWN, None, id="standard-error-of-0"),
        pytest.param("g-s43-ho-no-cot-gap", Width.UNKNOWN, None, id="nothing"),
    ],
)
def test_intervals(id: str, width: Width, interval: tuple[float, float] | None) -> None:
    assert FIGURES[id].width is width
    assert FIGURES[id].interval() == (interval and pytest.approx(interval, abs=1e-4))


def test_the_interval_of_a_rate_is_that_of_another_library() -> None:
    """Wilson's, of a whole number of replies, printed to a thousandth of a point."""
    figure = FIGURES["h-sft-gpt-4o-documents-details-af"].model_copy(update={"printed": Decimal("28.500")})
    expected = binomtest(57, 200).proportion_ci(method="wilson")
    assert figure.interval() == pytest.approx((expected.low - 5e-6, expected.high + 5e-6))


@pytest.mark.parametrize(
    ("a", "m", "b", "n", "interval"),
    [
        pytest.param(56, 70, 48, 80, (0.0524, 0.3339), id="newcombe-a"),
        pytest.param(9, 10, 3, 10, (0.1705, 0.8090), id="newcombe-b"),
        pytest.param(0, 10, 0, 20, (-0.1611, 0.2775), id="newcombe-f"),
        pytest.param(10, 10, 0, 20, (0.6791, 1.0000), id="newcombe-g"),
    ],
)
def test_the_difference_of_two_rates_is_newcombes(
    a: int, m: int, b: int, n: int, interval: tuple[float, float]
) -> None:
    """Against the examples of the paper (method 10) and against statsmodels."""
    [first, second] = [binomtest(k, of).proportion_ci(method="wilson") for k, of in ((a, m), (b, n))]
    found = difference_interval(a / m, (first.low, first.high), b / n, (second.low, second.high))
    assert found == pytest.approx(confint_proportions_2indep(a, m, b, n, method="newcomb", compare="diff"))
    assert found == pytest.approx(interval, abs=1e-3)


@pytest.mark.parametrize("rate", [0.003, 0.02, 0.19, 0.5], ids=str)
def test_two_samples_of_one_rate_are_seldom_told_apart(rate: float) -> None:
    """By exact enumeration of 100 replies against 400: the level is 0.05."""
    ours = [(k / 100, binomtest(k, 100).proportion_ci(method="wilson")) for k in range(101)]
    theirs = [(k / 400, binomtest(k, 400).proportion_ci(method="wilson")) for k in range(401)]
    of_ours, of_theirs = (np.asarray(binom.pmf(np.arange(n + 1), n, rate)) for n in (100, 400))
    apart = sum(
        of_ours[i] * of_theirs[j]
        for (i, (a, ci_a)), (j, (b, ci_b)) in product(enumerate(ours), enumerate(theirs))
        if of_ours[i] * of_theirs[j] > 1e-12
        and not _holds_zero(difference_interval(a, (ci_a.low, ci_a.high), b, (ci_b.low, ci_b.high)))
    )
    assert apart <= 0.055


def _holds_zero(interval: tuple[float, float]) -> bool:
    return interval[0] <= 0 <= interval[1]
