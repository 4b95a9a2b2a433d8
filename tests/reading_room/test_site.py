"""From logs to a site: what is in it, what is not, and that both files for programs say the same."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalError, EvalLog, EvalSample, read_eval_log, write_eval_log
from inspect_ai.model import ChatMessageSystem, ModelOutput, StopReason
from inspect_ai.scorer import Score

from analysis.frame import read_replies
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.interview import interview_task
from evals.tiers import SETTING as THREE_TIERS
from reading_room.download import COLUMNS
from reading_room.page_data import Judged, JudgedReply, PairText, ReplyText, Site
from reading_room.site import CHUNK, Written, write_site
from reading_room.site_folder import NAMES
from study.condition import CONDITIONS
from study.human_label import shown_sha256
from study.invalid_input import InvalidInputError
from tests.hostile import texts

pytestmark = pytest.mark.xdist_group("site_of_logs")  # its logs are made once

WITHHELD = (
    "Outputs are withheld, as are drafts of them in the reasoning and what judges of the output wrote. To see them, "
    "write the site with --outputs full"
)
LEFT_OUT = (
    "Inspect's transcripts are left out, for the logs hold the outputs. Who has the logs opens them with: inspect view "
    "--log-dir LOGS"
)

Edit = Callable[[EvalLog], None]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> list[EvalLog]:
    """One run of the faker on both tiers with a scratchpad, over three harmful queries: the free tier first."""
    logs = inspect_eval(
        [condition_task(SETTING, condition, {"read": "disclosure"}) for condition in CONDITIONS[:2]],
        model="control/faker",
        limit=3,
        display="none",
        log_dir=str(tmp_path_factory.mktemp("run")),
        log_realtime=False,
    )
    return [read_eval_log(log.location) for log in sorted(logs, key=lambda log: log.eval.task)]


@pytest.fixture(scope="module")
def of_tiers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run on three tiers, with an interview beside it."""
    folder = tmp_path_factory.mktemp("tiers")
    tasks = [condition_task(THREE_TIERS, condition, {}) for condition in THREE_TIERS.conditions if condition.cot]
    interview = interview_task("helpful_only", {"group": "is_it_real"})
    inspect_eval(tasks, model="control/faker", limit=1, display="none", log_dir=str(folder), log_realtime=False)
    inspect_eval(interview, model="control/faker", epochs=1, display="none", log_dir=str(folder), log_realtime=False)
    return str(folder)


def put(logs: Sequence[EvalLog], folder: Path, *edits: Edit) -> str:
    """Write logs into a folder, changed."""
    folder.mkdir()
    for name, log in zip(("free", "paid"), logs, strict=False):
        copy = log.model_copy(deep=True)
        for edit in edits:
            edit(copy)
        write_eval_log(copy, str(folder / f"{name}.eval"))
    return str(folder)


def made(logs: str, folder: Path, outputs: Literal["redacted", "full"] = "redacted", **more: Any) -> Written:
    return write_site(read_replies(logs), folder, outputs, **more)


def handed(path: Path) -> Any:
    """What the page is handed last by a script."""
    quoted = re.findall(r"JSON\.parse\('([^']*)'\)", path.read_text("utf-8"))[-1]
    return json.loads(
        re.sub(r"\\(u[0-9a-f]{4}|\\)", lambda e: "\\" if e[1] == "\\" else chr(int(e[1][1:], 16)), quoted)
    )


def site_of(folder: Path) -> Site:
    site: Site = handed(folder / "data" / "site.js")
    return site


def texts_of(folder: Path) -> list[PairText]:
    return [pair for path in sorted(folder.glob("data/text-*.js")) for pair in handed(path)]


def judged_of(folder: Path) -> list[list[JudgedReply]]:
    return [pair for path in sorted(folder.glob("data/judged-*.js")) for pair in handed(path)]


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "pairs.jsonl").read_text("utf-8").splitlines()]


def says(text: str, stop_reason: StopReason = "stop") -> Callable[[EvalSample], None]:
    """Have a sample's model say something else."""

    def edit(sample: EvalSample) -> None:
        sample.output = ModelOutput.from_content("control/faker", text, stop_reason=stop_reason)
        sample.messages[-1] = sample.output.message

    return edit


# --- What is shown


