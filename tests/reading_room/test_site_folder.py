"""The folder of a site: all of it, or what was there before."""

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from reading_room.site_folder import write_site_folder
from study.invalid_input import InvalidInputError


def site(says: str, more: str = "app.js") -> Callable[[Path], None]:
    """Writes a small site."""

    def write(folder: Path) -> None:
        (folder / "data").mkdir()
        (folder / "data" / "site.js").write_text(f"af_site.site({says});\n", "utf-8")
        (folder / more).write_text(says, "utf-8")

    return write


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text("utf-8") for path in sorted(folder.rglob("*")) if path.is_file()
    }


def old(folder: Path) -> None:
    write_site_folder(folder, site("1"))


def old_with_more(folder: Path) -> None:
    """As one that is published from a repository, and had transcripts."""
    old(folder)
    for path in (folder / ".git" / "config", folder / "transcripts" / "a.eval", folder / "CNAME"):
        path.parent.mkdir(exist_ok=True)
        path.write_text("kept?", "utf-8")


@pytest.mark.parametrize(
    ("before", "beside"),
    [
        pytest.param(lambda folder: None, {}, id="not-there"),
        pytest.param(lambda folder: folder.mkdir(), {}, id="empty"),
        pytest.param(old, {}, id="an-earlier-site"),
        pytest.param(
            old_with_more, {".git/config": "kept?", "CNAME": "kept?"}, id="one-with-files-of-others-beside-it"
        ),
    ],
)
def test_a_site_takes_the_place_of_nothing_or_of_a_site(
    before: Callable[[Path], None], beside: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    before(folder)
    made = write_site_folder(folder, site("2", "index.html"))
    assert contents(folder) == {"data/site.js": "af_site.site(2);\n", "index.html": "2"} | beside
    assert (made, [path.name for path in tmp_path.iterdir()]) == ([folder / "data", folder / "index.html"], ["site"])


def a_file(folder: Path) -> None:
    folder.write_text("a file", "utf-8")


def of_others(folder: Path) -> None:
    folder.mkdir()
    for name in ("a.txt", "b.txt", "c.txt", "index.html"):
        (folder / name).write_text("theirs", "utf-8")


def data_of_others(folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "site.js").write_text("export default 1", "utf-8")


@pytest.mark.parametrize(
    ("before", "message"),
    [
        pytest.param(a_file, "{} is a file; name a folder for the site.", id="a-file"),
        pytest.param(
            of_others,
            "{} is not empty and holds no site of ours (a.txt, b.txt, c.txt …); name another folder with -o.",
            id="files-of-others",
        ),
        pytest.param(
            data_of_others,
            "{} is not empty and holds no site of ours (data); name another folder with -o.",
            id="a-site-of-others",
        ),
    ],
)
def test_what_is_not_ours_is_left_alone(before: Callable[[Path], None], message: str, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    before(folder)
    there = contents(tmp_path)
    with pytest.raises(InvalidInputError) as refused:
        write_site_folder(folder, site("2"))
    assert (refused.value.message, contents(tmp_path)) == (message.format(folder), there)


def gives_up(folder: Path) -> None:
    site("2")(folder)
    raise KeyboardInterrupt


def runs_full(folder: Path) -> None:
    site("2")(folder)
    raise OSError("No space left on device")


@pytest.mark.parametrize("before", [lambda folder: None, old_with_more], ids=["nothing", "an-earlier-site"])
@pytest.mark.parametrize(
    ("write", "error"),
    [(gives_up, KeyboardInterrupt), (runs_full, InvalidInputError)],
    ids=["interrupted", "full-disk"],
)
def test_what_is_not_finished_is_not_there(
    write: Callable[[Path], None], error: type[BaseException], before: Callable[[Path], None], tmp_path: Path
) -> None:
    before(tmp_path / "site")
    there = contents(tmp_path)
    with pytest.raises(error):
        write_site_folder(tmp_path / "site", write)
    assert contents(tmp_path) == there


def test_a_site_that_cannot_be_put_in_place_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_with_more(tmp_path / "site")
    there, rename = contents(tmp_path), Path.rename

    def refused(source: Path, target: Path) -> Path:
        if source.name == "index.html":
            raise PermissionError("Permission denied")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(
        InvalidInputError, match=r"site cannot be written to \(Permission denied\); name another folder"
    ):
        write_site_folder(tmp_path / "site", site("2", "index.html"))
    assert contents(tmp_path) == there


def killed_at(rename: int, folder: Path) -> bool:
    """Write a site in a process that is killed before so many files and folders are moved; whether it was."""
    child = os.fork()
    if child == 0:
        moved, move = count(1), Path.rename

        def dies(source: Path, target: Path) -> Path:
            if next(moved) == rename:
                os._exit(9)
            return move(source, target)

        Path.rename = dies  # type: ignore[assignment, method-assign]
        write_site_folder(folder, site("2"))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_site_whose_writing_was_killed_anywhere_is_written_by_the_same_command(tmp_path: Path) -> None:
    kills = 0
    for rename in count(1):
        folder = tmp_path / f"site-{rename}"
        old_with_more(folder)
        if not killed_at(rename, folder):
            break
        kills += 1
        write_site_folder(folder, site("3"))
        written = {"data/site.js": "af_site.site(3);\n", "app.js": "3", ".git/config": "kept?", "CNAME": "kept?"}
        assert contents(folder) == written, rename
        assert not list(folder.glob(".site-*")), "what the killed one left"
    assert kills == 5, "three things of the earlier site are moved away, and two of the new one into place"


def test_the_hidden_folder_of_one_that_is_at_work_is_left_alone(tmp_path: Path) -> None:
    def meanwhile(folder: Path) -> None:
        write_site_folder(tmp_path / "site", site("2"))
        site("3")(folder)

    old(tmp_path / "site")
    write_site_folder(tmp_path / "site", meanwhile)
    assert contents(tmp_path / "site")["app.js"] == "3"
