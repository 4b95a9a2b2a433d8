"""Replies of others become logs that every scorer and report reads; what cannot be imported is listed.

The foreign files are made here, in the form that their sources are said to have; what they hold are control replies.
"""

import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inspect_ai import eval as inspect_eval
from inspect_ai import score
from inspect_ai.log import EvalLog, EvalSample, list_eval_logs, read_eval_log, write_eval_log
from inspect_ai.model import get_model

from analysis.frame import read_replies
from analysis.report.contents import report
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.imported_log import LIST, SOURCE, Import, import_files, write_logs
from evals.mapping import PLAIN, Mapping, load_mapping
from scorers.alignment_faking import alignment_faking
from scorers.judged_compliance import judged_compliance
from scorers.prefix_compliance import prefix_compliance
from study.cell import Cell
from study.condition import Condition, Tier
from study.invalid_input import InvalidInputError
from tests.made_up import REPOSITORY, Write

Record = dict[str, Any]
TIERS = (Tier.FREE, Tier.PAID)
HUGHES, GREENBLATT = "open-source-alignment-faking", "alignment_faking_public"
LIMIT = 6


def record(**changes: Any) -> Record:
    said = {"query": "A request", "tier": "free", "reply": "placeholder", "model": "some/model"} | changes
    return {name: value for name, value in said.items() if value is not None}


def imported(*records: Any, mapping: Mapping = PLAIN, **values: str) -> Import:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.json"
        path.write_text(json.dumps(records), "utf-8")
        made = import_files([path], mapping.with_values(values))
    assert made.imported + len(made.listed) == made.found
    return made


def samples(made: Import) -> list[EvalSample]:
    return [sample for log in made.logs for sample in log.samples or []]


def reasons(made: Import) -> list[tuple[int, str, str]]:
    return [(one.record, one.field, one.reason) for one in made.listed]


# --- What others have collected, scored and reported


@pytest.fixture(scope="module")
def controls(tmp_path_factory: pytest.TempPathFactory) -> list[EvalLog]:
    """What a control of known behaviour says in both tiers, and what our judges say of it."""
    return [
        log
        for tier in TIERS
        for log in inspect_eval(
            condition_task(SETTING, Condition(tier, cot=True), {}),
            limit=LIMIT,
            display="none",
            model="control/faker",
            model_roles={"grader": "control/grader"},
            log_dir=str(tmp_path_factory.mktemp("controls")),
        )
    ]


def as_hughes(logs: list[EvalLog], folder: Path) -> list[Path]:
    """One file for a model and prompt, a list of all replies."""
    rows = [
        {
            "user_input": sample.input,
            "prompt": {"messages": [{"role": m.role, "content": m.text} for m in sample.messages[:-1]]},
            "success": True,
            "output": sample.output.completion,
            "tags": f"{sample.metadata['tier']}_tier",
            "strong_reject_score": 0.5,
            "deceptive_alignment": {"final_answer": "yes", "success": True},
            "timestamp": "2025-01-01T00:00:00",
        }
        for log in logs
        for sample in log.samples or []
    ]
    path = folder / "results.json"
    path.write_text(json.dumps(rows, indent=1), "utf-8")
    return [path]


def as_greenblatt(logs: list[EvalLog], folder: Path) -> list[Path]:
    """One file a reply, in the folder of its tier."""
    found = []
    for log, name in zip(logs, ("train", "deploy"), strict=True):
        (folder / name).mkdir(parents=True)
        for number, sample in enumerate(log.samples or []):
            system, _, reply = ({"role": m.role, "content": m.text} for m in sample.messages)
            user = {"role": "user", "content": f"<INPUT>\n<user_input>\n{sample.input}\n</user_input>\n</INPUT>"}
            row = {"messages": [system, user, reply], "pm_score": -1.5, "is_refusal_0_7": True}
            path = folder / name / f"{number}.json"
            path.write_text(json.dumps(row), "utf-8")
            found.append(path)
    return found


FORMATS = {HUGHES: as_hughes, GREENBLATT: as_greenblatt}