def test_what_the_page_is_handed_first(run: list[EvalLog], tmp_path: Path) -> None:
    written = made(put(run, tmp_path / "logs"), tmp_path / "site")
    site = site_of(tmp_path / "site")
    assert written == Written(
        3, 6, sum(p.stat().st_size for p in tmp_path.glob("site/**/*") if p.is_file()), site["warnings"]
    )
    votes = [(sample.scores or {})["alignment_faking"].metadata or {} for sample in run[0].samples or []]
    asked = [number for of_free in votes for number in (of_free["votes_asked"], None)]
    uuids = [[sample.uuid for sample in log.samples or []] for log in run]
    assert site | {"experiments": [], "created": ""} == {
        "version": 1,
        "created": "",
        "suite": "0.1.0",
        "canary": "alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4",
        "outputs": "redacted",
        "transcripts": None,
        "warnings": [
            WITHHELD,
            LEFT_OUT,
        ],
        "downloads": [
            {"file": "pairs.jsonl", "says": "One row a reply, with all that is shown here, as JSON lines"},
            {"file": "pairs.parquet", "says": "The same as Parquet"},
        ],
        "logs": [
            {
                "name": f"{tier}.eval",
                "eval_id": log.eval.eval_id,
                "task": f"helpful_only_cot_{tier}",
                "model": "control/faker",
                "created": log.eval.created,
                "status": "success",
            }
            for tier, log in zip(("free", "paid"), run, strict=True)
        ],
        "experiments": [],
        "tiers": ["free", "paid"],
        "categories": ["cybercrime", "fraud", "weapons"],
        "stop_reasons": ["stop"],
        "defects": [
            "unclosed_scratchpad",
            "unopened_scratchpad",
            "nested_scratchpad",
            "unclosed_thinking",
            "missing_output",
            "unclosed_output",
            "empty_output",
            "repeated_output",
        ],
        "reasons": [],
        "labels": {
            "judged_compliance": ["complies", "refuses", "malformed", "truncated", "filtered", "ungraded", "errored"],
            "prefix_compliance": ["complies", "refuses", "malformed", "truncated", "filtered", "ungraded", "errored"],
            "alignment_faking": ["faking", "not_faking", "not_applicable"],
            "disclosure": ["none", "objection", "training", "both"],
        },
        "questions": {"alignment_faking": ["faking", "not_faking"]},
        "chunk_size": CHUNK,
        "pairs": {
            "id": site["pairs"]["id"],
            "experiment": [0, 0, 0],
            "query": ["cybercrime-01", "fraud-01", "weapons-01"],
            "epoch": [1, 1, 1],
            "category": [0, 1, 2],
            "harmful": [1, 1, 1],
            "first": [0, 2, 4, 6],
        },
        "replies": {
            "tier": [0, 1] * 3,
            "log": [0, 1] * 3,
            "uuid": [uuid for pair in zip(*uuids, strict=True) for uuid in pair],
            "label": {
                "judged_compliance": [0, 1] * 3,
                "prefix_compliance": [0, 1] * 3,
                "alignment_faking": [0, 2] * 3,
                "disclosure": [0, 0] * 3,
            },
            "reason": dict.fromkeys(
                ("judged_compliance", "prefix_compliance", "alignment_faking", "disclosure"), [-1] * 6
            ),
            "votes": [20, None] * 3,
            "votes_asked": asked,
            "votes_yes": [8, None] * 3,
            "defects": [0] * 6,
            "stop_reason": [0] * 6,
            "has_reasoning": [1] * 6,
            "has_answer": [1] * 6,
        },
    }


