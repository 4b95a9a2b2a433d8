"""Memory and handles of a process over its life, as Linux tells them."""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression
from threading import Event, Thread


@dataclass(frozen=True)
class Reading:
    """A process at one moment."""

    done: int
    """How much was done by then, by whatever is counted."""
    memory: float
    """Resident, in MB."""
    handles: int
    """Open files, connections and pipes."""


@dataclass
class ProcessWatch:
    """Readings of another process, taken by a thread until that process or the block ends."""

    pid: int
    done: Callable[[], int]
    """Says how much is done; from 0, and never less than before."""
    interval: float = 0.5
    """Seconds between two readings."""
    readings: list[Reading] = field(default_factory=list)
    _over: Event = field(default_factory=Event, init=False)

    def __enter__(self) -> "ProcessWatch":
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def at_work(self, after: int) -> list[Reading]:
        """Readings from when so much was done until all was; what follows is no work but the end of it.

        Raises:
            ValueError: If there are not two that a line can be drawn through.
        """
        last = max((reading.done for reading in self.readings), default=0)
        found = [reading for reading in self.readings if after <= reading.done < last]
        if len({reading.done for reading in found}) < 2:
            raise ValueError(f"{len(found)} readings between {after} and {last} done show no growth; do more of it")
        return found

    def growth(self, what: Callable[[Reading], float], after: int) -> float:
        """By how much it grew for each one done after so many: slope of the line of least squares.

        Raises:
            ValueError: As `at_work` does.
        """
        found = self.at_work(after)
        slope, _ = linear_regression([reading.done for reading in found], [what(reading) for reading in found])
        return slope

    def _watch(self) -> None:
        with suppress(FileNotFoundError, ProcessLookupError):  # the process is gone
            while not self._over.wait(self.interval):
                reading = self._read()
                if not reading.memory:  # it has ended, and nobody has asked how
                    return
                self.readings.append(reading)

    def _read(self) -> Reading:
        folder = Path("/proc", str(self.pid))
        pages = int((folder / "statm").read_text("ascii").split()[1])
        return Reading(self.done(), pages * os.sysconf("SC_PAGE_SIZE") / 1e6, sum(1 for _ in (folder / "fd").iterdir()))


def open_handles() -> Counter[str]:
    """What this process has open: paths of files, and how many of ``socket``, ``pipe`` and the like."""
    kinds: Counter[str] = Counter()
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # that of this listing
            target = str(handle.readlink())
            kinds[target if target.startswith("/") else target.partition(":")[0]] += 1
    return kinds
