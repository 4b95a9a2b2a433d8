"""What keeps failing while a run is under way, said once; the table at its end counts it.

Inspect warns of each reply that fails, in five lines of a narrow terminal: with a wrong key and 400 queries in four
conditions that is 8,000 lines. Of a server that does not answer it says nothing while it asks again.
"""

import logging
import re

from inspect_ai.hooks import Hooks, ModelRetry, RunEnd, RunStart, TaskStart, hooks

from study.breaker import is_given_up
from study.endpoint_error import is_endpoint_error, is_not_asked, kind_of_failure
from study.visible import visible

UNANSWERED = 3
"""Attempts in a row without an answer before the user is told: one or two may be a hiccup."""

_LOGGER = logging.getLogger(__name__)
_INSPECT = logging.getLogger("inspect_ai")
_SAMPLE_ERROR = re.compile(r"Sample error \(id: .*?, epoch: \d+\): (?P<error>.*)\)", re.DOTALL)


class OncePerFailure(logging.Filter):
    """Lets the first warning of each kind of endpoint error pass, and all else; of neither what a terminal obeys."""

    def __init__(self) -> None:
        """Start with nothing shown."""
        super().__init__()
        self._shown: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to show a record; the first of a kind says that it stands for more."""
        message = record.getMessage()
        if (shown := visible(message)) != message:  # an error may quote what a model or an endpoint sent
            record.msg, record.args = shown, None
        found = _SAMPLE_ERROR.search(shown)
        if found is None or not is_endpoint_error(found["error"]):
            return True
        if is_not_asked(found["error"]):  # it was said when the model was taken for dead
            return False
        if (kind := kind_of_failure(found["error"])) in self._shown:
            return False
        self._shown.add(kind)
        record.msg = f"{found['error']}. More that fail like this are counted when the run ends."
        record.args = None
        return True


@hooks(name="alignment_faking_failures", description="says once what keeps failing in a run of this suite")
class FailureNotice(Hooks):
    """Quietens what Inspect repeats, and says what it does not. Silent for other people's tasks."""

    def __init__(self) -> None:
        """Start with nothing said."""
        self._filter = OncePerFailure()
        self._ours: set[str] = set()
        self._unanswered: set[str] = set()

    async def on_run_start(self, data: RunStart) -> None:
        """Begin anew with every run."""
        self._remove()
        self._filter = OncePerFailure()
        self._ours.clear()
        self._unanswered.clear()
        for handler in _INSPECT.handlers:
            handler.addFilter(self._filter)

    async def on_run_end(self, data: RunEnd) -> None:
        """Leave the handlers as they were."""
        self._remove()

    async def on_task_start(self, data: TaskStart) -> None:
        """Remember which tasks are of this suite."""
        if "query_set_sha256" in (data.spec.metadata or {}):
            self._ours.add(data.eval_id)

    async def on_model_retry(self, data: ModelRetry) -> None:
        """Say that nobody answers, once a model."""
        answered = data.status_code is not None
        if answered or data.attempt < UNANSWERED or data.eval_id not in self._ours or is_given_up():
            return
        if data.model_name not in self._unanswered:
            self._unanswered.add(data.model_name)
            _LOGGER.warning(
                "%s: no answer in %d attempts. Inspect asks again, ever more slowly, until one comes or --max-retries "
                "are spent. Check the network, the base URL, and that the server runs.",
                data.model_name,
                data.attempt,
            )

    def _remove(self) -> None:
        for handler in _INSPECT.handlers:
            handler.removeFilter(self._filter)
