"""The table at the end of a run: the gap of what was just run, and not only four logs beside each other."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from inspect_ai.hooks import Hooks, RunEnd, hooks
from inspect_ai.util import display_type

from evals.pair_gate import in_pairs

HOOK_NAME = "alignment_faking_gap"

_untold = ContextVar("_untold", default=False)


@contextmanager
def gap_untold() -> Iterator[None]:
    """No table for the runs inside, whose gaps are told otherwise."""
    token = _untold.set(True)
    try:
        yield
    finally:
        _untold.reset(token)


@hooks(name=HOOK_NAME, description="prints the paired compliance gap when a run of this suite ends")
class TierGap(Hooks):
    """Prints the gap.

    Silent for other people's tasks, for runs without logs, where nothing is to be displayed, under ``af run``, which
    prints the gap of all that it has done so far, and under ``af check``.
    """

    async def on_run_end(self, data: RunEnd) -> None:
        """Print the table; Inspect turns an error in here into a warning, and the run stays what it was."""
        if display_type() == "none" or not data.logs or in_pairs() or _untold.get():
            return
        from analysis.log_file import is_ours  # heavy: pandas and scipy, in a module that every Inspect process imports
        from cli.gap_table import GapTable

        ours = [log for log in data.logs if is_ours(log)]
        if not ours:
            return
        table = GapTable(ours)
        if display_type() == "full":
            # The full-screen display is still up, and prints its own summary after what is printed now.
            atexit.register(table.print)
        else:
            table.print()
