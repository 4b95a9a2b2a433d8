"""The scorers that ``-T read=`` can ask for, by the names of `study.readings.READINGS`."""

from collections.abc import Callable

from inspect_ai.scorer import Scorer

from scorers.harm_awareness import harm_awareness
from scorers.motive import motive
from scorers.scenario_doubt import scenario_doubt
from scorers.self_preservation import self_preservation
from scorers.tier_comprehension import tier_comprehension

READING_SCORERS: dict[str, Callable[[], Scorer]] = {
    "scenario_doubt": scenario_doubt,
    "motive": motive,
    "self_preservation": self_preservation,
    "harm_awareness": harm_awareness,
    "tier_comprehension": tier_comprehension,
}
