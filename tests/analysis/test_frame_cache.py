"""Frames that are kept: found again by content, never trusted when damaged."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from inspect_ai import eval as inspect_eval
from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries, write_eval_log

from analysis.frame import read_replies
from analysis.frame_cache import FrameCache
from analysis.log_file import LogFacts
from analysis.reply_schema import ARROW
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    inspect_eval(
        [condition_task(SETTING, condition, {"votes": 1}) for condition in CONDITIONS[:2]],
        model="control/faker",
        limit=2,
        display="none",
        log_dir=str(tmp_path / "logs"),
        log_realtime=False,
    )
    return tmp_path / "logs"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The logs whose summaries were read."""
    locations: list[str] = []
    really = read_eval_log_sample_summaries

    def spy(location: str) -> Any:
        locations.append(location)
        return really(location)

    monkeypatch.setattr("analysis.log_rows.read_eval_log_sample_summaries", spy)
    return locations


def test_logs_are_read_once(logs: Path, read: list[str], tmp_path: Path) -> None:
    bare = read_replies(logs)
    first = read_replies(logs, tmp_path / "cache")
    assert len(read) == 4
    second = read_replies(logs, tmp_path / "cache")
    assert len(read) == 4
    for replies in (first, second):
        pd.testing.assert_frame_equal(replies.frame, bare.frame)
        assert (replies.exclusions, replies.notes) == (bare.exclusions, bare.notes)
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == [".parquet", ".parquet"]


def test_a_log_that_was_moved_is_known_by_its_content(logs: Path, read: list[str], tmp_path: Path) -> None:
    read_replies(logs, tmp_path / "cache")
    frame = read_replies(logs.rename(tmp_path / "moved"), tmp_path / "cache").frame
    assert len(read) == 2
    assert {str(Path(log).parent) for log in frame["log"]} == {str(tmp_path / "moved")}


def test_a_log_that_was_edited_is_read_again_whatever_its_size_and_time(
    logs: Path, read: list[str], tmp_path: Path
) -> None:
    read_replies(logs, tmp_path / "cache")
    path = next(logs.glob("*free*"))
    before = path.stat()
    log = read_eval_log(str(path))
    for sample in log.samples or []:
        (sample.scores or {})["judged_compliance"].value = "refuses"
    write_eval_log(log, str(path))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    frame = read_replies(logs, tmp_path / "cache").frame
    assert len(read) == 3
    assert set(frame["judged_compliance"]) == {"refuses"}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    """One byte of the data, which the type of no column forbids."""
    content = bytearray(path.read_bytes())
    content[content.index(b"-01") + 1] ^= 1
    path.write_bytes(content)


def of_another_shape(path: Path) -> None:
    kept = pq.read_table(path)
    pq.write_table(kept.drop_columns(["tier"]), path)


def shortened(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(0, 1), path)


def without_facts(path: Path) -> None:
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)


def with_other_facts(path: Path) -> None:
    kept = pq.read_table(path)
    pq.write_table(kept.replace_schema_metadata({"facts": '{"rows": 2, "unknown_scorers": []}'}), path)


@pytest.mark.parametrize("damage", [cut, empty, flip, of_another_shape, shortened, without_facts, with_other_facts])
def test_a_damaged_file_is_made_again(
    damage: Callable[[Path], None], logs: Path, read: list[str], tmp_path: Path
) -> None:
    whole = read_replies(logs, tmp_path / "cache").frame
    for path in (tmp_path / "cache").iterdir():
        damage(path)
    pd.testing.assert_frame_equal(read_replies(logs, tmp_path / "cache").frame, whole)
    assert len(read) == 4, "what was damaged was trusted"
    read_replies(logs, tmp_path / "cache")
    assert len(read) == 4, "it was not made again"


def test_a_folder_that_cannot_be_written_costs_no_report(logs: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("", "utf-8")
    assert len(read_replies(logs, tmp_path / "cache").frame) == 4


def test_another_schema_or_another_reading_has_another_file(
    logs: Path, read: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_replies(logs, tmp_path / "cache")
    monkeypatch.setattr("analysis.frame_cache.READING", -1)
    read_replies(logs, tmp_path / "cache")
    monkeypatch.setattr("analysis.frame_cache.DIGEST", "another")
    read_replies(logs, tmp_path / "cache")
    assert len(read) == 6


def test_a_table_of_no_rows_can_be_kept(tmp_path: Path) -> None:
    """Of a log of another suite, whose header need not be read twice."""
    facts = LogFacts("t", "i", "e", "c", "w", "success", "m", 1, ours=False, invalidated=False, scored=False)
    cache = FrameCache(tmp_path)
    cache.put("key", facts, ARROW.empty_table())
    kept = cache.get("key", "log")
    assert kept is not None
    assert (kept[0], len(kept[1]), isinstance(kept[1], pa.Table)) == (facts, 0, True)
