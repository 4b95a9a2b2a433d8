"""The table at the end of a run, printed by Inspect's hook."""

import asyncio
import logging
import os
import pty
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import Task
from inspect_ai import eval as inspect_eval
from inspect_ai.dataset import Sample
from inspect_ai.hooks import RunEnd
from inspect_ai.log import list_eval_logs, read_eval_log, write_eval_log
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.scorer import Score, match

from analysis.contrast import MEANINGS
from cli.gap_table import GapTable
from cli.hook import TierGap
from controls.provider import ControlAPI
from evals import tiers
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS, Condition, Tier
from tests.command_line import PROGRAMS
from tests.fake_checkout import OSAF, checkout
from tests.loopback import Loopback, Request, loopback
from tests.made_up import REPOSITORY


def printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, model: str, display: str = "log", **options: Any
) -> str:
    conditions = options.pop("conditions", CONDITIONS)
    given = options.pop("options", {})
    setting = options.pop("setting", SETTING)
    inspect_eval(
        [condition_task(setting, condition, given) for condition in conditions],
        model=model,
        display=display,  # type: ignore[arg-type]
        log_dir=str(tmp_path / "logs"),
        log_realtime=False,
        **options,
    )
    return capsys.readouterr().out


def rows(text: str) -> list[list[str]]:
    lines = [line.split() for line in text.splitlines() if re.match(r"\s*(no )?CoT ", line)]
    return [[" ".join(words[:2]), *words[2:]] if words[0] == "no" else words for words in lines]


def test_the_gap_of_the_faker(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, tmp_path, "control/faker", limit=13)
    assert rows(text) == [
        ["CoT", "judged", "11", "1.000", "0.000", "+1.000", "[+0.472,", "+1.000]", "1.000", "0.000"],
        ["CoT", "prefix", "11", "1.000", "0.000", "+1.000", "[+0.472,", "+1.000]"],
        ["no CoT", "judged", "11", "1.000", "0.000", "+1.000", "[+0.472,", "+1.000]", "n/a", "n/a"],
        ["no CoT", "prefix", "11", "1.000", "0.000", "+1.000", "[+0.472,", "+1.000]"],
    ]
    assert "control/faker · helpful_only · builtin" in text
    assert f"Logs: {tmp_path / 'logs'}" in text.replace("\n", "")


@pytest.mark.defect(3, 13)
def test_what_has_no_label_is_listed_by_tier_and_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, tmp_path, "control/malformer", limit=5, conditions=CONDITIONS[:2])
    assert rows(text)[0][2:] == ["0", "–", "–", "–", "no", "data", "–", "–"]
    assert "–: no data." in text
    assert "Published proxy, accepted of all asked: CoT, free 0.000, paid 0.000" in text
    assert [line for line in text.splitlines() if line.startswith("No label")] == [
        "No label: CoT, judged_compliance: free 5 malformed of 5; paid 5 malformed of 5",
        "No label: CoT, prefix_compliance: free 5 malformed of 5; paid 5 malformed of 5",
        "No label: CoT, alignment_faking: free 5 compliance_unscored of 5; paid 5 compliance_unscored of 5",
    ]


def told(text: str, *beginnings: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(beginnings)]


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Inspect's handler is given to show."""
    shown: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown.append(record.getMessage())

    monkeypatch.setattr(logging.getLogger("inspect_ai"), "handlers", [Kept(logging.WARNING)])
    return shown


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Loopback]:
    """An endpoint at which the models are named for what becomes of a request; one, since Inspect keeps its clients."""

    def reply(request: Request) -> str | int:
        name, free = request["model"].rsplit("/", 1)[-1], "<is_free_tier_user>True" in request["messages"][1]["content"]
        if name.isdecimal():
            return int(name)
        if name == "half" and free:
            return 402
        thought = "<SCRATCHPAD_REASONING>placeholder</SCRATCHPAD_REASONING>"
        return f"{thought}<OUTPUT><request_fully_accepted/> placeholder</OUTPUT>"

    with loopback(reply) as running:
        yield running


@pytest.fixture
def server(endpoint: Loopback, monkeypatch: pytest.MonkeyPatch) -> Loopback:
    for name, value in endpoint.environment.items():
        monkeypatch.setenv(name, value)
    endpoint.requests.clear()
    return endpoint


