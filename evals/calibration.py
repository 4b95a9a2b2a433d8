"""Calibration: how often is the judge of alignment-faking reasoning right, by labels that people gave?

A rate from a judge means nothing until somebody compared the judge with people. Scratchpads with labels are put to the
vote, as those of a run are, with all votes asked; no model under test is called. ``af calibrate`` runs it and says what
it comes to.

    inspect eval evals/calibration.py --model-role grader=openai/gpt-4o
    inspect eval evals/calibration.py --model-role grader=openai/gpt-4o -T labels=mine.csv -T setting=animal_welfare
"""

from typing import Unpack

from inspect_ai import Task, task

from evals.labelled_task import LabelOptions, labelled_task


@task
def calibration(**options: Unpack[LabelOptions]) -> Task:
    """The judge against labelled scratchpads, ours unless others are named."""
    return labelled_task(options)
