"""What a run will ask and what that costs, from what was typed, before any call."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import yaml

from cli.prior import Prior, prior
from cli.unknown_provider import check_provider
from evals import INTERVIEWS, SETTINGS
from evals.condition_task import Setting
from evals.expected_calls import Assumed, Selection, task_calls
from evals.interview import CONDITION
from evals.models import DEFAULT_GRADER, DEFAULT_SUBJECT, Models, check_one_grader
from evals.seeded_dataset import SEED
from evals.task_options import Options
from scorers.ballot_form import check_choices
from scorers.judge import GRADER_ROLE, control_mismatch
from study.condition import Condition
from study.expected_calls import ExpectedCalls, Range, Total
from study.invalid_input import InvalidInputError
from study.model_name import is_control
from study.prefill import refuse_unless_prefilled
from study.price import Price, given_price, known_price

ROLES = ("subject", "grader")

NOT_READ = ("--sample-id", "--task-config", "--generate-config", "--model-config", "--run-config")
"""Options of a run that could change what it asks, and are not read here."""


@dataclass(frozen=True)
class ExpectedRun:
    """What one model is asked in one variation of the tasks."""

    model: str
    grader: str | None
    variation: str | None
    calls: list[ExpectedCalls]
    prices: dict[str, Price | None]
    priors: list[Prior]
    """Of the conditions that ask for a scratchpad, whose votes cost most."""
    pilot: int = 0
    """Queries of the pilot that it is made with."""


@dataclass(frozen=True)
class RunPlan:
    """A run as a user typed it."""

    tasks: list[tuple[Setting, Condition]]
    models: list[str]
    grader: str | None
    variations: list[tuple[str | None, dict[str, Any]]]
    """Task parameters, once for each variation of a list."""
    selection: Selection
    assumed: Assumed
    compliance: float | None
    """Share of replies that the user expects to comply."""
    price: Price | None
    """Of the model under test, as the user gives it."""
    grader_price: Price | None

    @classmethod
    def read(
        cls,
        arguments: Sequence[str],
        given: Mapping[str, Any],
        reply_tokens: int | None = None,
        compliance: float | None = None,
    ) -> "RunPlan":
        """Read what was typed, and refuse what a run would refuse.

        Args:
            arguments: Task files and folders, and options of Inspect's.
            given: The options that ``af run`` has itself, by name.
            reply_tokens: Tokens that the user expects of a reply.
            compliance: Share of replies that the user expects to comply.

        Raises:
            InvalidInputError: If an option is not read here, something is not known, or cannot be right.
            click.UsageError: If Inspect does not know an option, or its value is not of its kind.
        """
        for argument in arguments:
            if (option := argument.partition("=")[0]) in NOT_READ:
                raise InvalidInputError(f"{option} is not read by af estimate; leave it out")
        check_one_grader(given["model_role"])
        typed = _typed(arguments)
        models = given["model"] or os.environ.get("INSPECT_EVAL_MODEL") or DEFAULT_SUBJECT
        plan = cls(
            tasks=_tasks(arguments),
            models=[name.strip() for name in models.split(",")],
            grader=_grader(given["model_role"]),
            variations=_variations(given["task_args"]),
            selection=_selection(typed["limit"], typed["epochs"], given["sample_shuffle"]),
            assumed=Assumed(
                reply_tokens,
                None,
                _whole("--max-tokens", given["max_tokens"]) if given["max_tokens"] else Assumed.max_tokens,
                _pairs("-M", given["model_args"]),
            ),
            compliance=compliance,
            price=given_price("--price", given["price"]) if given["price"] is not None else None,
            grader_price=(
                given_price("--grader-price", given["grader_price"]) if given["grader_price"] is not None else None
            ),
        )
        for name in (*plan.models, *([plan.grader] if plan.grader else [])):
            check_provider(name)
        return plan

    def runs(self) -> list[ExpectedRun]:
        """What each model is asked in each variation.

        Raises:
            InvalidInputError: If a run of it would be refused.
        """
        return [self.run(name, variation) for name in self.models for variation, _ in self.variations]

    def run(self, model: str, variation: str | None) -> ExpectedRun:
        """One of them.

        Raises:
            InvalidInputError: As `runs` does.
        """
        [given] = [given for name, given in self.variations if name == variation]
        judge = self.grader or (DEFAULT_GRADER if is_control(model) else None)
        calls, priors = [], []
        for setting, condition in self.tasks:
            options = Options.checked(given, setting.interview)
            models = _named(model, judge, options)
            known = prior(model, setting, condition, options, self.compliance)
            assumed = replace(self.assumed, compliance=known.complies)
            calls += task_calls(setting, condition, given, models, self.selection, assumed)
            if condition.cot and not setting.interview:
                priors.append(known)
        prices = {
            "subject": self.price or known_price(model),
            "grader": self.grader_price or (known_price(judge) if judge else None),
        }
        return ExpectedRun(model, judge, variation, calls, prices, priors)


def recorded(runs: Sequence[ExpectedRun]) -> str:
    """What the logs of a run keep, as JSON: by model and task its replies, and by role low, likely, high of each sum.

    With them stand the dollars of a million tokens in, out and read from a cache, where they are known.
    """
    return json.dumps({run.model: _by_task(run) for run in runs}, separators=(",", ":"))


def _by_task(run: ExpectedRun) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for task in dict.fromkeys(row.condition for row in run.calls):
        rows = [row for row in run.calls if row.condition == task]
        found[task] = {"replies": rows[0].replies}
        for role in ROLES:
            if of := [row for row in rows if row.role == role]:
                total = vars(Total.of(of, run.prices))
                price = run.prices[role]
                found[task][role] = {name: _ends(one) for name, one in total.items() if one is not None} | (
                    {"price": [float(price(*each)) * 1_000 for each in ((1_000, 0), (0, 1_000), (1_000, 0, 1_000))]}
                    if price
                    else {}
                )
    return found


def _ends(of: Range) -> list[float]:
    return [float(f"{one:.10g}") for one in (of.low, of.likely, of.high)]


def _typed(arguments: Sequence[str]) -> dict[str, Any]:
    """Options as Inspect's own command reads them, which knows which there are and what each may be."""
    [program] = entry_points(group="console_scripts", name="inspect")
    command: click.Command = import_module(program.module).inspect.commands["eval-set"]
    return command.make_context("eval-set", [*arguments]).params


