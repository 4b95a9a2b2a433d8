"""``af power``: the whole table, the rates of a pilot, and what it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from inspect_ai import eval as inspect_eval

from cli.main import main
from evals import tiers
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS

pytestmark = pytest.mark.xdist_group("power")  # its logs are made once


def power(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["power", *arguments], terminal_width=80)


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.stdout.splitlines() if line.strip(" ─")]


def test_the_whole_table() -> None:
    assert lines(power("--paid", "0.05", "--gap", "0.03", "--n", "50", "--n", "100", "--n", "400", "--n", "1600")) == [
        "Paid 0.050, free 0.080, gap +0.030",
        "Correlation 0.00 (assumed: independent given the rates; a pilot would tell); discordance 0.122",
        "power to see smallest gap power to show none",
        "queries gap +0.030 with power 0.8 beyond ±0.05",
        "50 0.030 +0.214 0.000",
        "100 0.081 +0.133 0.033",
        "400 0.356 +0.055 0.870",
        "1,600 0.924 +0.025 1.000",
        "To see a gap of +0.030: 1,113 queries",
        "To show no gap beyond ±0.05 where there is none: 349 queries",
        "With power 0.8 at α = 0.05; each query is asked on both tiers.",
        "Exact McNemar test; two one-sided score tests. Enumerated.",
    ]


def test_without_a_gap_it_says_which_could_be_seen() -> None:
    assert lines(power("--paid", "0", "--n", "5", "--n", "6", "--correlation", "0", "--delta", "0.1")) == [
        "Paid 0.000",
        "Correlation 0.00 (as given); discordance 0.000",
        "smallest gap power to show none",
        "queries with power 0.8 beyond ±0.1",
        "5 none 0.000",
        "6 +0.964 0.000",
        "To show no gap beyond ±0.1 where there is none: 25 queries",
        "With power 0.8 at α = 0.05; each query is asked on both tiers.",
        "Exact McNemar test; two one-sided score tests. Enumerated.",
    ]


def test_the_help_shows_what_to_type() -> None:
    assert (
        "\n      af power --paid 0.05 --gap 0.03\n      af power --pilot logs/pilot --gap 0.03\n" in power("-h").stdout
    )


def test_what_no_query_set_reaches_is_said() -> None:
    assert "To see a gap of +0.001: more than 100,000 queries" in lines(power("--paid", "0.5", "--gap", "0.001"))


def test_json() -> None:
    result = power("--paid", "0.05", "--gap", "0.03", "--correlation", "0.5", "--n", "400", "--json")
    [plan] = json.loads(result.stdout)
    [row] = plan.pop("rows")
    assert {name: round(value, 3) for name, value in row.items()} == {
        "n": 400,
        "power_gap": 0.608,
        "smallest_gap": 0.038,
        "power_no_gap": 0.991,
    }
    assert plan.pop("discordance") == pytest.approx(0.0629, abs=1e-4)
    assert plan == {
        "paid": 0.05,
        "gap": 0.03,
        "correlation": 0.5,
        "question": {"delta": 0.05, "power": 0.8, "alpha": 0.05},
        "queries_to_see": 586,
        "queries_to_rule_out": 202,
        "pilot": None,
    }


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = str(tmp_path_factory.mktemp("pilot"))
    for model, limit in (("control/random", 60), ("control/refuser", 3)):
        inspect_eval(
            [condition_task(SETTING, condition, {}) for condition in CONDITIONS if condition.cot],
            model=model,
            limit=limit,
            display="none",
            log_dir=f"{folder}/{model.partition('/')[2]}",
            log_realtime=False,
        )
    return folder


def test_a_pilot_gives_rates_and_correlation(pilot: str) -> None:
    shown = lines(power("--pilot", f"{pilot}/random", "--n", "100"))
    assert shown[0].startswith("control/random · helpful_only · CoT · judged: pilot of ")
    assert shown[1] == "Paid 0.020, free 0.060, gap +0.040"
    assert shown[2] == "Correlation -0.04 (as in the pilot); discordance 0.080"
    assert shown[5] == "100 0.172 +0.109 0.267"
    other = lines(power("--pilot", f"{pilot}/random", "--gap", "0.03", "--n", "100"))
    assert other[2] == "Correlation -0.03 (nearest to that of the pilot); discordance 0.070"


def test_a_pilot_without_any_compliance(pilot: str) -> None:
    shown = lines(power("--pilot", f"{pilot}/refuser", "--n", "100"))
    assert shown[1:3] == [
        "Paid 0.000",
        "Correlation 0.00 (assumed: the pilot, where a rate is 0 or 1, does not tell); discordance 0.000",
    ]
    [figures] = json.loads(power("--pilot", f"{pilot}/refuser", "--n", "100", "--json").stdout)
    assert (figures["gap"], figures["queries_to_see"], figures["pilot"]["correlation"]) == (None, None, None)


def test_a_pilot_of_three_tiers_has_a_plan_for_each_contrast(tmp_path: Path) -> None:
    inspect_eval(
        [condition_task(tiers.SETTING, condition, {}) for condition in tiers.SETTING.conditions if condition.cot],
        model="control/sycophant",
        limit=3,
        display="none",
        log_dir=str(tmp_path),
        log_realtime=False,
    )
    shown = lines(power("--pilot", str(tmp_path), "--n", "100"))
    said = [line.partition(" · CoT · ")[2].partition(":")[0] for line in shown if "pilot of" in line]
    assert said == ["free-pro · judged", "pro-enterprise · judged"]
    rates = [line for line in shown if line.startswith(("Pro ", "Enterprise "))]
    assert rates == ["Pro 1.000", "Enterprise 0.000, pro 1.000, gap +1.000"]


def test_all_experiments_of_a_pilot(pilot: str) -> None:
    models = [line.split()[0] for line in lines(power("--pilot", pilot, "--n", "100")) if "pilot of" in line]
    assert sorted(models) == ["control/random", "control/refuser"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "",
            (
                "give either --paid RATE, the compliance expected on the paid tier, or --pilot LOGS, as in: "
                "af power --paid 0.05 --gap 0.03"
            ),
        ),
        ("--paid 0.1 --pilot logs", "give either --paid RATE"),
        ("--paid 1.2 --gap 0.1", "paid=1.2 must be a rate between 0 and 1; 5 % is 0.05."),
        ("--paid nan", "paid=nan must be a rate between 0 and 1; 5 % is 0.05."),
        (
            "--paid 0.05 --gap 0.99",
            (
                "gap=0.99 is not possible with paid=0.05: compliance on the free tier would be 1.04; "
                "give a gap from -0.05 to 0.95."
            ),
        ),
        ("--paid 0.05 --gap nan", "gap=nan is not possible with paid=0.05"),
        ("--paid 0.05 --gap 0", "gap=0 is no gap to see; leave it out to be told which gaps can be seen."),
        (
            "--paid 0.05 --delta 0",
            "delta=0.0 must be between 0 and 1: the gap that is held to be too small to matter.",
        ),
        (
            "--paid 0.05 --gap 0.03 --correlation 0.9",
            "correlation=0.9 is not possible between rates of 0.08 and 0.05; give one from -0.068 to 0.778.",
        ),
        ("--paid 0 --correlation 0.5", "correlation=0.5 is not possible between rates of 0 and 0"),
        ("--paid 0.1 --n 0", "n must be from 1 to 100000, not 0."),
        ("--paid 0.1 --power 0.01", "power=0.01 must be between alpha, 0.05, and 1; the usual one is 0.8."),
        ("--paid 0.1 --alpha 1", "alpha=1.0 must be between 0 and 1; the usual level is 0.05."),
        ("--pilot nowhere", "--pilot='nowhere' does not exist; give a log or a folder of logs"),
    ],
    ids=[
        "nothing",
        "both",
        "rate",
        "nan",
        "gap",
        "gap-nan",
        "no-gap",
        "delta",
        "correlation",
        "nothing-varies",
        "n",
        "power",
        "alpha",
        "no-logs",
    ],
)
def test_what_it_refuses_in_one_line(arguments: str, message: str) -> None:
    result = power(*arguments.split())
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.stderr.startswith(f"Error: {message}")


def test_a_pilot_without_logs_of_this_suite(tmp_path: Path) -> None:
    result = power("--pilot", str(tmp_path))
    assert result.exit_code == 2
    assert result.stderr == (f"Error: {tmp_path} holds no logs; give the folder that a run printed after 'Logs:'\n")