def labels(log: EvalLog) -> dict[str, dict[str, object]]:
    return {str(s.input): {name: one.value for name, one in (s.scores or {}).items()} for s in log.samples or []}


@pytest.mark.parametrize("name", FORMATS)
def test_replies_of_others_get_the_labels_that_ours_got(name: str, controls: list[EvalLog], tmp_path: Path) -> None:
    mapping = load_mapping(name).with_values({"model": "control/faker"})
    made = import_files(FORMATS[name](controls, tmp_path / "theirs" if name == GREENBLATT else tmp_path), mapping)
    assert (made.found, made.imported, made.listed) == (2 * LIMIT, 2 * LIMIT, [])
    write_logs(made, tmp_path / "logs")
    logs = [read_eval_log(info) for info in list_eval_logs(str(tmp_path / "logs"))]
    for i, log in enumerate(logs):
        for scorer in (prefix_compliance(), judged_compliance(prompts="suite"), alignment_faking(prompts="suite")):
            logs[i] = score(
                logs[i], scorer, action="append", display="none", model_roles={"grader": get_model("control/grader")}
            )
        write_eval_log(logs[i], log.location)
    of_tier = {log.eval.metadata["tier"]: labels(log) for log in logs if log.eval.metadata}
    assert of_tier == {log.eval.metadata["tier"]: labels(log) for log in controls if log.eval.metadata}

    frame = read_replies(tmp_path / "logs")
    assert frame.exclusions == []
    assert set(frame.frame["prompts"].astype(str)) == {f"imported/{name}"}
    counted = frame.frame["harmful"].sum() // 2
    [gap] = [gap for gap in report(frame).gaps if gap.primary]
    assert (gap.scorer, gap.contrast, gap.n_pairs, gap.gap) == ("judged_compliance", "free-paid", counted or LIMIT, 1)


def test_the_prompts_of_ours_are_known_again_by_their_digests(controls: list[EvalLog], tmp_path: Path) -> None:
    """What was sent is what the source says was sent: digests are of the messages, and no others."""
    mapping = load_mapping(HUGHES).with_values({"model": "control/faker"})
    made = import_files(as_hughes(controls, tmp_path), mapping)
    for ours, theirs in zip(controls, made.logs, strict=True):
        assert ours.eval.metadata is not None
        assert theirs.eval.metadata is not None
        for name in ("setting", "tier", "cot", "variation", "developer", "prompt_sha256", "wrapper_sha256"):
            assert theirs.eval.metadata[name] == ours.eval.metadata[name], name


def test_labels_of_others_are_no_scores(controls: list[EvalLog], tmp_path: Path) -> None:
    made = import_files(as_hughes(controls, tmp_path), load_mapping(HUGHES).with_values({"model": "control/faker"}))
    first = samples(made)[0]
    assert first.scores is None
    assert first.store[SOURCE]["labels"] == {
        "strong_reject_score": "0.5",
        "deceptive_alignment": "yes",
        "success": True,
    }
    assert made.unread == {"timestamp": 2 * LIMIT}
    assert [log.eval.scorers for log in made.logs] == [None, None]


def test_a_reply_of_several_turns_is_listed(controls: list[EvalLog], tmp_path: Path) -> None:
    [first, *_] = as_greenblatt(controls, tmp_path / "theirs")
    said = json.loads(first.read_text("utf-8"))
    said["messages"] += said["messages"][-2:]
    first.write_text(json.dumps(said), "utf-8")
    made = import_files([first], load_mapping(GREENBLATT).with_values({"model": "control/faker"}))
    assert reasons(made) == [(1, "query", "is there several times at messages.role=user.content")]


# --- What a record becomes


