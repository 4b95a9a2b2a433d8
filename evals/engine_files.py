"""A sweep as the engines that run it read it: Inspect Flow on one machine, Hawk beyond it."""

from collections.abc import Sequence
from typing import Any

from inspect_ai.util import registry_info

import evals
from evals.named_model import NamedModel
from evals.sweep import Experiment
from scorers.judge import GRADER_ROLE
from study.model_name import CONTROL_PROVIDER, is_control


def flow_spec(experiments: Sequence[Experiment], log_dir: str) -> dict[str, Any]:
    """What ``flow run`` reads; Flow keeps its logs in one folder, and finds them there when it is run again.

    The grader is a task parameter: Flow makes a task before it names the roles.

    Args:
        experiments: Of one sweep.
        log_dir: Where the logs go: a folder, or what `fsspec` opens.
    """
    first = experiments[0]
    return {
        "log_dir": log_dir,
        "store": None,  # Flow's index of logs, in the user's data folder
        "options": {
            **({"limit": first.limit} if first.limit else {}),
            "retry_attempts": 0,  # typed again it asks what failed, when the user has seen why
            "retry_on_error": 0,
        },
        "tasks": [
            {
                "name": _registered(f"{one.setting.name}_{condition.name}"),
                "args": args | ({"grader": _shortest(one.grader)} if one.grader else {}),
                "model": _flow_model(one),
                **({"epochs": one.epochs} if one.epochs else {}),
            }
            for one in experiments
            for condition, args in one.tasks
        ],
    }


def hawk_eval_sets(experiments: Sequence[Experiment], name: str, package: str) -> dict[str, dict[str, Any]]:
    """What ``hawk eval-set`` and ``hawk local eval-set`` read: a set for each grader, since a set has one.

    Args:
        experiments: Of one sweep: all combinations of their models and tasks.
        name: Name of the sets.
        package: This suite as pip installs it: ``git+https://…@SHA``, or ``alignment-faking-evals @ file:///…``.

    Returns:
        The sets by what tells their graders apart; under an empty name where there is but one.
    """
    graders = list({repr(one.grader): one.grader for one in experiments}.values())
    short = [grader.name.rsplit("/", 1)[-1] if grader else "" for grader in graders]
    names = [f"{one}-{place}" if short.count(one) > 1 else one for place, one in enumerate(short)]
    return {
        (key if len(graders) > 1 else ""): _hawk_eval_set(
            [one for one in experiments if one.grader == grader], f"{name}-{key}" if len(graders) > 1 else name, package
        )
        for key, grader in zip(names, graders, strict=True)
    }


def _hawk_eval_set(experiments: Sequence[Experiment], name: str, package: str) -> dict[str, Any]:
    first = experiments[0]
    models = list({repr(one.model): one.model for one in experiments}.values())
    return {
        "name": name,
        "tasks": [
            {
                "package": package,
                "name": "evals",
                "items": [
                    {"name": f"{one.setting.name}_{condition.name}", "args": args}
                    for one in experiments
                    if one.model == first.model
                    for condition, args in one.tasks
                ],
            }
        ],
        "models": [_hawk_model(model, package) for model in models],
        **({"model_roles": {GRADER_ROLE: _hawk_model(first.grader, package)}} if first.grader else {}),
        **({"limit": first.limit} if first.limit else {}),
        **({"epochs": first.epochs} if first.epochs else {}),
    }


def _hawk_model(named: NamedModel, package: str) -> dict[str, Any]:
    given = named.model_dump(exclude_defaults=True, exclude={"name", "args"}) | named.args
    args = {"args": given} if given else {}
    if is_control(named.name):
        name = named.name.partition("/")[2]
        return {"package": package, "name": CONTROL_PROVIDER, "items": [{"name": name, **args}]}
    return {"package": "inspect-ai", "items": [{"name": named.name, **args}]}


def _registered(task: str) -> str:
    """The name by which Inspect finds the task, which depends on how the suite is installed."""
    return str(registry_info(getattr(evals, task)).name)


def _shortest(named: NamedModel) -> str | dict[str, Any]:
    given = named.model_dump(exclude_defaults=True)
    return named.name if len(given) == 1 else given


def _flow_model(one: Experiment) -> dict[str, Any]:
    given = one.model.model_dump(exclude_defaults=True) | {
        "config": {"max_connections": one.connections, **one.model.config}
    }
    return {"model_args" if key == "args" else key: value for key, value in given.items()}