def _tasks(arguments: Sequence[str]) -> list[tuple[Setting, Condition]]:
    """The tasks of files and folders, as Inspect finds them, and of ``FILE@TASK``."""
    files = {path.stem: path for path in Path(__file__).parents[1].joinpath("evals").glob("*.py")}
    known = {
        **{setting.stem: [(setting, one) for one in setting.conditions] for setting in SETTINGS},
        "interview": [(setting, CONDITION) for setting in INTERVIEWS.values()],
    }
    found: list[tuple[Setting, Condition]] = []
    for argument in arguments:
        path, _, name = argument.partition("@")
        if not Path(path).exists():
            continue
        stems = [*known] if Path(path).is_dir() else [Path(path).stem]
        if unknown := [stem for stem in stems if stem not in known]:
            raise InvalidInputError(
                f"{argument}: {unknown[0]} is no task file of this suite; choose from {', '.join(sorted(known))}"
            )
        tasks = [task for stem in stems if stem in files for task in known[stem]]
        chosen = [task for task in tasks if name in ("", _name(*task))]
        if not chosen:
            raise InvalidInputError(
                f"{argument}: there is no task {name!r}; choose from {', '.join(_name(*one) for one in tasks)}"
            )
        found += chosen
    return found


def _name(setting: Setting, condition: Condition) -> str:
    return f"interview_{setting.name}" if setting.interview else f"{setting.name}_{condition.name}"


def _grader(roles: Sequence[str]) -> str | None:
    for role in roles:
        name, _, value = role.partition("=")
        if name != GRADER_ROLE:
            continue
        read = yaml.safe_load(value)
        model = read.get("model") if isinstance(read, dict) else read
        if not isinstance(model, str):
            raise InvalidInputError(f"--model-role {role} names no model; write --model-role grader=PROVIDER/MODEL")
        return model
    return None


def _named(subject: str, grader: str | None, options: Options) -> Models:
    """What the run would be refused for is refused here."""
    if options.prefill:
        refuse_unless_prefilled(subject)
    if grader and (mismatch := control_mismatch(grader, subject)):
        raise InvalidInputError(mismatch)
    if options.grader and options.grader.name != grader:
        raise InvalidInputError(
            f"grader={options.grader.name} is not read by af estimate; write --model-role grader={options.grader.name}"
        )
    if options.read and not grader:
        raise InvalidInputError(
            f"read={','.join(options.read)!r} asks a judge, and no grader is named for {subject}; add "
            f"--model-role {GRADER_ROLE}=PROVIDER/MODEL, or leave read out"
        )
    if grader:
        check_choices(options.ballot, grader)
    default = grader if grader == DEFAULT_GRADER else None
    return Models(None, subject, default, judged=grader is not None, grader_to_come=grader)


def _variations(task_args: Sequence[str]) -> list[tuple[str | None, dict[str, Any]]]:
    """The task parameters as Inspect reads them, once for each variation of a list."""
    given = _pairs("-T", task_args)
    several = given.get("variation")
    if not isinstance(several, list):
        return [(several, given)]
    return [(str(one).strip(), given | {"variation": str(one).strip()}) for one in several]


def _pairs(option: str, typed: Sequence[str]) -> dict[str, Any]:
    """Names and values as Inspect reads them."""
    given: dict[str, Any] = {}
    for argument in typed:
        name, sign, text = argument.partition("=")
        if not sign:
            raise InvalidInputError(f"{option} {argument!r} has no value; write {option} NAME=VALUE")
        value = yaml.safe_load(text)
        given[name.replace("-", "_")] = value.split(",") if isinstance(value, str) and "," in value else value
    return given


def _selection(limit: str | None, epochs: int | None, shuffle: str | None) -> Selection:
    first, last = 0, None
    if limit is not None:
        found = re.fullmatch(r"(?:(\d+)-)?(\d+)", limit.strip())
        first, last = (int(found[1] or 1) - 1, int(found[2])) if found else (0, 0)
        if first < 0 or last <= first:
            raise InvalidInputError(f"--limit {limit!r} takes no query; give a number from 1, or a range as in 10-20")
    seed = None
    if shuffle is not None and shuffle.casefold() != "false":
        seed = SEED if shuffle.casefold() == "true" else _whole("--sample-shuffle", shuffle)
    return Selection(first, last, seed, epochs)


def _whole(option: str, value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise InvalidInputError(f"{option} {value!r} is not a whole number from 1; give one")
    return int(value)