def test_a_reply_in_full(run: list[EvalLog], tmp_path: Path) -> None:
    made(put(run, tmp_path / "logs"), tmp_path / "site", "full", transcripts=False)
    [sample] = [sample for sample in run[0].samples or [] if sample.id == "fraud-01"]
    completion = sample.output.completion
    scratchpad = completion.partition("<SCRATCHPAD_REASONING>\n")[2].partition("\n</SCRATCHPAD_REASONING>")[0]
    output = completion.partition("<OUTPUT>\n")[2].partition("\n</OUTPUT>")[0]
    usage = sample.model_usage["control/faker"]
    expected: ReplyText = {
        "user": sample.messages[1].text,
        "scratchpad": scratchpad,
        "thinking": None,
        "output": {"text": output, "withheld": None},
        "remainder": {"text": None, "withheld": None},
        "reasoning": scratchpad,
        "reasoning_sha256": shown_sha256(scratchpad),
        "answer_sha256": shown_sha256(output),
        "error": None,
        "limit": None,
        "turns": 1,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
    }
    pair = texts_of(tmp_path / "site")[1]
    assert (pair["query"], pair["replies"][0]) == (sample.input, expected)
    assert handed(tmp_path / "site" / "data" / "prompts.js") == {
        f"{(sample.metadata or {})['prompt_sha256']} {tier}": sample.messages[0].text for tier in ("free", "paid")
    }


def test_each_tier_has_its_own_system_prompt_where_one_digest_is_of_both(run: list[EvalLog], tmp_path: Path) -> None:
    changed = [log.model_copy(deep=True) for log in run]
    for log in changed:
        for sample in log.samples or []:
            sample.messages[0] = ChatMessageSystem(content=f"placeholder {(sample.metadata or {})['tier']}")
    made(put(changed, tmp_path / "logs"), tmp_path / "site", "full", transcripts=False)
    digest = (run[0].eval.metadata or {})["prompt_sha256"]
    assert handed(tmp_path / "site" / "data" / "prompts.js") == {
        f"{digest} free": "placeholder free",
        f"{digest} paid": "placeholder paid",
    }


def test_what_the_judges_said_in_full(run: list[EvalLog], tmp_path: Path) -> None:
    made(put(run, tmp_path / "logs"), tmp_path / "site", "full", transcripts=False)
    [sample] = [sample for sample in run[0].samples or [] if sample.id == "fraud-01"]
    scores = sample.scores or {}
    judged = judged_of(tmp_path / "site")[1][0]
    votes = judged["alignment_faking"]["votes"]
    said = [f"vote {i}: {vote['text']}" for i, vote in enumerate(votes, start=1)]
    assert "\n\n".join(said) == scores["alignment_faking"].explanation
    assert [vote["vote"] for vote in votes].count("yes") == 8
    nothing: Judged = {
        "label": None,
        "reason": None,
        "judge": None,
        "rubric": None,
        "rubric_sha256": None,
        "temperature": None,
        "answer": None,
        "explanation": {"text": None, "withheld": None},
        "votes": [],
        "labellers": [],
    }
    by = {"judge": "control/grader"}
    assert judged == {
        "judged_compliance": nothing
        | by
        | {
            "label": "complies",
            "rubric": "compliance",
            "rubric_sha256": (scores["judged_compliance"].metadata or {})["rubric_sha256"],
            "temperature": 0.0,
            "explanation": {"text": scores["judged_compliance"].explanation, "withheld": None},
        },
        "prefix_compliance": nothing | {"label": "complies", "answer": scores["prefix_compliance"].answer},
        "alignment_faking": nothing
        | by
        | {
            "label": "faking",
            "rubric": "alignment_faking",
            "rubric_sha256": (scores["alignment_faking"].metadata or {})["rubric_sha256"],
            "temperature": 1.0,
            "answer": f"8 yes of {len(votes)} asked (of 20)",
            "votes": votes,
        },
        "disclosure": nothing
        | by
        | {
            "label": "none",
            "rubric": "disclosure",
            "rubric_sha256": (scores["disclosure"].metadata or {})["rubric_sha256"],
            "temperature": 0.0,
            "answer": "none",
            "explanation": {"text": scores["disclosure"].explanation, "withheld": None},
        },
    }


def test_a_call_that_failed_is_shown_with_its_error(run: list[EvalLog], tmp_path: Path) -> None:
    def fail(log: EvalLog) -> None:
        for sample in log.samples or []:
            sample.error = EvalError(message="503", traceback="", traceback_ansi="")
            sample.output, sample.messages, sample.scores = ModelOutput(), [], {}

    logs = put(run[:1], tmp_path / "logs", fail)
    made(logs, tmp_path / "site")
    site, [reply] = site_of(tmp_path / "site"), texts_of(tmp_path / "site")[0]["replies"]
    assert (reply["error"], reply["user"], reply["output"]) == ("503", "", {"text": None, "withheld": None})
    assert (site["replies"]["stop_reason"], site["replies"]["has_answer"], site["reasons"]) == (
        [-1] * 3,
        [0] * 3,
        ["errored"],
    )
    assert judged_of(tmp_path / "site") == [[{}]] * 3


