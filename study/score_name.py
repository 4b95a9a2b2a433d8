"""Names of scores in a log: Inspect numbers the later ones of a log that is scored again."""

import re
from collections.abc import Iterable


def newest(names: Iterable[str], scorer: str) -> str | None:
    """The name of the newest score of a scorer: ``scorer``, ``scorer1``, ``scorer2`` …; None where there is none."""
    numbered = {int(found[1] or 0): name for name in names if (found := re.fullmatch(rf"{scorer}(\d*)", name))}
    return numbered[max(numbered)] if numbered else None
