"""No more is read of a file than such a file has reason to hold."""

import os
from pathlib import Path

import pytest

from study.bounded_file import read_bounded
from study.invalid_input import InvalidInputError


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"1234")
    assert read_bounded(path, 4) == b"1234"
    with pytest.raises(InvalidInputError) as refused:
        read_bounded(path, 3, "queries='file'")
    assert refused.value.message == "queries='file' has more than 3 bytes, which is the most that is read; split it"


@pytest.mark.parametrize("linked", [False, True], ids=["itself", "by-a-link"])
@pytest.mark.parametrize("device", ["pipe", "/dev/zero"], ids=["pipe", "device"])
def test_what_has_no_end_is_not_begun(device: str, linked: bool, tmp_path: Path) -> None:
    path = tmp_path / device if device == "pipe" else Path(device)
    if device == "pipe":
        os.mkfifo(path)
    if linked:
        (tmp_path / "link").symlink_to(path)
        path = tmp_path / "link"
    with pytest.raises(InvalidInputError) as refused:
        read_bounded(path, 10)
    assert refused.value.message == f"{path} is a device, a pipe or a socket; give a file"


def test_a_file_that_says_nothing_of_its_size_is_bounded_all_the_same() -> None:
    path = Path("/proc/self/status")
    if not path.exists():
        pytest.skip("no such file on this system")
    assert path.stat().st_size == 0
    with pytest.raises(InvalidInputError, match="has more than 10 bytes"):
        read_bounded(path, 10)


def test_what_cannot_be_read_is_said_by_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "nowhere", 10)
    with pytest.raises(IsADirectoryError):
        read_bounded(tmp_path, 10**6)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OSError, match="symbolic links"):
        read_bounded(tmp_path / "loop", 10)
