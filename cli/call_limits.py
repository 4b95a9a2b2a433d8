"""What the limits of a call and the circuit breaker must know of it, and only Inspect's hooks tell."""

from inspect_ai.hooks import BeforeModelGenerate, Hooks, ModelCacheUsageData, ModelRetry, RunEnd, RunStart, hooks

from study.breaker import answer_was_kept, attempt_begins, attempt_failed, begin_run, end_run, in_call
from study.patience import ATTEMPT_TIMEOUT


@hooks(name="alignment_faking_call_limits", description="bounds the calls of this suite, and tells its circuit breaker")
class CallLimits(Hooks):
    """Sets what nobody set, and passes on what happens to a call. Leaves calls of other people's tasks alone."""

    async def on_run_start(self, data: RunStart) -> None:
        """Begin anew with every run."""
        begin_run()

    async def on_run_end(self, data: RunEnd) -> None:
        """Leave nothing to what is scored in this process later."""
        end_run()

    async def on_before_model_generate(self, data: BeforeModelGenerate) -> None:
        """Bound the attempt, unless somebody did, or it waits for a batch: only here is it known how it is made."""
        if in_call() and data.config.attempt_timeout is None and not data.config.batch:
            data.config.attempt_timeout = ATTEMPT_TIMEOUT
        attempt_begins(data.config.max_retries)

    async def on_model_retry(self, data: ModelRetry) -> None:
        """Note an attempt that came to nothing."""
        attempt_failed(data.status_code, data.exception_type)

    async def on_model_cache_usage(self, data: ModelCacheUsageData) -> None:
        """Note that nobody was asked."""
        answer_was_kept()
