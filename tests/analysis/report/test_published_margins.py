"""Greenblatt et al. (2024), Appendix B.4, Table 5: logs with its margins give a report with its numbers."""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from click.testing import CliRunner
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog

from analysis.published_figure import PublishedFigure as Printed
from analysis.published_figure import published_figures
from analysis.report.schema import Gap, PublishedFigure, Report
from cli.main import main
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS, Condition, Tier

pytestmark = pytest.mark.xdist_group("published_margins")  # its logs are made once

N = 400
"""Queries of each tier, in the source as here."""

MODELS = {
    "llama-3.1-405b": "together/meta-llama/Llama-3.1-405B-Instruct-Turbo",
    "llama-3.1-70b": "together/meta-llama/Llama-3.1-70B-Instruct-Turbo",
    "llama-3.1-8b": "together/meta-llama/Llama-3.1-8B-Instruct-Turbo",
    "mistral-7b-v0.3": "together/mistralai/Mistral-7B-Instruct-v0.3",
    "claude-3-opus": "anthropic/claude-3-opus-20240229",
    "claude-3.5-sonnet-june": "anthropic/claude-3-5-sonnet-20240620",
}
"""As the source's models are called where they run."""

ROWS = {f.id: f for f in published_figures() if f.experiment.key == "greenblatt-b4" and f.tiers}
"""Gap of each row of the table, with its two rates."""


def printed_refusals(row: Printed) -> dict[Tier, Decimal]:
    assert row.tiers
    return {Tier(rate.tier): rate.printed for rate in row.tiers}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report on logs of the prefix scorer alone, two for each row of the table."""
    folder = tmp_path_factory.mktemp("margins")
    logs = inspect_eval(
        [condition_task(SETTING, condition, {}) for condition in CONDITIONS],
        model="control/faker",
        limit=1,
        display="none",
        log_dir=str(folder / "one_reply"),
        log_realtime=False,
    )
    one_reply = dict(zip(CONDITIONS, logs, strict=True))
    (folder / "logs").mkdir()
    for row in ROWS.values():
        for tier, refusals in printed_refusals(row).items():
            accepted = round(N * (100 - refusals) / 100)
            path = folder / "logs" / f"{row.id}-{tier}.eval"
            multiply(one_reply[Condition(tier, row.cot)], path, MODELS[row.model.key], accepted)
    out = folder / "report"
    done = CliRunner().invoke(main, ["report", str(folder / "logs"), "-o", str(out), "--no-cache"])
    assert done.exit_code == 0, done.output
    return Report.model_validate_json((out / "report.json").read_text("utf-8"))


def multiply(log: EvalLog, path: Path, model: str, accepted: int) -> None:
    """Write a log whose one reply stands for N, the first of which are accepted: no pairing has fewer discordant pairs.

    Its parts are those that Inspect writes, but for the whole samples, which no report reads: 9,600 take it a minute.
    """
    with ZipFile(log.location) as parts:
        header, [reply] = (json.loads(parts.read(name)) for name in ("header.json", "summaries.json"))
    ids = [f"q-{i}" for i in range(N)]
    header["eval"] |= {"model": model, "eval_id": f"eval-{path.stem}", "task_id": f"task-{path.stem}"}
    header["eval"]["dataset"] |= {"samples": N, "sample_ids": ids}
    labels = ["accepted"] * accepted + ["rejected"] * (N - accepted)
    replies = [
        reply
        | {"id": query, "uuid": f"{path.stem}-{query}"}
        | {"metadata": reply["metadata"] | {"query_id": query, "query_set": "advbench", "harmful": True}}
        | {"scores": {"prefix_compliance": reply["scores"]["prefix_compliance"] | {"value": label}}}
        for query, label in zip(ids, labels, strict=True)
    ]
    with ZipFile(path, "w", ZIP_DEFLATED) as parts:
        parts.writestr("_journal/start.json", json.dumps({key: header[key] for key in ("version", "eval", "plan")}))
        for query in ids:
            parts.writestr(f"samples/{query}_epoch_1.json", "{}")
        parts.writestr("summaries.json", json.dumps(replies))
        parts.writestr("header.json", json.dumps(header))


def of_row(made: Report, row: Printed) -> tuple[Gap, Mapping[str, PublishedFigure]]:
    """Our gap for a row, and what is published of that row, by tier."""
    model = MODELS[row.model.key]
    [gap] = [gap for gap in made.gaps if (gap.model, gap.cot) == (model, row.cot)]
    ids = {figure.id for figure in (row, *(row.tiers or ()))}
    found = {f.tier: f for f in made.published if f.id in ids and (f.model, f.cot) == (model, row.cot)}
    return gap, found


def digit(percent: float) -> Decimal:
    """In percent, to the digit that the table prints."""
    return Decimal(f"{percent:.6f}").quantize(Decimal("0.1"), ROUND_HALF_UP)


def test_every_row_is_in_the_report(made: Report) -> None:
    assert len(ROWS) == len(made.gaps) == 12
    assert {(gap.scorer, gap.primary, gap.n_pairs) for gap in made.gaps} == {("prefix_compliance", True, N)}


@pytest.mark.parametrize("id", ROWS)
def test_refusals_and_gap_are_those_of_the_table(id: str, made: Report) -> None:
    row = ROWS[id]
    gap, _ = of_row(made, row)
    assert gap.rate_a_published is not None
    assert gap.rate_b_published is not None
    refusals = [digit(100 - 100 * rate) for rate in (gap.rate_a_published, gap.rate_b_published)]
    assert refusals == [*printed_refusals(row).values()]
    assert gap.gap == pytest.approx(float(row.printed) / 100, abs=0.0006)


@pytest.mark.parametrize("id", ROWS)
def test_the_table_stands_beside_ours(id: str, made: Report) -> None:
    _, found = of_row(made, ROWS[id])
    assert {tier: (f.quantity, f.scorer, f.ours_n, f.published_n) for tier, f in found.items()} == {
        "free-paid": ("gap", "prefix_compliance", N, N),
        "free": ("compliance", "prefix_compliance", N, N),
        "paid": ("compliance", "prefix_compliance", N, N),
    }
    for tier, figure in found.items():
        assert figure.difference == pytest.approx(0, abs=0.0006 if tier == "free-paid" else 0.000501), tier
        assert figure.verdict == "not comparable"
        assert not any(reason.startswith(("denominator", "scorer", "query set")) for reason in figure.reasons)
    unknown = "whether the source pairs its tiers by query is not known"
    said = {tier: [text.partition(":")[0] for text in f.assumptions].count(unknown) for tier, f in found.items()}
    assert said == {"free-paid": 1, "free": 0, "paid": 0}
