"""The scorers that ``-T read=`` can ask for, by the names of `study.readings.READINGS`."""

from collections.abc import Callable

from inspect_ai.scorer import Scorer

from scorers.motive import motive
from scorers.scenario_doubt import scenario_doubt

READING_SCORERS: dict[str, Callable[[], Scorer]] = {
    "scenario_doubt": scenario_doubt,
    "motive": motive,
}
