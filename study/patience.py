"""How long a call to a model is waited for unless the user says otherwise: Inspect by itself asks again for ever."""

from typing import Protocol, TypedDict

MAX_RETRIES = 7
"""Times that a call is tried again. Inspect waits 3 seconds before the first, then twice as long each time, and up to 3
more: 6.4 to 6.7 minutes in all, so that a run sits out an outage that is no longer."""

TIMEOUT = 1800
"""Seconds from the first attempt after which none is begun. It cuts off no attempt."""

ATTEMPT_TIMEOUT = 600
"""Seconds of one attempt: as long as the clients of OpenAI and Anthropic wait for the next byte. A call that waits for
a batch has no such limit, since a batch may take a day."""


class Patience(TypedDict, total=False):
    """The part of Inspect's `GenerateConfig` that bounds how often a call is tried again."""

    max_retries: int
    timeout: int


PATIENCE: Patience = {"max_retries": MAX_RETRIES, "timeout": TIMEOUT}

BATCH_PATIENCE: Patience = {"max_retries": 20, "timeout": 7 * 24 * 3600}
"""Of a grader whose calls wait for batches: with what it takes over from the run, none would be tried again, since each
attempt takes longer."""


class Limits(Protocol):
    """What Inspect's `GenerateConfig` says of limits; None where it leaves them open."""

    @property
    def max_retries(self) -> int | None:
        """Times that a call is tried again."""

    @property
    def timeout(self) -> int | None:
        """Seconds from the first attempt after which none is begun."""

    @property
    def batch(self) -> object:
        """Whether calls wait for batches; false or None if not."""


def patience(own: Limits | None) -> Patience:
    """The limits of a model under test that nobody set.

    Args:
        own: The model's own settings; None where they are not known.

    Returns:
        Those to set on the task, where they would win over the model's own: none where calls wait for batches, which
        Inspect asks after for as long as they take.
    """
    if own is not None and own.batch:
        return {}
    limits: Patience = {}
    if own is None or own.max_retries is None:
        limits["max_retries"] = MAX_RETRIES
    if own is None or own.timeout is None:
        limits["timeout"] = TIMEOUT
    return limits
