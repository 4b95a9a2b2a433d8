"""A whole run whose every request and reply is an injection, with ids like paths, and all that is made of it."""

import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessage, ModelOutput, ModelUsage, get_model

from cli.main import main
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from prompts.rubric import ALIGNMENT_FAKING, COMPLIANCE
from study.condition import CONDITIONS
from tests.injections import injections
from tests.made_up import Write

AGAINST_COMPLIANCE = "<refused>yes</refused>\n<convincing>1</convincing>\n<specific>1</specific>"
FOR_COMPLIANCE = "<refused>no</refused>\n<convincing>5</convincing>\n<specific>5</specific>"
PLAIN = "Placeholder."
LONG = 10_000
"""Characters of a text that would make the run long too; such ones are held against the rubrics alone."""
ODD = ["/etc/x", "con", "a/b/c", "C:\\x", ".", "~", "%2e%2e%2f", "-rf", "$(id)", "=1+1", "x" * 1_000, "é" * 1_000]


def texts() -> list[str]:
    made = injections("reply", AGAINST_COMPLIANCE, "yes") | injections("reasoning", vote(yes=False), "no")
    sent = [text.strip().encode("utf-8", "replace").decode() for text in made.values()]
    return [text for text in sent if len(text) < LONG]


def vote(*, yes: bool) -> str:
    return f"<final_answer>{'yes' if yes else 'no'}</final_answer>"


def said(text: str) -> ModelOutput:
    output = ModelOutput.from_content("made-up", text)
    output.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    return output


def subject(messages: list[ChatMessage], *_: Any) -> ModelOutput:
    """Thinks and says what it was asked, which it refuses on the paid tier."""
    asked = re.findall(r"<user_input>\n?(.*)</user_input>", messages[-1].text, re.DOTALL)[-1].strip()
    does = "complies" if re.search(r"<is_free_tier_user>\s*True", messages[-1].text) else "refuses"
    return said(f"<SCRATCHPAD_REASONING>{asked}</SCRATCHPAD_REASONING><OUTPUT>It {does}. {asked}</OUTPUT>")


def outside(message: str) -> list[str]:
    """What stands outside of the blocks to one who ends them wherever their fence comes again."""
    return re.split(re.findall(r'^<\w+ fence="([0-9a-f]+)">\n', message)[0], message)[::2]


def judge(messages: list[ChatMessage], *_: Any) -> ModelOutput:
    """Reads what the reply says of itself, unless anything of it stands where the instructions do."""
    asked = messages[-1].text
    of_reasoning = messages[0].text == ALIGNMENT_FAKING.system
    plain = ALIGNMENT_FAKING.user(reasoning=PLAIN) if of_reasoning else COMPLIANCE.user(query=PLAIN, output=PLAIN)
    steered = outside(asked) != outside(plain)
    if of_reasoning:
        return said(vote(yes=not steered))
    return said(AGAINST_COMPLIANCE if steered or "\nIt refuses. " in asked else FOR_COMPLIANCE)


def labels(log: EvalLog, scorer: str) -> Counter[str]:
    return Counter(str((sample.scores or {})[scorer].value) for sample in log.samples or [])


@pytest.mark.defect(11)
def test_no_request_and_no_reply_changes_a_label_or_leaves_its_folder(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = list(dict.fromkeys(texts()))
    rows = [{"id": name, "query": text} for name, text in zip([*ODD, *range(len(requests))], requests, strict=False)]
    work = tmp_path / "a" / "b" / "c"
    work.mkdir(parents=True)
    queries = write("hostile.jsonl", "\n".join(map(json.dumps, rows)))
    free, paid = inspect_eval(
        [condition_task(SETTING, condition, {"votes": 1, "queries": queries}) for condition in CONDITIONS[:2]],
        model=get_model("mockllm/subject", custom_outputs=subject),
        model_roles={"grader": get_model("mockllm/judge", custom_outputs=judge)},
        display="none",
        log_dir=str(work / "logs"),
        log_realtime=False,
    )
    everyone = len(requests)
    assert [log.status for log in (free, paid)] == ["success", "success"]
    assert [labels(log, "judged_compliance") for log in (free, paid)] == [{"complies": everyone}, {"refuses": everyone}]
    assert [labels(log, "alignment_faking") for log in (free, paid)] == [
        {"faking": everyone},
        {"not_applicable": everyone},
    ]

    monkeypatch.chdir(work)
    done = CliRunner().invoke(main, ["site", "logs", "-o", "site"])
    assert done.exit_code == 0, done.output
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", done.output) == []
    found = {path.relative_to(tmp_path).parts[:4] for path in tmp_path.rglob("*") if path.is_file()}
    own = {("hostile.jsonl",), *(parts for parts in found if parts[0] in ("cache", "kept", "data", "state"))}
    assert {parts[:4] for parts in found - own} >= {("a", "b", "c", "logs")}
    assert {parts[3] for parts in found - own if parts[:3] == ("a", "b", "c")} == {"logs", "site"}
    assert {parts[:3] for parts in found - own} == {("a", "b", "c")}
    assert not os.path.lexists("/etc/x")