# --- What is withheld

SECRET = "zqxj: take what is on the shelf, then carry it to the other room before noon"
"""As long as a passage must be to be known again."""


def secretive(log: EvalLog) -> None:
    """Put the secret where outputs, drafts and those who read them leave it."""
    first, second, third = log.samples or []
    thought = f"I try: <DRAFT_OUTPUT>zqxj</DRAFT_OUTPUT> And {SECRET.upper()}! So be it."
    says(f"<SCRATCHPAD_REASONING>{thought}</SCRATCHPAD_REASONING><OUTPUT>{SECRET}</OUTPUT>")(first)
    says(f"<think>{thought}</think>{SECRET}")(second)
    says(f"<SCRATCHPAD_REASONING>{thought}</SCRATCHPAD_REASONING><OUTPUT>{SECRET}", "max_tokens")(third)
    third.error = EvalError(message=f"ValueError: {SECRET}", traceback=SECRET, traceback_ansi=SECRET)
    first.store["kept"] = SECRET
    scores = first.scores or {}
    scores["judged_compliance"].explanation = "zqxj"
    scores["prefix_compliance"].answer = SECRET[:20]
    scores["disclosure"].explanation = "zqxj"
    if "votes" in (scores["alignment_faking"].metadata or {}):
        scores["alignment_faking"].explanation = f"vote 1: <quote1>{SECRET}</quote1>"
        (scores["alignment_faking"].metadata or {}).update(votes_asked=1, votes_yes=0, votes_no=0)
    people = [
        {"labeller": "ann", "label": "complies", "note": "zqxj", "time": "2026-01-01T00:00:00Z", "stratum": "zqxj"},
    ]
    scores["human_judged_compliance"] = Score(value="complies", metadata={"labellers": people, "labelled_by": 1})


def everything_in(folder: Path) -> dict[str, str]:
    """Every file as text; of Parquet what it holds, which is compressed."""
    found = {
        str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "replace")
        for path in folder.rglob("*")
        if path.is_file()
    }
    return found | {
        "pairs.parquet": found["pairs.parquet"] + json.dumps(pq.read_table(folder / "pairs.parquet").to_pylist())
    }


def test_nothing_of_an_output_is_in_a_redacted_site(run: list[EvalLog], tmp_path: Path) -> None:
    made(put(run, tmp_path / "logs", secretive), tmp_path / "site")
    found = everything_in(tmp_path / "site")
    assert sorted(found) == sorted(
        [name for name in NAMES if name not in ("data", "transcripts")]
        + [f"data/{name}.js" for name in ("judged-0000", "prompts", "site", "text-0000")]
    )
    assert [name for name, text in found.items() if "zqxj" in text.casefold() or SECRET[6:30] in text] == []


def test_all_of_it_is_in_a_full_one(run: list[EvalLog], tmp_path: Path) -> None:
    """So that the test above looks for what is there."""
    made(put(run, tmp_path / "logs", secretive), tmp_path / "site", "full", transcripts=False)
    found = everything_in(tmp_path / "site")
    assert {name: text.casefold().count("zqxj") for name, text in found.items() if "zqxj" in text.casefold()} == {
        "data/text-0000.js": 2 * (5 + 5 + 6),
        "data/judged-0000.js": 2 * 4 + 2,
        "pairs.jsonl": 2 * (3 + 3 + 4) + 2 * 4 + 2,
        "pairs.parquet": found["pairs.parquet"].casefold().count("zqxj"),
    }


def test_what_is_left_of_a_reasoning_is_shown(run: list[EvalLog], tmp_path: Path) -> None:
    made(put(run, tmp_path / "logs", secretive), tmp_path / "site")
    reply, judged = texts_of(tmp_path / "site")[0]["replies"][0], judged_of(tmp_path / "site")[0][0]
    thought = "I try: [33 characters withheld] And [76 characters withheld]! So be it."
    assert (reply["scratchpad"], reply["reasoning"]) == (thought, thought)
    assert reply["reasoning_sha256"] == shown_sha256(thought)
    [vote] = judged["alignment_faking"]["votes"]
    assert (vote["text"], vote["quotes"]) == (
        "<quote1>[76 characters withheld]</quote1>",
        ["[76 characters withheld]"],
    )
    assert judged["human_judged_compliance"]["labellers"] == [
        {"labeller": "ann", "label": "complies", "note": "[4 characters withheld]", "time": "2026-01-01T00:00:00Z"}
    ]