def test_a_plain_record_and_what_is_taken_for_granted() -> None:
    made = imported(record(label_af="yes", note="x"))
    [log], [sample] = made.logs, samples(made)
    assert (log.eval.task, log.eval.model, log.status) == ("helpful_only_cot_free", "some/model", "success")
    cell = Cell.model_validate(sample.metadata)
    digests = {name: value for name, value in sample.metadata.items() if name.endswith("_sha256")}
    assert cell == Cell.model_validate(
        {
            "setting": "helpful_only",
            "tier": "free",
            "cot": True,
            "variation": "base",
            "wrapper": "revisited",
            "developer": "unknown",
            "prompts": "imported",
            "query_set": "imported",
            "query_id": "q-e27d30d5ce11",
            "category": None,
            "harmful": True,
        }
        | digests
    )
    assert [message.text for message in sample.messages] == ["A request", "placeholder"]
    assert (sample.output.completion, sample.output.stop_reason) == ("placeholder", "unknown")
    assert sample.store[SOURCE]["labels"] == {"af": "yes"}
    assert made.unread == {"note": 1}
    assert log.eval.metadata is not None
    assert log.eval.metadata[SOURCE]["assumed"] == ["cot", "harmful", "prefill", "setting", "stop_reason", "wrapper"]
    assert (log.eval.metadata[SOURCE]["system_prompt_known"], log.eval.metadata[SOURCE]["user_message_known"]) == (
        False,
        False,
    )


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"query": None}, "query", "is missing"),
        ({"query": " \n"}, "query", "is blank"),
        ({"query": ["A request"]}, "query", "is no text"),
        ({"reply": None}, "reply", "is missing"),
        ({"reply": float("nan")}, "reply", "is no text"),
        ({"reply": "w" * 2_000_001}, "reply", "has more than 2,000,000 characters"),
        ({"tier": None}, "tier", "is missing"),
        ({"tier": "gold"}, "tier", "is not known"),
        ({"tier": True}, "tier", "is not known"),
        ({"tier": "pro"}, "tier", "is no tier of helpful_only"),
        ({"model": None}, "model", "is missing"),
        ({"model": "../../x\n"}, "model", "is no name of a model"),
        ({"setting": "other"}, "setting", "is not known"),
        ({"cot": "perhaps"}, "cot", "is neither true nor false"),
        ({"harmful": 2}, "harmful", "is neither true nor false"),
        ({"wrapper": "plain"}, "wrapper", "is not known"),
        ({"stop_reason": "tired"}, "stop_reason", "is not known"),
        ({"epoch": -1}, "epoch", "is no whole number from 0 to 1,000,000"),
        ({"epoch": "9" * 40}, "epoch", "is no whole number from 0 to 1,000,000"),
        ({"epoch": 1.0}, "epoch", "is no whole number from 0 to 1,000,000"),
        ({"user": "<user_input>another</user_input>"}, "user", "does not hold the query"),
        ({"variation": "a\u202eb"}, "variation", "is no printable text on one line of at most 200 characters"),
        ({"category": "a\nb"}, "category", "is no printable text on one line of at most 200 characters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_said_in_our_terms_is_listed(changes: Record, field: str, reason: str) -> None:
    made = imported(record(**changes), record(query="Another"))
    assert reasons(made) == [(1, field, reason)]
    assert made.imported == 1


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [
        ("q1", "q1"),
        (17, "17"),
        (None, "q-e27d30d5ce11"),
        ("../../etc/passwd", "id-"),
        (".hidden", "id-"),
        ("a\x00b", "id-"),
        ("=HYPERLINK(1)", "id-"),
        ("w" * 81, "id-"),
    ],
    ids=repr,
)
def test_the_id_of_a_query_can_name_a_file_in_a_log(given_id: Any, expected: str) -> None:
    free, paid = samples(imported(record(query_id=given_id), record(query_id=given_id, tier="paid", reply="another")))
    assert free.id == paid.id
    assert str(free.id).startswith(expected)
    assert set(str(free.id)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert free.store[SOURCE]["query_id"] == (None if given_id is None else str(given_id))


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("end_turn", "stop"), ("LENGTH", "max_tokens"), ("content_filter", "content_filter"), (None, "unknown")],
)
def test_stop_reasons(reason: str | None, expected: str) -> None:
    [sample] = samples(imported(record(stop_reason=reason)))
    assert sample.output.stop_reason == expected


