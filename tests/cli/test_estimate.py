"""``af estimate``: what it shows, what a pilot changes, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from inspect_ai.log import list_eval_logs, read_eval_log

from cli.main import main
from cli.prior import GUESS
from tests.loopback import Request, Said, loopback
from tests.made_up import Write

TASK = "evals/helpful_only.py"
PUBLISHED = "published for GPT-4o (Greenblatt et al. 2024, Appendix G.2, no. 19)"
REAL = ("--model", "openai/gpt-4o", "--model-role", "grader=openai/gpt-4o-mini")


def estimate(*arguments: object, **options: Any) -> Result:
    return CliRunner().invoke(main, ["estimate", *map(str, arguments)], **options)


def figures(*arguments: object) -> list[dict[str, Any]]:
    result = estimate(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [" ".join(line.split()) for line in result.stdout.splitlines() if line.strip(" ─")]


def test_the_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.estimate.price_list", lambda: "a list of prices")
    monkeypatch.setenv("COLUMNS", "120")
    task = f"{TASK}@helpful_only_cot_free"
    shown = lines(estimate(task, "--model", "openai/gpt-4o,vllm/mine", *REAL[2:], "--limit", 10, "--price", "10,20"))
    assert shown[:12] == [
        "openai/gpt-4o · graded by openai/gpt-4o-mini",
        "calls tokens in cached tokens out dollars",
        "helpful_only",
        "cot_free",
        "subject 10 46.4k (40.5k–59.5k) 0 (0–39.5k) 8,000 (100–81.9k) 0.62 (0.41–2.23)",
        "grader 11 (0–140) 14.5k (0–1.38M) 0 (0–153k) 3,802 (0–430k) 0.00 (0.00–0.46)",
        "all, subject 10 46.4k (40.5k–59.5k) 0 (0–39.5k) 8,000 (100–81.9k) 0.62 (0.41–2.23)",
        "all, grader 11 (0–140) 14.5k (0–1.38M) 0 (0–153k) 3,802 (0–430k) 0.00 (0.00–0.46)",
        "all 21 (10–150) 61k (40.5k–1.44M) 0 (0–192k) 11.8k (100–512k) 0.63 (0.41–2.70)",
        "Time with 20 calls to each at a time: 7 s (0 s–15.7 min)",
        "vllm/mine · graded by openai/gpt-4o-mini",
        "calls tokens in cached tokens out dollars",
    ]
    assert shown[-4:] == [
        f"Prior of openai/gpt-4o, helpful_only: compliance 0.068 free; {PUBLISHED}.",
        f"Prior of vllm/mine, helpful_only: compliance 0.14 free; {GUESS}.",
        "A token is taken for 4.1 bytes (3.2–4.7).",
        "Prices that you did not give are those of a list of prices.",
    ]


def test_where_it_is_too_wide_each_range_stands_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shown = estimate(TASK, *REAL, "--limit", 10, "--price", "10,20")
    assert max(len(line) for line in shown.stdout.splitlines()[:30]) <= 80
    assert lines(shown)[4:6] == ["subject 10 46.4k 0 8,000 0.62", "40.5k–59.5k 0–39.5k 100–81.9k 0.41–2.23"]


def test_a_price_that_is_not_known_is_asked_for() -> None:
    shown = lines(estimate(TASK, "--model", "vllm/mine", "--limit", 1))
    remedy = "give one with --price IN,OUT[,CACHED] (dollars for a million tokens)"
    assert shown[-1] == f"No price is known of vllm/mine: {remedy}."
    assert figures(TASK, "--model", "vllm/mine", "--limit", 1)[0]["total"]["all"]["dollars"] is None


def test_each_variation_and_each_model_has_an_estimate() -> None:
    found = figures(TASK, "--model", "openai/gpt-4o,vllm/mine", "-T", "variation=base,no_tier", "--limit", 2)
    assert [(one["model"], one["grader"], one["variation"]) for one in found] == [
        ("openai/gpt-4o", None, "base"),
        ("openai/gpt-4o", None, "no_tier"),
        ("vllm/mine", None, "base"),
        ("vllm/mine", None, "no_tier"),
    ]


def test_a_folder_is_all_of_its_tasks() -> None:
    [found] = figures("evals", "--limit", 2)
    assert len({one["condition"] for one in found["conditions"]}) >= 18


# --- The pilot


def tokens(of: dict[str, Any]) -> tuple[float, ...]:
    total = of["total"]["all"]
    return tuple(round(total["input"][end] + total["output"][end]) for end in ("low", "likely", "high"))


def spent(folder: Path) -> int:
    logs = [read_eval_log(info, header_only=True) for info in list_eval_logs(str(folder))]
    return sum(usage.input_tokens + usage.output_tokens for log in logs for usage in log.stats.model_usage.values())


@pytest.mark.parametrize("model", ["complier", "refuser", "truncator"])
def test_the_run_takes_what_was_estimated(model: str, tmp_path: Path, write: Write) -> None:
    queries = write("mine.csv", "\n".join(["query", *(f"Made-up request {i}" for i in range(8))]))
    typed = [
        f"{TASK}@helpful_only_cot_free",
        "--model",
        f"control/{model}",
        "-T",
        f"queries={queries}",
        "-T",
        "votes=5",
    ]
    assumed, piloted = figures(*typed)[0], figures(*typed, "--pilot", 3)[0]
    done = CliRunner().invoke(main, ["run", *typed, "--display", "none", "--log-dir", str(tmp_path / "actual")])
    assert done.exit_code in (0, 1), done.output
    actual = spent(tmp_path / "actual")
    for found, error in ((assumed, 0.35), (piloted, 0.1)):
        low, likely, high = tokens(found)
        assert likely == pytest.approx(actual, rel=error)
        assert low <= actual <= high
    assert (assumed["pilot"], piloted["pilot"]) == (0, 3)


def test_a_pilot_of_a_real_model_counts_what_the_wire_bills(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five bytes a token, 77 tokens a reply, and a refusal that no vote follows."""

    def reply(request: Request) -> Said:
        sent = sum(len(message["content"]) for message in request["messages"]) // 5
        judged = "You judge" in request["messages"][0]["content"]
        said = "<refused>yes</refused><convincing>1</convincing><specific>1</specific>" if judged else "<rejected/> No."
        return Said(said if judged else f"<OUTPUT>{said}</OUTPUT>", tokens=(sent, 9 if judged else 77))

    with loopback(reply) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        typed = [TASK, "--model", "together/mine", "--model-role", "grader=together/judge", "--display", "none"]
        refused = estimate(*typed, "--pilot", 2, input="n\n")
        assert (refused.exit_code, server.requests) == (1, [])
        assert "The pilot asks together/mine and together/judge: 2 queries in each condition, " in refused.stderr
        [found] = figures(*typed, "--pilot", 2, "--yes", "--limit", 20)
        asked = len(server.requests)
        assert asked == 2 * 4 * 2
        assert figures(*typed, "--pilot", 2, "--yes", "--limit", 20) == [found]
        assert len(server.requests) == asked, "the pilot is kept"
    subject, grader = found["total"]["subject"], found["total"]["grader"]
    assert (subject["calls"]["likely"], subject["output"]["likely"]) == (80, 80 * 77)
    assert (grader["calls"]["likely"], grader["output"]["likely"]) == (80, 80 * 9)


