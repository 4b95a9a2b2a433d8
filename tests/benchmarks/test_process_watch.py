"""Readings of a process: it is seen to grow, to leave handles open, and to end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.process_watch import ProcessWatch, Reading, open_handles

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def watched(*readings: tuple[int, float, int]) -> ProcessWatch:
    return ProcessWatch(1, lambda: 0, readings=[Reading(*reading) for reading in readings])


def test_growth_is_that_of_the_work_alone() -> None:
    watch = watched((0, 300.0, 20), (10, 400.0, 90), (20, 401.0, 80), (30, 402.0, 70), (40, 403.0, 60), (40, 900.0, 10))
    assert watch.growth(lambda reading: reading.memory, 10) == pytest.approx(0.1)
    assert watch.growth(lambda reading: reading.handles, 10) == pytest.approx(-1)


@pytest.mark.parametrize(
    ("watch", "found"),
    [
        pytest.param(watched(), "0 readings between 10 and 0 done", id="never-read"),
        pytest.param(watched((0, 1.0, 1), (20, 1.0, 1)), "0 readings between 10 and 20", id="too-short"),
        pytest.param(watched((15, 1.0, 1), (15, 2.0, 1), (20, 1.0, 1)), "2 readings between 10", id="all-at-once"),
    ],
)
def test_no_growth_is_made_up(watch: ProcessWatch, found: str) -> None:
    with pytest.raises(ValueError, match=found):
        watch.growth(lambda reading: reading.memory, 10)


def test_a_process_is_read_until_it_ends() -> None:
    script = "import os, sys; held = [open(os.devnull) for _ in range(20)]; print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()
        with ProcessWatch(process.pid, lambda: 7, interval=0.01) as watch:
            while not watch.readings:
                process.poll()
            process.stdin.close()
            process.wait()
    first = watch.readings[0]
    assert (first.done, first.memory > 1, 23 <= first.handles < 40) == (7, True, True)


def test_handles_are_told_by_what_they_are(tmp_path: Path) -> None:
    before = open_handles()
    ends = os.pipe()
    with (tmp_path / "file").open("w", encoding="utf-8"):
        opened = open_handles() - before
    for end in ends:
        os.close(end)
    assert opened == {"pipe": 2, str(tmp_path / "file"): 1}
    assert open_handles() == before