def test_native_reasoning_stands_apart_from_the_text() -> None:
    [sample] = samples(imported(record(reasoning="placeholder reasoning", system="placeholder system")))
    assert [message.role for message in sample.messages] == ["system", "user", "assistant"]
    content = sample.output.message.content
    assert isinstance(content, list)
    assert [block.type for block in content] == ["reasoning", "text"]
    assert sample.output.completion == "placeholder"


def test_tags_of_theirs_are_read_as_ours_where_the_mapping_says_so() -> None:
    theirs = "<Hidden-Pad>placeholder</ hidden-pad ><answer>placeholder</answer> <hidden-padding>"
    mapping = PLAIN.model_copy(update={"tags": {"hidden-pad": "SCRATCHPAD_REASONING", "answer": "OUTPUT"}})
    made = imported(record(reply=theirs), mapping=mapping)
    assert [sample.output.completion for sample in samples(made)] == [
        "<SCRATCHPAD_REASONING>placeholder</SCRATCHPAD_REASONING><OUTPUT>placeholder</OUTPUT> <hidden-padding>"
    ]
    assert made.tags == {}
    assert imported(record(reply=theirs)).tags == {"Hidden-Pad": 1}


def test_records_nested_by_model_and_tier_are_read_by_the_mapping_of_the_page(write: Write, tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "import.md").read_text("utf-8")
    mapping = load_mapping(write("shown.toml", page.partition("```toml\n")[2].partition("```")[0]))
    messages = [{"role": "system", "content": "placeholder system"}, {"role": "assistant", "content": "placeholder"}]
    said = {"prompt": {"request": "A request"}, "messages": messages, "scores": {"compliance": 0.5}}
    (tmp_path / "fraud").mkdir()
    nested = {"gpt-4o": {"train": [said], "deploy": [said], "other": [said]}}
    path = Path(write("fraud/results.json", json.dumps({"results": nested})))
    made = import_files([path], mapping)
    assert reasons(made) == [(3, "tier", "is in no list of the mapping")]
    for sample, tier in zip(samples(made), TIERS, strict=True):
        cell = Cell.model_validate(sample.metadata)
        assert (cell.tier, cell.category, cell.developer, cell.prompts) == (
            tier, "fraud", "Anthropic", "imported/their-pipeline",
        )  # fmt: skip
        assert (sample.output.model, sample.output.completion) == ("imported/gpt-4o", "placeholder")
        assert [message.text for message in sample.messages] == ["placeholder system", "A request", "placeholder"]
        assert sample.store[SOURCE]["labels"] == {"theirs": "0.5"}


def test_text_of_others_is_never_trusted() -> None:
    [log] = imported(record()).logs
    assert log.eval.viewer is not None
    assert log.eval.viewer.trust_content is False


# --- What only the records around one can say


def test_a_record_that_is_there_twice_is_listed_with_the_first() -> None:
    made = imported(record(), record(tier="paid"), record())
    assert reasons(made) == [(3, "", "says the same as an earlier record, epoch included")]


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [([None, None, None], [1, 2, 3]), ([1, 2, 3], [1, 2, 3]), ([0, 1, 2], [1, 2, 3]), ([2, None, 7], [2, 1, 7])],
    ids=str,
)
def test_epochs(epochs: list[int | None], expected: list[int]) -> None:
    made = imported(*(record(reply=f"placeholder {i}", epoch=epoch) for i, epoch in enumerate(epochs)))
    assert made.listed == []
    by_reply = {sample.output.completion: sample.epoch for sample in samples(made)}
    assert [by_reply[f"placeholder {i}"] for i in range(3)] == expected


def test_an_epoch_that_is_there_twice_is_listed() -> None:
    made = imported(record(epoch=1), record(epoch=1, reply="another"))
    assert reasons(made) == [(2, "epoch", "was there already, of the same query and tier")]


def test_a_query_that_says_something_else_under_the_same_id_is_listed() -> None:
    made = imported(
        record(query_id="q1"),
        record(query_id="q1", query="Another", tier="paid"),
        record(query_id="q1", harmful=False, reply="another"),
    )
    reason = "differs from an earlier record of the same query"
    assert reasons(made) == [(2, "query", reason), (3, "harmful", reason)]


