"""A sweep: models × settings × variations × graders, named in one file, and the experiments that it comes to."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import yaml
from inspect_ai.model import Model
from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from evals import SETTINGS
from evals.condition_task import Setting, condition_task
from evals.models import Models, models_with
from evals.named_model import NamedModel
from evals.pair_gate import CONNECTIONS
from evals.task_options import Options, TaskOptions
from prompts.template import digest
from prompts.variation import BASE, find_variation
from scorers.judge import control_mismatch
from study.bounded_file import TEXT, read_bounded
from study.condition import Condition
from study.invalid_input import InvalidInputError, unknown_value

_SETTINGS = {setting.name: setting for setting in SETTINGS}

_ELSEWHERE = {"variation": "variations", "grader": "graders"}
"""Task parameters that a sweep has a key of its own for."""


def _checked_args(args: dict[str, Any]) -> dict[str, Any]:
    for name in args:
        if name in _ELSEWHERE:
            raise InvalidInputError(f"{name} is no argument here; list it under {_ELSEWHERE[name]!r}")
        if name not in TaskOptions.__annotations__:
            raise unknown_value("task_args", name, TaskOptions.__annotations__.keys() - _ELSEWHERE.keys())
    Options.checked(args)
    return args


class SweptSetting(BaseModel, frozen=True, extra="forbid"):
    """A setting: its name, or a mapping with the name and what is its own."""

    name: str
    task_args: dict[str, Any] = Field(default_factory=dict)
    """Task parameters (``-T``), which go before those of the sweep."""
    variations: list[str] | None = Field(None, min_length=1)
    """In place of those of the sweep."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_name(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given

    @field_validator("name")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in _SETTINGS:
            raise unknown_value("setting", name, _SETTINGS)
        return name

    _checked = field_validator("task_args")(_checked_args)


