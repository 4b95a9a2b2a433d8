"""Entry point: makes ``--model control/…`` known to Inspect. Imports nothing heavy."""

from inspect_ai.model import ModelAPI, modelapi

from study.model_name import CONTROL_PROVIDER


@modelapi(name=CONTROL_PROVIDER)
def control() -> type[ModelAPI]:
    """Provider of the control subjects and the control grader."""
    from controls.provider import ControlAPI

    return ControlAPI
