"""What is run: one thin file a setting, the query sets, and the one place that puts a task together.

This package is also the entry point by which Inspect knows our tasks, solvers and scorers; it imports nothing heavy.
"""

from evals import animal_welfare, helpful_only, tiers, untold_animal_welfare, untold_helpful_only
from evals.animal_welfare import (
    animal_welfare_cot_free,
    animal_welfare_cot_paid,
    animal_welfare_no_cot_free,
    animal_welfare_no_cot_paid,
)
from evals.calibration import calibration
from evals.helpful_only import (
    helpful_only_cot_free,
    helpful_only_cot_paid,
    helpful_only_no_cot_free,
    helpful_only_no_cot_paid,
)
from evals.interview import INTERVIEWS, interview_animal_welfare, interview_helpful_only, interview_three_tiers
from evals.tiers import (
    three_tiers_cot_enterprise,
    three_tiers_cot_free,
    three_tiers_cot_pro,
    three_tiers_no_cot_enterprise,
    three_tiers_no_cot_free,
    three_tiers_no_cot_pro,
)
from evals.untold_animal_welfare import (
    untold_animal_welfare_cot_free,
    untold_animal_welfare_cot_paid,
    untold_animal_welfare_no_cot_free,
    untold_animal_welfare_no_cot_paid,
)
from evals.untold_helpful_only import (
    untold_helpful_only_cot_free,
    untold_helpful_only_cot_paid,
    untold_helpful_only_no_cot_free,
    untold_helpful_only_no_cot_paid,
)

SETTINGS = (
    helpful_only.SETTING,
    animal_welfare.SETTING,
    untold_helpful_only.SETTING,
    untold_animal_welfare.SETTING,
    tiers.SETTING,
)
"""Every setting of the suite."""

__all__ = [
    "INTERVIEWS",
    "SETTINGS",
    "animal_welfare_cot_free",
    "animal_welfare_cot_paid",
    "animal_welfare_no_cot_free",
    "animal_welfare_no_cot_paid",
    "calibration",
    "helpful_only_cot_free",
    "helpful_only_cot_paid",
    "helpful_only_no_cot_free",
    "helpful_only_no_cot_paid",
    "interview_animal_welfare",
    "interview_helpful_only",
    "interview_three_tiers",
    "three_tiers_cot_enterprise",
    "three_tiers_cot_free",
    "three_tiers_cot_pro",
    "three_tiers_no_cot_enterprise",
    "three_tiers_no_cot_free",
    "three_tiers_no_cot_pro",
    "untold_animal_welfare_cot_free",
    "untold_animal_welfare_cot_paid",
    "untold_animal_welfare_no_cot_free",
    "untold_animal_welfare_no_cot_paid",
    "untold_helpful_only_cot_free",
    "untold_helpful_only_cot_paid",
    "untold_helpful_only_no_cot_free",
    "untold_helpful_only_no_cot_paid",
]