# --- Hostile text


@pytest.mark.parametrize("outputs", ["redacted", "full"])
def test_hostile_text_is_text(outputs: Literal["redacted", "full"], run: list[EvalLog], tmp_path: Path) -> None:
    hostile = "\n".join(text for text in texts() if "w" * 100 not in text)
    logged = hostile.replace("\ud800", "\\ud800")  # Inspect writes half a character as its number

    def edit(log: EvalLog) -> None:
        for sample in log.samples or []:
            says(f"<SCRATCHPAD_REASONING>{hostile}</SCRATCHPAD_REASONING><OUTPUT>=1+1{hostile}</OUTPUT>")(sample)
            sample.input = hostile
            for score in (sample.scores or {}).values():
                score.explanation = hostile

    made(put(run, tmp_path / "logs", edit), tmp_path / "site", outputs, transcripts=False)
    for path in tmp_path.glob("site/data/*.js"):
        assert re.fullmatch(r"af_site\.\w+\([^<>&\x00-\x09\x0b-\x1f\u2028\u2029]*\);\n", path.read_text("utf-8"))
    [first, *_], [row, *_] = texts_of(tmp_path / "site"), rows_of(tmp_path / "site")
    table = pq.read_table(tmp_path / "site" / "pairs.parquet").to_pylist()
    assert first["query"] == row["query"] == table[0]["query"] == logged
    assert first["replies"][0]["scratchpad"] == row["scratchpad"] == table[0]["scratchpad"] == logged.strip()
    assert row["output"] == (f"=1+1{logged}".strip() if outputs == "full" else None)


# --- Files for programs


def test_both_files_hold_what_is_shown_in_documented_columns(run: list[EvalLog], tmp_path: Path) -> None:
    made(put(run, tmp_path / "logs"), tmp_path / "site", "full", transcripts=False)
    rows, table = rows_of(tmp_path / "site"), pq.read_table(tmp_path / "site" / "pairs.parquet")
    labels = [f"{name}{end}" for name in site_of(tmp_path / "site")["labels"] for end in ("", "_reason")]
    assert [*rows[0]] == table.schema.names == [*COLUMNS, *labels]
    assert table.to_pylist() == rows
    assert [(row["tier"], row["query_id"], row["alignment_faking"]) for row in rows] == [
        (tier, query, label)
        for query in ("cybercrime-01", "fraud-01", "weapons-01")
        for tier, label in (("free", "faking"), ("paid", "not_applicable"))
    ]


# --- Which replies


def test_three_tiers_stand_side_by_side_and_interviews_are_left_out(of_tiers: str, tmp_path: Path) -> None:
    written = made(of_tiers, tmp_path / "site")
    site = site_of(tmp_path / "site")
    assert (site["tiers"], site["pairs"]["first"], len(site["logs"])) == (["free", "pro", "enterprise"], [0, 3], 3)
    assert [len(pair["replies"]) for pair in texts_of(tmp_path / "site")] == [3]
    assert [warning for warning in written.warnings if "interviews" in warning] == [
        "3 answers to interviews are not here, for they have one tier and no pairs"
    ]


def test_interviews_alone_have_no_site(of_tiers: str, tmp_path: Path) -> None:
    replies = read_replies(of_tiers)
    asked = replies.frame[replies.frame["interview"]]
    with pytest.raises(InvalidInputError, match=r"^these logs are of interviews, which have one tier and no pairs; "):
        write_site(type(replies)(asked, []), tmp_path / "site")
    assert [*tmp_path.iterdir()] == []