class Sweep(BaseModel, frozen=True, extra="forbid"):
    """What a file of ``sweeps/`` says. Each model is run in each setting and variation, and graded by each grader."""

    models: list[NamedModel] = Field(min_length=1)
    settings: list[SweptSetting] = Field(min_length=1)
    variations: list[str] = Field([BASE], min_length=1)
    graders: list[NamedModel] | None = Field(None, min_length=1)
    """None for the control grader of control models, and for nobody of others."""
    task_args: dict[str, Any] = Field(default_factory=dict)
    """Task parameters (``-T``) of every setting."""
    limit: int | None = Field(None, ge=1, strict=True)
    """Queries that are asked in each condition; None for all."""
    epochs: int | None = Field(None, ge=1, strict=True)
    """Times that each is asked; None for once."""

    _checked = field_validator("task_args")(_checked_args)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a file, and check all that can be checked without making a model.

        Raises:
            InvalidInputError: If it cannot be read, or says what cannot be; the message names file, line and key.
        """
        try:
            text = read_bounded(file, TEXT).decode("utf-8")
            node = yaml.compose(text, yaml.SafeLoader)
            _refuse_what_grows(node, file)
            given = yaml.safe_load(text)
        except OSError as error:
            raise InvalidInputError(
                f"{file} cannot be read ({error.strerror}); give a sweep, a file of YAML"
            ) from error
        except UnicodeDecodeError as error:
            raise InvalidInputError(f"{file} is no text in UTF-8; give a sweep, a file of YAML") from error
        except yaml.YAMLError as error:
            raise InvalidInputError(f"{file} is no YAML: {' '.join(str(error).split())}") from error
        except RecursionError as error:
            raise InvalidInputError(f"{file} is nested too deeply; {_REMEDY}") from error
        except InvalidInputError:
            raise
        except ValueError as error:  # a number of thousands of digits, or a day that no calendar has
            raise InvalidInputError(f"{file} has a value that cannot be read ({error}); {_REMEDY}") from error
        if not isinstance(given, dict):
            raise InvalidInputError(f"{file} is no mapping; it needs the keys models and settings")
        if twice := _twice(node):
            raise InvalidInputError(f"{file}, line {twice.start_mark.line + 1}: {twice.value} is there twice")
        try:
            sweep = cls.model_validate(given)
            sweep.experiments()
        except ValidationError as error:
            raise InvalidInputError(_explained(error, file, node)) from error
        except InvalidInputError as error:
            raise InvalidInputError(f"{file}: {error.message}") from error
        return sweep

    def experiments(self) -> "list[Experiment]":
        """Every model in every setting, graded by every grader.

        Raises:
            InvalidInputError: If a setting has no such variation, a control is to grade a real model, or two of them
                are one.
        """
        found = [
            Experiment(
                model,
                _SETTINGS[swept.name],
                tuple(find_variation(swept.name, name).name for name in swept.variations or self.variations),
                grader,
                self.task_args | swept.task_args,
                self.limit,
                self.epochs,
            )
            for model in self.models
            for swept in self.settings
            for grader in self.graders or (None,)
        ]
        for one in found:
            if len(set(one.variations)) < len(one.variations):
                raise InvalidInputError(f"{one.setting.name} has a variation twice; name it once")
            if one.grader and (mismatch := control_mismatch(one.grader.name, one.model.name)):
                raise InvalidInputError(mismatch)
        folders = [one.folder for one in found]
        if twice := [folder for folder in folders if folders.count(folder) > 1]:
            raise InvalidInputError(f"the experiment {twice[0]} is there twice; name each combination once")
        return found


@dataclass(frozen=True)
class Experiment:
    """One model in one setting, graded by one grader: what a process works on, in a folder of logs of its own."""

    model: NamedModel
    setting: Setting
    variations: tuple[str, ...]
    grader: NamedModel | None
    task_args: Mapping[str, Any]
    limit: int | None = None
    epochs: int | None = None

    @property
    def folder(self) -> str:
        """Name of its folder: the same whatever else the sweep names, how much is asked, and in how many processes."""
        names = [self.model.name, *([self.grader.name] if self.grader else [])]
        words = [self.setting.name, *(name.rsplit("/", 1)[-1] for name in names)]
        model = self.model.model_dump(exclude_defaults=True, exclude={"config": {"max_connections"}})
        made_of = [
            {key: value for key, value in model.items() if value},
            self.setting.name,
            self.grader.model_dump(exclude_defaults=True) if self.grader else None,
            dict(self.task_args),
        ]
        readable = re.sub(r"[^\w.]+", "-", "-".join(words)).strip("-.")[:80]
        return f"{readable}-{digest(json.dumps(made_of, sort_keys=True, default=str))[:8]}"

    @property
    def connections(self) -> int:
        """Requests to the model under test at a time."""
        return int(self.model.config.get("max_connections", CONNECTIONS))

    @property
    def tasks(self) -> Iterator[tuple[Condition, dict[str, Any]]]:
        """Condition and task parameters of each task; without the grader."""
        for variation in self.variations:
            for condition in self.setting.conditions:
                yield condition, {**self.task_args, "variation": variation}


@dataclass(frozen=True)
class Planned:
    """An experiment that can be run, and how much it is."""

    experiment: Experiment
    tasks: int
    replies: int
    """At most: less where a budget or a failure stops it."""


def plan(experiments: Sequence[Experiment], with_keys: bool = True) -> list[Planned]:
    """Make tasks of each experiment, as a run does, so that what a run would be refused for is refused here.

    Each model with its grader is tried in each setting, and each variation with one model.

    Args:
        experiments: What is to be run.
        with_keys: Whether the models' keys must be there; they need not where the run is elsewhere.

    Raises:
        InvalidInputError: If a model, a grader, a parameter or a query set cannot be right. No model is called.
    """
    tried: set[tuple[str, str]] = set()
    planned = []
    for one in experiments:
        subject = _made(one.model, with_keys)
        judge = _made(one.grader, with_keys) if one.grader else None
        queries = 0
        for condition, args in one.tasks:
            if queries and (one.setting.name, args["variation"]) in tried:
                continue
            options = Options.checked(args)
            queries = len(condition_task(one.setting, condition, args, _models(one, options, subject, judge)).dataset)
        tried |= {(one.setting.name, variation) for variation in one.variations}
        tasks = sum(1 for _ in one.tasks)
        planned.append(Planned(one, tasks, min(queries, one.limit or queries) * (one.epochs or 1) * tasks))
    return planned


def _models(one: Experiment, options: Options, subject: Model | None, judge: Model | None) -> Models:
    if subject is None or (one.grader and judge is None):
        judge_to_come = one.grader.name if one.grader else None
        return Models(None, one.model.name, None, judged=one.grader is not None, grader_to_come=judge_to_come)
    return models_with(None, one.model.name, subject, replace(options, grader=one.grader), one.setting.name, False)


def _made(named: NamedModel, with_keys: bool) -> Model | None:
    """None where its key is not here, and need not be."""
    try:
        return named.model()
    except InvalidInputError:
        raise
    except TypeError as error:
        raise InvalidInputError(f"the model {named.name} does not take args={named.args}: {error}") from error
    except Exception as error:
        if type(error).__name__ != "PrerequisiteError":
            raise
        if not with_keys:
            return None
        said = re.sub(r"\[/?[a-z ]+\]", "", " ".join(str(error).split())).removeprefix("ERROR: ")
        raise InvalidInputError(f"the model {named.name} cannot be asked: {said}") from error


# --- What is wrong with a file


_MOST_NODES = 10_000
"""Values of a file, aliases written out."""

_REMEDY = "write it as those in sweeps/ are"


def _refuse_what_grows(node: yaml.Node | None, file: Path) -> None:
    """Refuse aliases that stand for themselves, or that a few lines of make a number without end.

    Raises:
        InvalidInputError: If there are any.
        RecursionError: If values are nested too deeply.
    """
    sizes: dict[int, float] = {}

    def size(one: yaml.Node) -> float:
        if id(one) not in sizes:
            sizes[id(one)] = float("inf")  # until it is known: what holds itself is endless
            sizes[id(one)] = 1 + sum(map(size, _inside(one)))
        return sizes[id(one)]

    if node is not None and size(node) > _MOST_NODES:
        raise InvalidInputError(f"{file} has more than {_MOST_NODES:,} values, with its aliases written out; {_REMEDY}")


def _inside(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [one for pair in node.value for one in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


_TABLES: Mapping[str, type[BaseModel]] = {"models": NamedModel, "graders": NamedModel, "settings": SweptSetting}


def _explained(error: ValidationError, file: Path, node: yaml.Node) -> str:
    what = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")  # a typo leaves a key missing, too
    path = what["loc"]
    where = f"{file}, line {_line(node, path)}"
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    if what["type"] == "extra_forbidden":
        known = (_TABLES[str(path[0])] if len(path) > 1 else Sweep).model_fields
        return f"{where}: {unknown_value('key', path[-1], known).message}"
    if what["type"] == "missing":
        return f"{where}: the key {key} is missing"
    said = what["msg"].removeprefix("Value error, ").split("\n")[0]
    return f"{where}: {key}: {said[0].lower()}{said[1:]}"


def _line(node: yaml.Node, path: Sequence[int | str]) -> int:
    """The line of the innermost part of a path that the file has, from 1."""
    line = node.start_mark.line
    for part in path:
        if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            if not found:
                break
            line, node = found[0][0].start_mark.line, found[0][1]
    return int(line) + 1


def _twice(node: yaml.Node) -> yaml.ScalarNode | None:
    """A key that its mapping has twice: YAML takes the last, and says nothing."""
    if isinstance(node, yaml.SequenceNode):
        return next(filter(None, map(_twice, node.value)), None)
    if not isinstance(node, yaml.MappingNode):
        return None
    keys = [key.value for key, _ in node.value]
    own = next((key for i, (key, _) in enumerate(node.value) if key.value in keys[:i]), None)
    return own or next(filter(None, (_twice(value) for _, value in node.value)), None)
