"""Keeps an eval-set out of a folder where another run is at work, or where it would lose replies."""

import sys
from contextlib import ExitStack
from pathlib import Path

from inspect_ai.hooks import EvalSetEnd, EvalSetStart, Hooks, RunStart, hooks

from evals import SETTINGS
from evals.pair_gate import in_pairs
from study.invalid_input import InvalidInputError


@hooks(name="alignment_faking_folder", description="keeps two runs of this suite out of one folder")
class FolderGuard(Hooks):
    """Has ``inspect eval-set`` hold its folder as ``af run`` does, and look first at what is there.

    Inspect begins an eval-set in any folder: two at work in one ask everything twice, and each takes the logs of the
    other for its own. Silent for other people's tasks and folders, and for remote ones, where nothing can be held
    without work that goes on; of ``af run``, which looks and holds for itself, it is told nothing.
    """

    def __init__(self) -> None:
        """Hold nothing."""
        self._folder: str | None = None
        self._held = ExitStack()

    def enabled(self) -> bool:
        """Outside ``af run`` only."""
        return not in_pairs()

    async def on_eval_set_start(self, data: EvalSetStart) -> None:
        """Before Inspect reads a log: nothing may write to them now."""
        self._held.close()
        self._folder = None if "://" in data.log_dir else data.log_dir
        if self._folder is not None and _ours_are_in(self._folder):
            self._hold()

    async def on_run_start(self, data: RunStart) -> None:
        """Hold a folder to which the first run goes."""
        if self._folder is not None and data.eval_set_id is not None and any(map(_is_ours, data.task_names)):
            self._hold()

    async def on_eval_set_end(self, data: EvalSetEnd) -> None:
        """Give the folder back; what ends otherwise gives it back with its process."""
        self._held.close()
        self._folder = None

    def _hold(self) -> None:
        from cli.folder_check import check_logs  # heavy, in a module that every Inspect process imports
        from cli.folder_lock import alone_in

        assert self._folder is not None
        folder, self._folder = self._folder, None  # a second time in this process it would be refused
        try:
            self._held.enter_context(alone_in(folder))
            check_logs(folder)
        except InvalidInputError as error:
            self._held.close()
            error.show()
            sys.exit(error.exit_code)  # Inspect turns other errors of a hook into warnings


def _ours_are_in(folder: str) -> bool:
    """Whether runs of this suite are or were in a folder: told by names, since a log may be damaged."""
    from inspect_ai.log import list_eval_logs

    from cli.folder_lock import LOCK

    return Path(folder, LOCK).exists() or any(_is_ours(info.task.replace("-", "_")) for info in list_eval_logs(folder))


def _is_ours(task: str) -> bool:
    return task.removeprefix("interview_").startswith(tuple(setting.name for setting in SETTINGS))