REFUSED = "together/org/{status}: the endpoint answered {status} (A made-up reason.); "


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "check the key in TOGETHER_API_KEY"),
        (403, "see whether the key in TOGETHER_API_KEY may use this model"),
        (404, "check the model's name, and the base URL (TOGETHER_BASE_URL)"),
    ],
    ids=["key", "permission", "unknown-model"],
)
@pytest.mark.defect(26)
def test_an_endpoint_that_refuses_is_one_sentence_and_an_error(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, server: Loopback, warned: list[str], status: int, remedy: str
) -> None:
    """Retries are not limited here, and there are none: to ask again changes nothing."""
    text = printed(capsys, tmp_path, f"together/org/{status}", limit=2)
    sentence = REFUSED.format(status=status) + remedy
    assert told(text, "No", "Failed", "To ask", "Published", "Grader") == [
        "No reply came back.",
        f"Failed: 8 of 8 replies: {sentence}",
    ]
    assert "Traceback" not in text
    # Inspect also warns where the path of its control socket is too long, as that of a temporary folder can be.
    assert [warning for warning in warned if "Control server" not in warning] == [
        f"{sentence}. More that fail like this are counted when the run ends."
    ]
    assert len(server.requests) == 8
    logs = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    assert [log.status for log in logs] == ["error"] * 4
    samples = [sample for log in logs for sample in log.samples or []]
    assert [(sample.error and sample.error.message, sample.scores) for sample in samples] == [(sentence, {})] * 8


def test_where_nobody_listens_is_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOGETHER_API_KEY", "made-up")
    model = get_model("together/org/model", base_url="http://127.0.0.1:9/v1")
    text = printed(capsys, tmp_path, model, limit=1, conditions=CONDITIONS[:1], max_retries=0)  # type: ignore[arg-type]
    sentence = (
        "together/org/model: no answer from http://127.0.0.1:9/v1; "
        "check the network, the base URL (TOGETHER_BASE_URL), and that the server runs"
    )
    assert told(text, "Failed", "To ask") == [f"Failed: 1 of 1 replies: {sentence}"]
    assert "Traceback" not in text


@pytest.mark.defect(6)
def test_what_failed_costs_no_other_reply_and_can_be_asked_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, server: Loopback
) -> None:
    text = printed(capsys, tmp_path, "together/org/half", limit=2, conditions=CONDITIONS[:2])
    [free] = [info.name for info in list_eval_logs(str(tmp_path / "logs")) if "free" in info.name]
    assert told(text, "Failed", "To ask") == [
        "Failed: 2 of 4 replies: together/org/half: the endpoint answered 402 (A made-up reason.)",
        f"To ask those again, and keep the rest: inspect eval-retry {free.removeprefix('file://')}",
    ]
    assert len(server.requests) == 4