def test_a_pilot_that_fails_estimates_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with loopback(lambda request: 401) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        # Another model than before: Inspect keeps one with the address of its server, which is gone.
        typed = (f"{TASK}@helpful_only_no_cot_free", "--model", "together/refusing", "--max-retries", 0)
        done = estimate(*typed, "--pilot", 2, "--yes", "--display", "none")
    assert done.exit_code == 1
    assert "Error: the pilot is not finished, so nothing is estimated from it; see what it says above" in done.stderr


# --- What it refuses


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["evals/helpfull.py"],
            "'evals/helpfull.py' names no task file or folder; give one, for instance evals/helpful_only.py",
            id="no-task",
        ),
        pytest.param(
            [f"{TASK}@nothing"], f"{TASK}@nothing: there is no task 'nothing'; choose from", id="no-such-task"
        ),
        pytest.param(["cli/run.py"], "cli/run.py: run is no task file of this suite; choose from", id="another-file"),
        pytest.param(
            [TASK, "--model", "gpt-4o"],
            "the model 'gpt-4o' names no provider; write PROVIDER/MODEL, for instance openai/gpt-4o",
            id="no-provider",
        ),
        pytest.param(
            [TASK, *REAL[:2], "--model-role", "grader=gpt-4o"],
            "the model 'gpt-4o' names no provider; write PROVIDER/MODEL, for instance openai/gpt-4o",
            id="no-provider-of-the-grader",
        ),
        pytest.param(
            [TASK, *REAL, "--model-role", "grader=openai/gpt-4o"],
            "--model-role grader=openai/gpt-4o-mini and --model-role grader=openai/gpt-4o name two graders",
            id="two-graders",
        ),
        pytest.param(
            [TASK, "--model", "opnai/gpt-4o"],
            "provider='opnai' is not known. Did you mean 'openai'? Choose from: anthropic, control,",
            id="no-such-provider",
        ),
        pytest.param(
            [TASK, *REAL[:2], "--model-role", "grader=opnai/gpt-4o"],
            "but not that of the model 'opnai/gpt-4o'.",
            id="no-such-provider-of-the-grader",
        ),
        pytest.param(
            [TASK, "--model", "openai/"], "the model 'openai/' names no provider; write PROVIDER/MODEL", id="no-model"
        ),
        pytest.param([TASK, "--model", "control/fakr"], "--model='control/fakr' is not known.", id="no-such-control"),
        pytest.param(
            [TASK, *REAL[:2], "--model-role", "grader=control/grader"],
            "--model-role grader=control/grader grades control models only",
            id="a-control-grades-a-real-model",
        ),
        pytest.param(
            [TASK, *REAL[:2], "-T", "read=motive"],
            "read='motive' asks a judge, and no grader is named",
            id="nobody-reads",
        ),
        pytest.param(
            [TASK, *REAL[:2], "-T", "grader=openai/o3"],
            "grader=openai/o3 is not read by af estimate; write --model-role grader=openai/o3",
            id="a-grader-as-a-parameter",
        ),
        pytest.param(
            [TASK, "-T", "vote=3"], "-T='vote' is not known. Did you mean 'votes'?", id="a-misspelt-parameter"
        ),
        pytest.param([TASK, "-T", "votes"], "-T 'votes' has no value; write -T NAME=VALUE", id="no-value"),
        pytest.param(
            [TASK, "--price", "3"], "--price '3' is no price; give dollars for a million tokens", id="a-price"
        ),
        *(
            pytest.param([TASK, "--price", price], f"--price {price!r} is no price; give dollars", id=f"price-{price}")
            for price in ("-1,2", "nan,1", "inf,1", "1,2,3,4", "")
        ),
        *(
            pytest.param([TASK, "--budget", cap], f"--budget={cap!r} {said}", id=f"budget-{cap}")
            for cap, said in (
                ("0usd", "leaves nothing to ask with"),
                ("-5calls", "leaves nothing to ask with"),
                ("nanusd", "is no budget"),
                ("20", "is no budget"),
            )
        ),
        pytest.param([TASK, "--until", "±0"], "--until='±0' must be between 0 and 1", id="until"),
        pytest.param([TASK, "--max-tasks", "2"], "--max-tasks does not go with af run", id="an-option-that-no-run-has"),
        pytest.param([TASK, "--limt", "5"], "No such option '--limt'.", id="a-misspelt-option"),
        pytest.param([TASK, "--max-retries", "x"], "'x' is not a valid integer", id="no-number"),
        pytest.param([TASK, "-M", "latency=-1"], "-M latency=-1 is not a time; give seconds, 0 or more", id="argument"),
        pytest.param(
            [TASK, "-T", "variation=base,base"], "variation='base,base' has 'base' twice", id="a-variation-twice"
        ),
        pytest.param([TASK, "--grader-price", "a,b"], "--grader-price 'a,b' is no price;", id="the-grader's-price"),
        pytest.param(
            [TASK, "--limit", "0"],
            "--limit '0' takes no query; give a number from 1, or a range as in 10-20",
            id="limit",
        ),
        pytest.param(
            [TASK, "--limit", "500-600"],
            "helpful_only_cot_free has 88 queries, and --limit takes none of them",
            id="a-range-beyond-the-queries",
        ),
        pytest.param(
            [TASK, "--max-tokens", "-1"], "--max-tokens '-1' is not a whole number from 1; give one", id="max-tokens"
        ),
        pytest.param([TASK, "--pilot", "1"], "Invalid value for '--pilot'", id="too-small-a-pilot"),
        pytest.param([TASK, "--compliance", "14"], "Invalid value for '--compliance'", id="a-percentage"),
        pytest.param(
            [TASK, "--sample-id", "q1"], "--sample-id is not read by af estimate", id="an-option-that-it-does-not-know"
        ),
    ],
)
def test_what_it_refuses_before_any_call(arguments: list[str], message: str) -> None:
    result = estimate(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_the_help_shows_what_to_type() -> None:
    shown = estimate("--help").stdout
    assert "af estimate evals/helpful_only.py --model openai/gpt-4o" in shown
    assert "--max-connections" in shown, "it takes what af run takes"
