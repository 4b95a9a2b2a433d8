"""What is run: one thin file a setting, the query sets, and the one place that puts a task together.

This package is also the entry point by which Inspect knows our tasks, solvers and scorers; it imports nothing heavy.
"""

from evals import helpful_only
from evals.helpful_only import (
    helpful_only_cot_free,
    helpful_only_cot_paid,
    helpful_only_no_cot_free,
    helpful_only_no_cot_paid,
)

SETTINGS = (helpful_only.SETTING,)
"""Every setting of the suite."""

__all__ = [
    "SETTINGS",
    "helpful_only_cot_free",
    "helpful_only_cot_paid",
    "helpful_only_no_cot_free",
    "helpful_only_no_cot_paid",
]