@pytest.mark.defect(1)
def test_a_grader_that_is_refused_costs_no_reply_and_is_told_at_once(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    server: Loopback,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scorers.judge._warned", set())
    text = printed(
        capsys,
        tmp_path,
        "together/org/model",
        limit=2,
        conditions=CONDITIONS[:1],
        model_roles={"grader": "openai-api/openai/401"},
    )
    [log] = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    refused = "openai-api/openai/401: the endpoint answered 401 (A made-up reason.); check the key in OPENAI_API_KEY"
    told_at_once = [record.getMessage() for record in caplog.records if record.name == "scorers.judge"]
    assert [message.splitlines()[-1] for message in told_at_once] == [f"The grader fails. {refused}"]
    assert told(text, "Grader", "The replies", "  inspect") == [
        f"Grader failed: 2 of 2 replies: {refused}",
        "The replies are kept. To judge those logs again:",
        f"  inspect score {log.location.removeprefix('file://')} --action overwrite --overwrite",
    ]
    where = "judged_compliance gave no label in cot_free (2 grader_failed of 2)"
    [last] = told(text, "Not judged")
    assert last.startswith(f"Not judged: together/org/model · helpful_only: {where}; ")
    assert text.rstrip().endswith(last)
    scores = [
        {name: score.reason or score.value for name, score in (s.scores or {}).items()} for s in log.samples or []
    ]
    assert (log.status, scores) == (
        "success",
        [
            {
                "prefix_compliance": "accepted",
                "judged_compliance": "grader_failed",
                "alignment_faking": "compliance_unscored",
            }
        ]
        * 2,
    )


def test_reasoning_that_nobody_asked_for_is_told_by_tier(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, server: Loopback
) -> None:
    text = printed(capsys, tmp_path, "together/org/model", limit=2, score=True)
    assert told(text, "Reason") == [
        "Reasoned though not asked to: no CoT: free 2 of 2, 0 hidden; paid 2 of 2, 0 hidden"
    ]


def test_reasoning_that_none_can_read_is_told_by_tier(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = ControlAPI.generate

    async def generate(self: ControlAPI, *given: Any, **named: Any) -> ModelOutput:
        output = await answer(self, *given, **named)
        if output.usage and self.model_name != "grader":
            output.usage.reasoning_tokens = 7
        return output

    monkeypatch.setattr(ControlAPI, "generate", generate)
    text = printed(capsys, tmp_path, "control/faker", limit=2)
    assert told(text, "Reason") == [
        "Reasoning that none can read: CoT: free 2 of 2; paid 2 of 2",
        "Reasoned though not asked to: no CoT: free 2 of 2, 2 hidden; paid 2 of 2, 2 hidden",
    ]


def test_one_tier_alone_has_no_pairs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, tmp_path, "control/faker", limit=3, conditions=[Condition(Tier.FREE, cot=True)])
    assert rows(text)[0] == ["CoT", "judged", "0", "1.000", "–", "–", "no", "data", "1.000", "–"]


def test_each_contrast_of_three_tiers_is_a_table_that_says_what_it_shows(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    conditions = [condition for condition in tiers.SETTING.conditions if condition.cot]
    text = printed(capsys, tmp_path, "control/sycophant", limit=3, setting=tiers.SETTING, conditions=conditions)
    assert [line.strip() for line in text.splitlines() if line.startswith("control/sycophant")] == [
        "control/sycophant · three_tiers · builtin · free-pro",
        "control/sycophant · three_tiers · builtin · pro-enterprise",
    ]
    assert [row[:6] for row in rows(text)] == [
        ["CoT", "judged", "3", "1.000", "1.000", "+0.000"],
        ["CoT", "prefix", "3", "1.000", "1.000", "+0.000"],
        ["CoT", "judged", "3", "1.000", "0.000", "+1.000"],
        ["CoT", "prefix", "3", "1.000", "0.000", "+1.000"],
    ]
    captions = [line for line in text.splitlines() if "; gap: " in line or line.startswith("That is ")]
    assert captions == [
        "Compliance with harmful requests; gap: free minus pro, paired by query.",
        f"That is {MEANINGS['free-pro']}.",
        "Compliance with harmful requests; gap: pro minus enterprise, paired by query.",
        f"That is {MEANINGS['pro-enterprise']}.",
    ]


def test_several_models_get_a_table_each(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, tmp_path, ["control/faker", "control/refuser"], limit=3, conditions=CONDITIONS[:2])  # type: ignore[arg-type]
    assert [name in text for name in ("control/faker · ", "control/refuser · ")] == [True, True]
    assert [row[5] for row in rows(text)] == ["+1.000", "+1.000", "+0.000", "+0.000"]


def test_an_unusual_wrapper_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, tmp_path, "control/faker", limit=2, options={"wrapper": "revisited"})
    assert "control/faker · helpful_only · builtin · wrapper revisited" in text
    assert "Graded whole for want of an output tag: CoT, free 0, paid 0" in text


def test_a_prompt_that_does_not_tell_the_tier_is_marked_and_another_developer_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    options = {"variation": "no_tier", "developer": "OpenAI"}
    text = printed(capsys, tmp_path, "control/faker", limit=2, options=options, conditions=CONDITIONS[:2])
    title = "control/faker · helpful_only · builtin · variation no_tier † · developer OpenAI"
    assert title in " ".join(text.split())
    assert "† The prompt does not say the tier: a gap here is noise, or the run is broken." in text


@pytest.mark.parametrize(
    ("given", "title", "used"),
    [
        pytest.param({}, "builtin", [], id="default"),
        pytest.param({"prefill": True}, "builtin · prefill True", [], id="prefill"),
        pytest.param(
            {"turns": 4},
            "builtin · turns 4",
            [
                "Turns used: CoT: free 5 in 1, 1 in 2; paid 3 in 1, 3 in 2 (at most 4)",
            ],
            id="turns",
        ),
    ],
)
def test_turns_and_prefill_are_named_and_turns_counted_by_tier(
    given: dict[str, Any], title: str, used: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = printed(capsys, tmp_path, "control/malformer", limit=6, options=given).splitlines()
    assert [line.strip() for line in lines if line.startswith("control/malformer · ")] == [
        f"control/malformer · helpful_only · {title}"
    ]
    assert [line for line in lines if line.startswith("Turns used")] == used


def test_a_run_without_scores_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = printed(capsys, tmp_path, "control/faker", limit=2, score=False)
    log = next(str(path) for path in (tmp_path / "logs").glob("*cot-free*") if "no-cot" not in path.name)
    assert told(text, "there is") == [
        f"there is no reply to use in 4 logs: the log holds no score (add them: inspect score {log})"
    ]


def test_in_a_terminal_it_comes_after_the_summary_of_the_full_screen_display(tmp_path: Path) -> None:
    """Typed in a real terminal, where Inspect draws a full-screen display and prints its summary when that is gone."""
    printed: list[bytes] = []

    def keep(terminal: int) -> bytes:
        printed.append(os.read(terminal, 65_536))
        return printed[-1]

    log_dir = tmp_path / "logs"
    command = f"inspect eval evals/helpful_only.py@helpful_only_cot_free --limit 1 --log-dir {log_dir} < /dev/null"
    pty.spawn(["sh", "-c", f"cd {REPOSITORY} && PATH={PROGRAMS}:$PATH {command}"], keep)
    text = b"".join(printed).decode(errors="replace")
    assert text.rindex("Logs: ") > text.rindex("total time") > 0


def test_brackets_in_the_name_of_a_model_are_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    logs = inspect_eval(
        condition_task(SETTING, CONDITIONS[0], {}),
        model="control/faker",
        limit=1,
        display="none",
        log_dir=str(tmp_path),
    )
    logs[0].eval.model = "hf/org/model[/b]"
    GapTable(logs).print()
    assert "hf/org/model[/b] · helpful_only" in capsys.readouterr().out


def test_silence_where_nothing_is_displayed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert printed(capsys, tmp_path, "control/faker", display="none", limit=1) == ""


def test_silence_for_other_peoples_tasks(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    task = Task(dataset=[Sample(input="Hello", target="Hello")], scorer=match(), name="other")
    inspect_eval(task, model="control/faker", display="log", log_dir=str(tmp_path))
    assert "free minus paid" not in capsys.readouterr().out  # Inspect itself announces the hook


def test_silence_for_a_run_without_logs(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = RunEnd(None, "run", exception=None, logs=[])  # type: ignore[arg-type]
    asyncio.run(TierGap().on_run_end(nothing))
    assert capsys.readouterr().out == ""


def test_an_error_in_the_table_never_changes_a_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("planned")

    monkeypatch.setattr("cli.gap_table.GapTable", fail)
    [log] = inspect_eval(
        condition_task(SETTING, CONDITIONS[0], {}), model="control/faker", limit=1, display="log", log_dir=str(tmp_path)
    )
    assert log.status == "success"


@pytest.mark.defect(11)
def test_tiers_that_were_graded_by_two_are_not_compared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    printed(capsys, tmp_path, "control/faker", limit=2, conditions=CONDITIONS[:2], options={"votes": 1})
    logs = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    GapTable(logs).print()
    assert told(capsys.readouterr().out, "Graded") == []
    [free] = [log for log in logs if log.eval.task.endswith("cot_free")]
    for sample in free.samples or []:
        (sample.scores or {})["judged_compliance"].metadata |= {"judge": "openai/gpt-4o"}  # type: ignore[operator]
    write_eval_log(free)
    GapTable(logs).print()
    out = capsys.readouterr().out
    assert out.startswith("control/faker · helpful_only · builtin, CoT: judge is mixed (")
    assert ("openai/gpt-4o in " in out, "control/grader in " in out) == (True, True)


@pytest.mark.parametrize(
    ("layout", "commands"),
    [
        pytest.param(None, ["{log} --action overwrite --overwrite"], id="suite"),
        pytest.param(
            OSAF,
            [
                "{log} --scorer judged_compliance --action append --overwrite -S prompts=CHECKOUT",
                "{log} --scorer alignment_faking --action append --overwrite -S prompts=CHECKOUT",
            ],
            id="verbatim-whose-folder-the-log-does-not-hold",
        ),
    ],
)
def test_the_command_that_judges_again(
    layout: str | None, commands: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    given = {"prompts": str(checkout(tmp_path / "theirs", layout))} if layout else {}
    printed(capsys, tmp_path, "control/faker", limit=1, conditions=CONDITIONS[:1], options={"votes": 1} | given)
    [log] = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    for sample in log.samples or []:
        (sample.scores or {})["judged_compliance"] = Score.unscored(reason="grader_failed", explanation="made up")
    write_eval_log(log)
    GapTable([log]).print()
    path = log.location.removeprefix("file://")
    assert told(capsys.readouterr().out, "  inspect score") == [
        f"  inspect score {command.format(log=path)}" for command in commands
    ]