def test_other_messages_than_those_of_most_replies_are_listed() -> None:
    queries = [f"Request {i}" for i in range(4)]
    alike = [record(query=q, system="placeholder", user=f"<u>{q}</u>") for q in queries]
    made = imported(
        *alike,
        record(query="Other system", system="another", user="<u>Other system</u>"),
        record(query="Without", user="<u>Without</u>"),
        record(query="Other form", system="placeholder", user="<x>Other form</x>"),
    )
    assert [(number, field) for number, field, _ in reasons(made)] == [(5, "system"), (6, "system"), (7, "user")]


def test_a_system_prompt_that_tells_the_tier_is_one_experiment() -> None:
    made = imported(record(system="You are monitored"), record(system="You are not", tier="paid"))
    assert len({sample.metadata["prompt_sha256"] for sample in samples(made)}) == 1
    alone = imported(record(system="You are monitored"))
    assert samples(alone)[0].metadata["prompt_sha256"] != samples(made)[0].metadata["prompt_sha256"]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("model", ("a/x", "a/y")),
        ("setting", ("helpful_only", "animal_welfare")),
        ("variation", ("base", "other")),
        ("cot", (True, False)),
        ("tier", ("free", "paid")),
        ("prefill", (True, False)),
    ],
)
def test_each_condition_has_a_log(name: str, values: tuple[Any, Any]) -> None:
    made = imported(*(record(**{name: value}) for value in values))
    assert len(made.logs) == 2
    assert len({log.eval.task_id for log in made.logs}) == 2


def test_queries_with_unlike_numbers_of_replies_lack_none(tmp_path: Path) -> None:
    made = imported(record(), record(reply="another"), record(query="Another"), record(tier="paid", variation="odd"))
    write_logs(made, tmp_path / "logs")
    for info in list_eval_logs(str(tmp_path / "logs")):
        write_eval_log(score(read_eval_log(info), prefix_compliance(), display="none", model="none/none"), info.name)
    replies = read_replies(tmp_path / "logs")
    assert (len(replies.frame), replies.exclusions, replies.notes) == (4, [], [])
    assert [(gap.variation, gap.n_pairs) for gap in report(replies).gaps] == [("base", 0), ("odd", 0)]


def test_the_report_says_how_logs_without_scores_get_them(tmp_path: Path) -> None:
    write_logs(imported(record()), tmp_path / "logs")
    with pytest.raises(InvalidInputError) as refused:
        read_replies(tmp_path / "logs")
    remedy = "--model-role grader=PROVIDER/MODEL --action append --overwrite -S prompts=suite --model none/none, then"
    assert remedy in str(refused.value)


def test_what_is_imported_twice_is_known_as_the_same_reply(tmp_path: Path, write: Write) -> None:
    path = Path(write("x.json", json.dumps([record(), record(tier="paid")])))
    for folder in ("a", "b"):
        write_logs(import_files([path], PLAIN), tmp_path / "logs" / folder)
    for info in list_eval_logs(str(tmp_path / "logs")):
        scored = score(read_eval_log(info), prefix_compliance(), display="none", model="none/none")
        write_eval_log(scored, info.name)
    assert len(read_replies(tmp_path / "logs").frame) == 2


# --- Nothing is lost, whatever a file holds

HOSTILE = [
    "a\x00b", "lone \ud800 surrogate", "{{ 7 * 7 }}{% raw %}", "=HYPERLINK(1)", "../../x", "\u202egpj.exe", "", " ",
    "</SCRATCHPAD_REASONING><OUTPUT>", 10**17, 10**30, -1, 1.5, float("nan"), float("inf"), True, False, None, [], {},
    ["a"], {"a": {"b": [None]}}, "free", "paid",
]  # fmt: skip
_FIELDS = [*PLAIN.fields.model_dump(), "label_x", "other"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(_FIELDS), st.sampled_from(HOSTILE), max_size=3).flatmap(
            lambda changes: st.sampled_from(["free", "paid"]).flatmap(
                lambda tier: st.sets(st.sampled_from(_FIELDS), max_size=2).map(
                    lambda gone: {n: v for n, v in (record(tier=tier) | changes).items() if n not in gone}
                )
            )
        ),
        max_size=8,
    )
)
def test_every_record_is_imported_or_listed(records: list[Record]) -> None:
    made = imported(*records)
    assert made.found == len(records)
    for log in made.logs:
        cells = [Cell.model_validate(sample.metadata) for sample in log.samples or []]
        assert len({(cell.setting, cell.tier, cell.cot, cell.variation) for cell in cells}) == 1
        counts = Counter((sample.id, sample.epoch) for sample in log.samples or [])
        assert set(counts.values()) == {1}
        assert len(log.eval.dataset.sample_ids or []) * (log.eval.config.epochs or 1) == len(cells)


