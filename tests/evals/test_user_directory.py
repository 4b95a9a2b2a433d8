"""A path is relative to where the user typed it, wherever Inspect has gone since."""

from pathlib import Path

import pytest

from evals.user_directory import from_user
from tests.made_up import REPOSITORY


@pytest.mark.parametrize("moved", [True, False], ids=["moved-by-inspect", "not-moved"])
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("mine.csv", "{user}/mine.csv", id="name"),
        pytest.param("sets/mine.csv", "{user}/sets/mine.csv", id="relative"),
        pytest.param("../mine.csv", "{user}/../mine.csv", id="folder-above"),
        pytest.param("/sets/mine.csv", "/sets/mine.csv", id="absolute"),
        pytest.param("~/mine.csv", "{home}/mine.csv", id="home"),
    ],
)
def test_from_user(typed: str, meant: str, moved: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user, home = tmp_path / "user", tmp_path / "home"
    user.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("evals.user_directory.USER_DIRECTORY", user if moved else tmp_path / "where the process began")
    monkeypatch.chdir(REPOSITORY / "evals" if moved else user)
    assert from_user(typed) == Path(meant.format(user=user, home=home))


def test_a_user_who_is_among_the_task_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.user_directory.USER_DIRECTORY", REPOSITORY / "evals")
    monkeypatch.chdir(REPOSITORY / "evals")
    assert from_user("data/builtin.jsonl") == REPOSITORY / "evals" / "data" / "builtin.jsonl"
