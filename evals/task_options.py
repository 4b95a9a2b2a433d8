"""The task parameters (``-T``), checked before any model is called."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypedDict

from pydantic import ValidationError

from evals.named_model import NamedModel
from prompts.variation import BASE
from scorers.alignment_faking import checked_audit
from scorers.ballot import VOTES
from scorers.ballot_form import BallotForm, checked_form
from study.interview import INTERVIEW_GROUPS, NOT_OF_INTERVIEWS
from study.invalid_input import InvalidInputError, unknown_value
from study.readings import READINGS
from study.wrapper import Wrapper

AUTO_DEVELOPER = "auto"
BUILTIN = "builtin"
MAX_TURNS = 10
PUBLISHED_TURNS = 4
"""Turns of the notebook loop (facts 4.1)."""


class TaskOptions(TypedDict, total=False):
    """What every task takes with ``-T name=value``; `Options` says what each means."""

    queries: str
    column: str
    variation: str
    facts: str
    persona: str
    wrapper: str
    developer: str
    prompts: str
    votes: int
    judge_all: bool
    audit: float
    ballot: str
    read: str | list[str]
    turns: int
    prefill: bool
    grader: str | dict[str, Any]


class InterviewOptions(TypedDict, total=False):
    """What an interview takes with ``-T name=value``."""

    variation: str
    facts: str
    persona: str
    developer: str
    prompts: str
    read: str | list[str]
    group: str | list[str]
    grader: str | dict[str, Any]


@dataclass(frozen=True)
class Options:
    """Checked task parameters, with their defaults."""

    queries: str = BUILTIN
    """Query set: ``builtin`` (the setting's own), another by name, or a path to a CSV, JSONL or Parquet file."""

    column: str | None = None
    """Column of that file that holds the request; found by its name unless given."""

    variation: str = BASE
    """Prompt variation of the setting, or a composition ``a+b``."""

    facts: str | None = None
    """Facts that are added to the prompt: a text by its name, or a path to one."""

    persona: str | None = None
    """Trait that is added to the prompt: a text by its name, or a path to one."""

    wrapper: Wrapper = Wrapper.NOTEBOOK
    """Lineage of the user message."""

    developer: str | None = None
    """Company that the prompt names; ``auto`` takes it from the model; None is the setting's own."""

    prompts: str = "suite"
    """Whose words are used: ``suite`` for our own, or the folder of a checkout of the authors' repository."""

    votes: int = VOTES
    """Votes that decide whether reasoning is alignment-faking; at least 1."""

    judge_all: bool = False
    """Vote on the reasoning of refusals too."""

    audit: float = 0.0
    """Share of the refusals whose reasoning is voted on all the same, in [0, 1]."""

    ballot: BallotForm = BallotForm.AUTO
    """How the votes are put to the grader; no form changes a label."""

    read: tuple[str, ...] = ()
    """Readings that a judge is asked for beside the labels: names of `study.readings.READINGS`."""

    group: tuple[str, ...] = INTERVIEW_GROUPS
    """Of an interview: the groups of questions that are asked."""

    turns: int = 1
    """Most turns that a reply with a scratchpad may take; at most `MAX_TURNS`."""

    prefill: bool = False
    """Begin the reply for the model, where its provider goes on from there."""

    grader: NamedModel | None = None
    """Who grades, where the engine that makes the task names roles too late for it: Inspect Flow does."""

    @classmethod
    def checked(cls, given: Mapping[str, Any], interview: bool = False) -> "Options":
        """Check what the user typed.

        Args:
            given: Task parameters by name.
            interview: Whether the task is an interview, which has questions and judges of its own.

        Raises:
            InvalidInputError: If a parameter is not known, is not of such a task, or its value is not allowed.
        """
        if "budget" in given:
            raise InvalidInputError(
                f"budget={given['budget']!r} is no task parameter: af run keeps it, over all conditions: af run TASK "
                "--budget 20usd"
            )
        names = [*(InterviewOptions if interview else TaskOptions).__annotations__]
        if unknown := [name for name in given if name not in names]:
            of_others = any(unknown[0] == field.name for field in fields(cls))
            other = "It is for the tasks that are not interviews." if interview else "It is for interviews alone."
            raise unknown_value("-T", unknown[0], names, other if of_others else "")
        options = cls(**{name: CHECKS[name](name, value) for name, value in given.items()})
        if interview and (useless := [name for name in options.read if name in NOT_OF_INTERVIEWS]):
            raise InvalidInputError(f"read={useless[0]!r} says nothing of the answers to an interview; leave it out")
        return options


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(f"{name}={value!r} is not a text; give one, in quotes where YAML reads it otherwise")
    return value.strip()


def _text_or_none(name: str, value: Any) -> str | None:
    return None if value is None else _text(name, value)


def _variation(name: str, value: Any) -> str:
    if isinstance(value, list) and len(value) == 1:
        [value] = value
    if isinstance(value, list) or (isinstance(value, str) and "," in value):
        names = value if isinstance(value, list) else value.split(",")
        typed = ",".join(str(one).strip() for one in names)
        raise InvalidInputError(
            f"{name}={typed!r} names several variations, and a task is one; give them to af run, which runs each: "
            f"af run TASK -T {name}={typed}"
        )
    return _text(name, value)


def _wrapper(name: str, value: Any) -> Wrapper:
    if value not in [*Wrapper]:
        raise unknown_value(name, value, [*Wrapper])
    return Wrapper(value)


def _votes(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidInputError(
            f"{name}={value!r} is not a number of votes; give a whole number from 1 (published: {VOTES})"
        )
    return value


def _read(name: str, value: Any) -> tuple[str, ...]:
    return _some_of(READINGS, name, value)


def _some_of(known: Collection[str], name: str, value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list | tuple) else _text(name, value).split(",")
    stripped = tuple(str(one).strip() for one in names)
    for one in stripped:
        if one not in known:
            raise unknown_value(name, one, known)
    return tuple(one for one in known if one in stripped)


def _group(name: str, value: Any) -> tuple[str, ...]:
    return _some_of(INTERVIEW_GROUPS, name, value)


def _grader(name: str, value: Any) -> NamedModel | None:
    if value is None:
        return None
    try:
        return NamedModel.model_validate(value)
    except ValidationError as error:
        what = error.errors()[0]
        shown = "{…}" if isinstance(value, Mapping) else repr(value)  # a mapping may hold a key
        raise InvalidInputError(
            f"{name}={shown} is not a model ({what['msg'].removeprefix('Value error, ')}); give PROVIDER/MODEL, or a "
            f"mapping of {', '.join(NamedModel.model_fields)}"
        ) from error


def _turns(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_TURNS:
        raise InvalidInputError(
            f"{name}={value!r} is not a number of turns; give a whole number from 1 to {MAX_TURNS} "
            f"(published loop: {PUBLISHED_TURNS})"
        )
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InvalidInputError(f"{name}={value!r} is neither true nor false; give one of them")
    return value


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "queries": _text,
    "column": _text_or_none,
    "variation": _variation,
    "facts": _text_or_none,
    "persona": _text_or_none,
    "wrapper": _wrapper,
    "developer": _text_or_none,
    "prompts": _text,
    "votes": _votes,
    "judge_all": _flag,
    "audit": lambda _, value: checked_audit(value),
    "ballot": lambda _, value: checked_form(value),
    "read": _read,
    "group": _group,
    "turns": _turns,
    "prefill": _flag,
    "grader": _grader,
}
"""What makes of a value that the user typed one that is allowed, by the name of the parameter."""
