"""Entry point: makes the tasks, solvers and scorers known to Inspect by name. Imports nothing heavy."""

from evals import helpful_only
from evals.user_directory import USER_DIRECTORY
from scorers import alignment_faking, judged_compliance, prefix_compliance
from solvers import put_query

SETTINGS = (helpful_only.SETTING,)
"""Every setting of the suite."""

__all__ = [
    "SETTINGS",
    "USER_DIRECTORY",
    "alignment_faking",
    "helpful_only",
    "judged_compliance",
    "prefix_compliance",
    "put_query",
]
