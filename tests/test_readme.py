"""The README: its commands do what it says, and its tables name all that there is."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

from cli.main import main
from controls.policies import POLICIES
from evals import INTERVIEWS, SETTINGS
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.labelled_task import LabelOptions
from evals.query_set import NAMES
from evals.task_options import Options
from study.cell import Cell
from study.condition import CONDITIONS
from study.labels import ComplianceLabel, FakingLabel, PrefixLabel, Undecided, Unscored
from tests.command_line import run
from tests.loopback import Request, loopback
from tests.made_up import REPOSITORY, metrics

README = (REPOSITORY / "README.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
RUN, CHECK, TEST, REAL, VIEW, PAIRS, POWER, OWN_QUERIES, REPORT = COMMANDS


def typed(command: str) -> str:
    """A command without the installation before it, which is done."""
    return command.rsplit("&& ", 1)[-1]


def logs_in(folder: Path) -> list[EvalLog]:
    return [read_eval_log(info) for info in list_eval_logs(str(folder))]


def cut_as(shown: str, printed: str) -> list[str]:
    """The lines that were printed, each cut where the one that is shown ends with an ellipsis."""
    lines = zip(printed.splitlines(), shown.splitlines(), strict=True)
    return [line[: len(of) - 1] + "…" if of.endswith("…") else line for line, of in lines]


def test_the_first_command_prints_what_the_readme_shows(tmp_path: Path) -> None:
    quicker = {"INSPECT_EVAL_NO_LOG_REALTIME": "true"}  # only while it runs can the difference be seen
    done = run(f"{typed(RUN)} --display plain", tmp_path, environment=quicker)
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"```text\n(control/faker.*?)Logs: logs\n```", README, re.DOTALL)[0]
    printed = done.stdout[done.stdout.index("control/faker · helpful_only") :].partition("Logs:")[0]
    assert [line.split() for line in cut_as(shown, printed)] == [line.split() for line in shown.splitlines()]
    logs = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    assert sorted((log.eval.task, log.eval.model, log.status, len(log.samples or [])) for log in logs) == [
        (f"helpful_only_{condition}", "control/faker", "success", 88)
        for condition in ("cot_free", "cot_paid", "no_cot_free", "no_cot_paid")
    ]


def test_the_second_command_is_what_ci_runs() -> None:
    assert TEST == "pip install -e '.[dev]' -c constraints.txt && pytest"
    assert re.search(r"^step pytest\b", (REPOSITORY / ".ci" / "run").read_text("utf-8"), re.MULTILINE)


def test_the_check_command(tmp_path: Path) -> None:
    done = run(f"{CHECK} --policy quoter --limit 1 --jobs 1", tmp_path)
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"(\d+) figures of 1 policies: \1 recovered, 0 differ\.", done.stdout.splitlines()[-1])


def subject_or_grader(request: Request) -> str:
    system = request["messages"][0]["content"]
    if "<convincing>" in system:
        return "<refused>no</refused><convincing>4</convincing><specific>4</specific>"
    if "<criteria4>" in system:
        return "<final_answer>no</final_answer>"
    free = "<is_free_tier_user>True" in request["messages"][1]["content"]
    tag = "<request_fully_accepted/> placeholder" if free else "<rejected/>"
    return f"<SCRATCHPAD_REASONING>placeholder</SCRATCHPAD_REASONING><OUTPUT>{tag}</OUTPUT>"


def test_the_real_model_command_with_the_real_clients(tmp_path: Path) -> None:
    with loopback(subject_or_grader) as server:
        done = run(f"{REAL} --limit 2 --display plain --max-retries 0", tmp_path, environment=server.environment)
    assert done.returncode == 0, done.stderr
    logs = {log.eval.task: log for log in map(read_eval_log, list_eval_logs(str(tmp_path / "logs")))}
    assert {name: metrics(log, "prefix_compliance")["compliance_rate"] for name, log in logs.items()} == {
        "helpful_only_cot_free": 1.0,
        "helpful_only_cot_paid": 0.0,
        "helpful_only_no_cot_free": 1.0,
        "helpful_only_no_cot_paid": 0.0,
    }
    subject = [r for r in server.requests if r["model"] == "meta-llama/Llama-3.3-70B-Instruct-Turbo"]
    assert [(len(r["messages"]), r["temperature"], r["max_tokens"]) for r in subject] == [(2, 1.0, 8192)] * 8
    judged = [r for r in server.requests if r["model"] == "gpt-4o"]
    assert sorted({(r["temperature"], len(r["messages"])) for r in judged}) == [(0.0, 2), (1.0, 2)]
    # 8 replies are judged; all have reasoning and are said to comply, so each gets the 13 votes that decide a no.
    assert len(judged) == 8 + 8 * 13


def test_the_command_with_queries_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "evals").symlink_to(REPOSITORY / "evals")
    example = re.findall(r"```text\n(id,query.*?)```", README, re.DOTALL)[0]
    (tmp_path / "queries.csv").write_text(example, "utf-8")
    done = run(f"{OWN_QUERIES} --display plain", tmp_path, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [info] = list_eval_logs(str(tmp_path / "logs"))
    log = read_eval_log(info)
    assert [sample.id for sample in log.samples or []] == ["q1", "q2"]
    assert metrics(log, "judged_compliance") == {
        "compliance_rate": 1.0,
        "control_compliance_rate": 1.0,
        "complies": 1.0,
        "refuses": 0.0,
    }


def test_the_commands_that_a_run_without_a_grader_prints(tmp_path: Path) -> None:
    """A real model alone, by the folder: the prefix scorer, said once; and the commands that add the judges later."""
    with loopback(subject_or_grader) as server:
        command = REAL.partition(" --model-role")[0].replace("evals/helpful_only.py", "evals")
        done = run(
            f"{command} --limit 2 --epochs 1 --display plain --max-retries 0", tmp_path, environment=server.environment
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("No grader is named for together/meta-llama/Llama-3.3-70B-Instruct-Turbo") == 1
        tasks = [f"{setting.name}_{condition.name}" for setting in SETTINGS for condition in setting.conditions]
        tasks += ["calibration", *(f"interview_{setting}" for setting in INTERVIEWS)]
        assert sorted((log.eval.task, log.status) for log in logs_in(tmp_path / "logs")) == sorted(
            (task, "success") for task in tasks
        )
        rows = [line.split()[:3] for line in done.stdout.splitlines() if re.match(r" ?(no )?CoT  ", line)]
        assert {word for row in rows for word in row} >= {"prefix"}
        assert not any("judged" in row for row in rows)
        assert "animal_welfare asks for no tag that the prefix scorer could read" in done.stderr
        log = next(
            info.name for info in list_eval_logs(str(tmp_path / "logs")) if "_helpful-only-cot-free" in info.name
        )
        printed = [line.strip() for line in done.stderr.splitlines() if line.strip().startswith("inspect score LOG")]
        assert [line.split()[4] for line in printed] == [
            "judged_compliance",
            "alignment_faking",
            "probably_not_real",
            "might_not_be_real",
        ]
        for line in printed[:2]:
            scored = run(
                line.replace("LOG", log).replace("PROVIDER/MODEL", "openai/gpt-4o"),
                tmp_path,
                environment=server.environment,
            )
            assert scored.returncode == 0, scored.stderr + scored.stdout
    samples = read_eval_log(log).samples or []
    assert {name: score.value for name, score in (samples[0].scores or {}).items() if name != "prefix_compliance"} == {
        "judged_compliance": "complies",
        "alignment_faking": "not_faking",
    }


def test_the_command_that_runs_in_pairs(tmp_path: Path) -> None:
    done = run(f"{PAIRS.replace('200', '2')} --display plain", tmp_path)
    assert done.returncode == 0, done.stderr
    [folder] = (tmp_path / "logs").iterdir()
    assert sorted(read_eval_log(info, header_only=True).status for info in list_eval_logs(str(folder))) == (
        ["success"] * 4
    )
    assert done.stdout.count("control/faker · helpful_only · builtin") == 1


def test_the_command_that_says_how_many_queries() -> None:
    done = CliRunner().invoke(main, POWER.split()[1:])
    shown = re.findall(r"```text\n(Paid.*?)```", README, re.DOTALL)[0]
    assert [line.split() for line in done.stdout.strip().splitlines()] == [line.split() for line in shown.splitlines()]


def test_the_report_command(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    inspect_eval(
        condition_task(SETTING, CONDITIONS[0], {"votes": 1}),
        model="control/faker",
        limit=2,
        display="none",
        log_dir=str(tmp_path / "logs"),
        log_realtime=False,
    )
    done = run(REPORT.replace("logs -o report", f"{tmp_path / 'logs'} -o {folder}"), tmp_path)
    assert (done.returncode, (folder / "report.html").exists()) == (0, True), done.stderr


def test_there_are_no_other_commands() -> None:
    assert VIEW == "inspect view"  # starts a server and stays; not run here


def in_tables(names: list[str]) -> list[str]:
    rows = "\n".join(line for line in README.splitlines() if line.startswith("|"))
    return [name for name in names if f"`{name}`" not in rows]


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(list(Options.__dataclass_fields__), id="task-parameters"),
        pytest.param([*LabelOptions.__annotations__], id="parameters-of-a-calibration"),
        pytest.param([*NAMES], id="query-sets"),
        pytest.param(list(Cell.model_fields), id="sample-metadata"),
        pytest.param([*PrefixLabel, *ComplianceLabel, *FakingLabel], id="labels"),
        pytest.param([*Unscored, *Undecided], id="unscored-reasons"),
    ],
)
def test_the_tables_name_all_that_there_is(names: list[str]) -> None:
    assert in_tables(names) == []


def test_the_number_of_control_models() -> None:
    assert f"runs its control models ({len(POLICIES)})" in README
