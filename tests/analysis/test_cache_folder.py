"""Files that can be made again: whole or absent, and no more than the limit."""

import os
from pathlib import Path
from typing import IO

import pytest

from analysis.cache_folder import CacheFolder, default_folder


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "middle", "old")):
        path = tmp_path / f"{name}.parquet"
        path.write_bytes(b"x" * 100)
        os.utime(path, (1_000 - age, 1_000 - age))
    CacheFolder(tmp_path, limit=250).prune()
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["middle", "new"]


def test_what_another_process_removes_meanwhile_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "gone.tmp").symlink_to(tmp_path / "nowhere")  # listed, and not there to be looked at
    for name in ("a.zip", "b.zip"):
        (tmp_path / name).write_bytes(b"x" * 100)
    CacheFolder(tmp_path, limit=100).prune()
    assert len([path for path in tmp_path.iterdir() if path.exists()]) == 1


def test_what_fails_while_it_is_written_is_not_there(tmp_path: Path) -> None:
    def full(file: IO[bytes]) -> None:
        file.write(b"half of it")
        raise OSError("No space left on device")

    cache = CacheFolder(tmp_path)
    cache.put("a.zip", full)
    assert cache.get("a.zip", Path.read_bytes) is None
    cache.put("a.zip", lambda file: file.write(b"all of it"))
    assert cache.get("a.zip", Path.read_bytes) == b"all of it"


def test_the_folder_is_the_users_own_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_folder() == tmp_path / "kept"  # as the tests name it
    monkeypatch.delenv("AF_CACHE_DIR")
    assert default_folder().parts[-2:] == ("alignment-faking-evals", "report")
