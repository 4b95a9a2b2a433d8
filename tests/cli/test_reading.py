import io
import sys
from pathlib import Path

import click
import pytest
from inspect_ai import eval as inspect_eval

from cli.power import power
from cli.reading import reading
from cli.report import report
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from study.condition import CONDITIONS


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "shown"),
    [pytest.param(Terminal(), "Reading logs  [####", id="terminal"), pytest.param(io.StringIO(), "", id="file")],
)
def test_a_bar_moves_on_where_somebody_looks(
    stream: io.StringIO, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    with reading(["a.eval", "b.eval"]) as logs:
        assert list(logs) == ["a.eval", "b.eval"]
    assert (shown in stream.getvalue(), "2/2" in stream.getvalue()) == (True, bool(shown))
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        pytest.param(report, ["{logs}", "-o", "{out}"], id="report"),
        pytest.param(power, ["--pilot", "{logs}", "--json"], id="power"),
    ],
)
def test_commands_that_read_logs_say_so_beside_their_figures(
    command: click.Command,
    arguments: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs = tmp_path / "logs"
    tasks = [condition_task(SETTING, condition, {"votes": 1}) for condition in CONDITIONS[:2]]
    inspect_eval(tasks, model="control/random", limit=4, display="none", log_dir=str(logs), log_realtime=False)
    capsys.readouterr()
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    command.main([word.format(logs=logs, out=tmp_path / "out") for word in arguments], standalone_mode=False)
    assert "2/2" in stderr.getvalue()
    assert "Reading logs" not in capsys.readouterr().out