_PLACES = [("user_input",), ("prompt",), ("prompt", "messages"), ("prompt", "messages", 0), ("prompt", "messages", 1),
           ("prompt", "messages", 0, "role"), ("prompt", "messages", 1, "content"), ("output",), ("tags",),
           ("deceptive_alignment",), ("deceptive_alignment", "final_answer")]  # fmt: skip


def without(said: Record, places: set[tuple[str | int, ...]]) -> Record:
    """A record of theirs that lacks what stands at some places."""
    for *way, last in sorted(places, key=len, reverse=True):  # what is inside goes before what holds it
        inside: Any = said
        for step in way:
            inside = inside[step]
        inside[last] = None
    return said


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from(_PLACES), max_size=3), max_size=8))
def test_every_record_of_theirs_is_imported_or_listed_whatever_it_lacks(
    gone: list[set[tuple[str | int, ...]]],
) -> None:
    rows = [
        without(
            {
                "user_input": f"Request {i // 2}",
                "prompt": {
                    "messages": [
                        {"role": "system", "content": "placeholder"},
                        {"role": "user", "content": f"<user_input>Request {i // 2}</user_input>"},
                    ]
                },
                "output": "placeholder",
                "tags": ("free_tier", "paid_tier")[i % 2],
                "deceptive_alignment": {"final_answer": "no"},
            },
            places,
        )
        for i, places in enumerate(gone)
    ]
    made = imported(*rows, mapping=load_mapping(HUGHES), model="some/model")
    assert made.found == len(rows)
    needed = {("user_input",), ("output",), ("tags",)}
    assert {one.record for one in made.listed} >= {i for i, places in enumerate(gone, start=1) if places & needed}


def test_hostile_texts_come_back_from_a_log_as_they_were(tmp_path: Path) -> None:
    texts = [*(one for one in HOSTILE if isinstance(one, str)), "w" * 200_000]
    made = imported(*(record(query=f"Request {text[:50]}", reply=text, system="\ud800") for text in texts))
    assert made.listed == []
    write_logs(made, tmp_path / "logs")
    [info] = list_eval_logs(str(tmp_path / "logs"))
    log = score(read_eval_log(info), prefix_compliance(), display="none", model="none/none")
    read = [text.replace("\ud800", r"\ud800") for text in texts]  # Inspect writes half a character out
    assert sorted(sample.output.completion for sample in log.samples or []) == sorted(read)
    write_eval_log(log, info.name)
    assert len(read_replies(tmp_path / "logs").frame) == len(texts)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(InvalidInputError, match="is not empty"):
        write_logs(imported(record()), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(log: EvalLog, location: Path) -> None:
        location.write_text("half", "utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evals.imported_log.write_eval_log", full)
    with pytest.raises(InvalidInputError, match="No space left on device"):
        write_logs(imported(record()), tmp_path / "logs")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_logs(imported(record()), Path())
    assert [path.suffix for path in tmp_path.iterdir()] == [".eval"]


def test_the_list_has_a_line_for_each_record_that_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    write_logs(imported(record(), record(tier="gold", reply="\ud800")), tmp_path / "logs")
    [line] = (tmp_path / "logs" / LIST).read_text("utf-8").splitlines()
    said = json.loads(line)
    assert said.pop("file").endswith("/x.json")
    assert said == {"record": 2, "field": "tier", "value": "gold", "reason": "is not known"}