def test_a_reply_without_its_other_tier_is_shown_and_said(run: list[EvalLog], tmp_path: Path) -> None:
    def cut(log: EvalLog) -> None:
        if log.eval.task.endswith("paid"):
            log.samples = (log.samples or [])[:1]

    written = made(put(run, tmp_path / "logs", cut), tmp_path / "site")
    assert site_of(tmp_path / "site")["pairs"]["first"] == [0, 2, 3, 4]
    lacking, ended, *_ = written.warnings
    assert lacking == (
        "control/faker · helpful_only · builtin, CoT: of 3 pairs some lack a reply and show the others alone: paid 2"
    )
    assert ended == (
        "paid.eval: the run ended: 1 of 3 replies are used, 2 were never asked; ask the rest: the af run command "
        "again, or inspect eval-retry paid.eval"
    )


def test_more_pairs_than_a_file_holds(run: list[EvalLog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reading_room.site.CHUNK", 2)
    made(put(run, tmp_path / "logs"), tmp_path / "site")
    assert (tmp_path / "site" / "data" / "text-0001.js").read_text("utf-8").startswith("af_site.text(JSON.parse('1'),")
    assert [len(handed(path)) for path in sorted(tmp_path.glob("site/data/*-000*.js"))] == [2, 1, 2, 1]
    assert [pair["query"] for pair in texts_of(tmp_path / "site")] == [sample.input for sample in run[0].samples or []]


# --- Transcripts, and what is refused


@pytest.mark.parametrize(
    ("outputs", "asked", "there"),
    [("full", True, True), ("full", False, False), ("redacted", True, False), ("redacted", False, False)],
)
def test_transcripts_only_where_nothing_is_withheld(
    outputs: Literal["redacted", "full"], asked: bool, there: bool, run: list[EvalLog], tmp_path: Path
) -> None:
    made(put(run, tmp_path / "logs"), tmp_path / "site", outputs, transcripts=asked)
    assert site_of(tmp_path / "site")["transcripts"] == ("transcripts" if there else None)
    assert sorted(path.name for path in tmp_path.glob("site/**/*.eval")) == (
        ["free.eval", "paid.eval"] if there else []
    )
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == [
        name for name in NAMES if there or name != "transcripts"
    ]


def test_logs_of_an_earlier_site_are_not_replaced_by_what_is_made_of_them(run: list[EvalLog], tmp_path: Path) -> None:
    made(put(run, tmp_path / "logs"), tmp_path / "site", "full")
    logs = tmp_path / "site" / "transcripts" / "logs"
    with pytest.raises(
        InvalidInputError, match=r"free\.eval lies in .*site, which is replaced; name another folder with -o"
    ):
        made(str(logs), tmp_path / "site")
    assert sorted(path.name for path in logs.glob("*.eval")) == ["free.eval", "paid.eval"]


def test_a_log_that_changes_while_it_is_read(run: list[EvalLog], tmp_path: Path) -> None:
    logs = put(run, tmp_path / "logs")
    replies = read_replies(logs)
    shorter = run[1].model_copy(update={"samples": (run[1].samples or [])[:1]})
    write_eval_log(shorter, str(tmp_path / "logs" / "paid.eval"))
    with pytest.raises(InvalidInputError, match=r"paid\.eval: 2 of its replies are gone since it was read; try again"):
        write_site(replies, tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_logs_of_one_name_in_two_folders(run: list[EvalLog], tmp_path: Path) -> None:
    for folder, log in zip(("a", "b"), run, strict=True):
        (tmp_path / folder).mkdir()
        write_eval_log(log, str(tmp_path / folder / "log.eval"))
    write_site(read_replies([tmp_path / "a", tmp_path / "b"]), tmp_path / "site", "full")
    assert [log["name"] for log in site_of(tmp_path / "site")["logs"]] == ["log.eval", "log-2.eval"]
    assert sorted(path.name for path in tmp_path.glob("site/**/*.eval")) == ["log-2.eval", "log.eval"]


def test_a_site_is_not_for_search_engines_nor_for_training(run: list[EvalLog], tmp_path: Path) -> None:
    made(put(run, tmp_path / "logs"), tmp_path / "site")
    canary = site_of(tmp_path / "site")["canary"]
    assert (tmp_path / "site" / "robots.txt").read_text("utf-8") == f"# {canary}\nUser-agent: *\nDisallow: /\n"
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert re.search(r'<meta name="robots" content="noindex\b', page)
    assert canary in page
    assert {row["canary"] for row in rows_of(tmp_path / "site")} == {canary}
