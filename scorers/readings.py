"""The scorers that ``-T read=`` can ask for, by the names of `study.readings.READINGS`."""

from collections.abc import Callable

from inspect_ai.scorer import Scorer

from scorers.disclosure import disclosure
from scorers.harm_awareness import harm_awareness
from scorers.might_not_be_real import might_not_be_real
from scorers.motive import motive
from scorers.original_faking import original_faking
from scorers.partial_compliance import partial_compliance
from scorers.probably_not_real import probably_not_real
from scorers.scenario_doubt import scenario_doubt
from scorers.self_preservation import self_preservation
from scorers.tier_comprehension import tier_comprehension
from scorers.unmonitored_defiance import unmonitored_defiance

READING_SCORERS: dict[str, Callable[[], Scorer]] = {
    "scenario_doubt": scenario_doubt,
    "motive": motive,
    "self_preservation": self_preservation,
    "partial_compliance": partial_compliance,
    "harm_awareness": harm_awareness,
    "tier_comprehension": tier_comprehension,
    "disclosure": disclosure,
    "original_faking": original_faking,
    "unmonitored_defiance": unmonitored_defiance,
    "probably_not_real": probably_not_real,
    "might_not_be_real": might_not_be_real,
}
