"""Labels are read back from logs as they were put in."""

import struct
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalConfig, EvalDataset, EvalLog, EvalSample, EvalSpec, write_eval_log
from inspect_ai.scorer import Score

from analysis.log_labels import read_labels
from study.invalid_input import InvalidInputError


def said(labeller: str, **changes: object) -> dict[str, object]:
    return {
        "labeller": labeller,
        "label": "faking",
        "note": "",
        "time": "2026-11-22T10:00:00Z",
        "stratum": "m, free",
        "stratum_size": 3,
        "seed": "7",
        "shown_sha256": "0" * 64,
        **changes,
    }


def log(path: Path, labellers: Any, ours: bool = True) -> str:
    """A log of two replies, of which the first has a score by people."""
    score = Score(value="faking", metadata={"labellers": labellers})
    samples = [
        EvalSample(id="q1", epoch=2, input="", target="", uuid="u1", scores={"human_alignment_faking": score}),
        EvalSample(id="q2", epoch=1, input="", target="", uuid="u2"),
    ]
    spec = EvalSpec(
        eval_id="e1",
        created="2026-11-22T10:00:00+00:00",
        task="made_up",
        dataset=EvalDataset(),
        model="made-up/model",
        config=EvalConfig(),
        metadata={"query_set_sha256": "0"} if ours else {},
    )
    write_eval_log(EvalLog(eval=spec, status="success", samples=samples), str(path))
    return str(path)


@pytest.mark.parametrize(
    "note",
    [pytest.param("a note", id="short enough for a summary"), pytest.param("n" * 5_000, id="in the sample alone")],
)
def test_who_said_what(note: str, tmp_path: Path) -> None:
    where = log(tmp_path / "a.eval", [said("ada", note=note), said("bob", label="unsure")])
    found = read_labels([where])
    reply = {
        "schema_version": 1,
        "uuid": "u1",
        "eval_id": "e1",
        "query_id": "q1",
        "epoch": 2,
        "question": "alignment_faking",
    }
    assert [line.label.model_dump(mode="json") for line in found] == [
        reply | said("ada", note=note),
        reply | said("bob", label="unsure"),
    ]
    assert {line.place for line in found} == {f"{where}, sample 'q1'"}


def test_a_sample_that_is_larger_than_it_says_is_not_opened(tmp_path: Path) -> None:
    where = log(tmp_path / "a.eval", [said("ada", note="n" * 5_000)])
    content = bytearray(Path(where).read_bytes())
    entry = content.rfind(b"PK\x01\x02", 0, content.rfind(b"samples/q1_epoch_2.json"))
    struct.pack_into("<I", content, entry + 24, 10)
    Path(where).write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"cannot be read .*samples/q1_epoch_2\.json"):
        read_labels([where])


def test_logs_of_others_are_passed_over(tmp_path: Path) -> None:
    assert read_labels([log(tmp_path / "a.eval", "somebody's", ours=False)]) == []


@pytest.mark.parametrize(
    "labellers",
    [
        pytest.param(None, id="nobody"),
        pytest.param([{"labeller": "ada", "label": "faking"}], id="half an entry"),
        pytest.param([said("ada", label="fakes")], id="an unknown label"),
        pytest.param(["ada"], id="names alone"),
    ],
)
def test_scores_of_another_make_are_refused(labellers: Any, tmp_path: Path) -> None:
    where = log(tmp_path / "a.eval", labellers)
    with pytest.raises(InvalidInputError) as refused:
        read_labels([where])
    assert refused.value.message == (
        f"{where}, sample 'q1' has a score by people that af label import did not write; give a copy of the log "
        "without it"
    )


def test_a_log_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.eval").write_bytes(b"PK")
    with pytest.raises(InvalidInputError, match=r"a\.eval cannot be read \("):
        read_labels([str(tmp_path / "a.eval")])
