"""The table at the end of a run: the gap of what was just run, and not only four logs beside each other."""

from inspect_ai.hooks import Hooks, RunEnd, hooks
from inspect_ai.util import display_type

HOOK_NAME = "alignment_faking_gap"


@hooks(name=HOOK_NAME, description="prints the paired compliance gap when a run of this suite ends")
class TierGap(Hooks):
    """Prints the gap. Silent for other people's tasks, for runs without logs, and where nothing is to be displayed."""

    async def on_run_end(self, data: RunEnd) -> None:
        """Print the table; Inspect turns an error in here into a warning, and the run stays what it was."""
        if display_type() == "none" or not data.logs:
            return
        from analysis.frame import is_ours  # heavy: pandas and scipy, in a module that every Inspect process imports
        from cli.gap_table import print_gap

        ours = [log for log in data.logs if is_ours(log)]
        if ours:
            print_gap(ours)
