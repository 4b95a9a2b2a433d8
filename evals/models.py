"""Who is under test, and who grades: decided before any call, from what the user named."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import click
import yaml
from inspect_ai.model import Model, get_model, model_roles

from evals.named_model import NamedModel, refuse_keys
from evals.task_options import AUTO_DEVELOPER, Options
from evals.user_directory import moved_by_inspect
from prompts.user_message import asks_for_tag
from prompts.wording import SUITE
from scorers.ballot_form import BallotForm, check_choices
from scorers.judge import GRADER_ROLE, control_mismatch, grader
from study.interview import INTERVIEW_READINGS
from study.invalid_input import InvalidInputError
from study.model_name import DEVELOPERS, developer_of, is_control, takes_temperature
from study.prefill import refuse_unless_prefilled
from study.secret import key_in
from study.terminal import echo

DEFAULT_SUBJECT = "control/faker"
DEFAULT_GRADER = "control/grader"
DEFAULT_DEVELOPER = "Anthropic"


@dataclass(frozen=True)
class Models:
    """The models of one task."""

    subject: Model | None
    """Model that the task sets itself; None leaves it to the user, whose choice the task's own would override."""

    subject_name: str | None
    """Name of the model under test; None where it is named only later (a task made in Python)."""

    grader: Model | str | None
    """Grader that the task sets; None where the user named one in its role, or where nobody grades."""

    judged: bool
    """Whether the two judges run."""

    named_subject: Model | None = None
    """Model under test that the user named, with the settings of the run; None where it is not known."""

    named_grader: Model | None = None
    """Grader that the user named."""

    grader_to_come: str | None = None
    """Name of that grader where no model is made of it, as in an estimate."""

    @property
    def grader_name(self) -> str | None:
        """Name of the grader; None where nobody grades."""
        named = self.named_grader or self.grader or self.grader_to_come
        return str(named) if named else None


def chosen_models(options: Options, setting: str, interview: bool = False) -> Models:
    """Choose what the user did not, and refuse what cannot be right.

    Without a subject the control subject runs, so that the first run needs no key. A real subject is never graded by a
    control, nor by itself for want of another: without a grader the prefix scorer runs alone, where there is a tag for
    it to read.

    Args:
        options: Checked task parameters.
        setting: Name of the experiment.
        interview: Whether the model is interviewed.

    Raises:
        InvalidInputError: If a control is to grade a real model, several graders are named, in one option or in
            several, votes are asked of a grader at temperature 0, several choices are asked for, or the reply is to be
            begun for a model that may not go on from there.
    """
    command = click.get_current_context(silent=True)
    check_one_grader(command.params.get("model_role") or () if command else ())
    name = _subject_name()
    if name == _NO_MODEL:
        return models_with(get_model(DEFAULT_SUBJECT), DEFAULT_SUBJECT, None, options, setting, interview)
    return models_with(None, name, None if name is None else get_model(), options, setting, interview)


def chosen_judge(options: Options) -> Models:
    """Who grades, where nobody but the grader is asked: a control unless the user names one.

    A model that is named as the one under test is not asked, and is not taken for the grader.

    Args:
        options: Checked task parameters; those of the vote and of the grader count.

    Raises:
        InvalidInputError: As `chosen_models`, of a grader.
    """
    command = click.get_current_context(silent=True)
    check_one_grader(command.params.get("model_role") or () if command else ())
    name = _subject_name()
    named = options.grader is not None or GRADER_ROLE in model_roles()
    if named or name is None or name == _NO_MODEL or is_control(name):
        return models_with(None, None, None, options, "", interview=False)
    _say_once(
        {
            f"{name} calibration": f"A calibration asks the grader alone, and none is named: {name} is not asked. "
            f"To calibrate it, add --model-role {GRADER_ROLE}={name}."
        }
    )
    return Models(None, name, None, judged=False)


def models_with(
    default: Model | None, subject: str | None, named: Model | None, options: Options, setting: str, interview: bool
) -> Models:
    """The models of a task whose subject is known; arguments and errors as in `Models` and `chosen_models`."""
    if options.prefill and subject is not None:
        refuse_unless_prefilled(subject)
    if named:
        _refuse_kept_keys(named)
        _refuse_choices(named, "--num-choices")
    if judge := _named_grader(options.grader):
        _check_grader(judge, subject, 0 if interview else options.votes, options.ballot)
        own = None if GRADER_ROLE in model_roles() else judge
        return Models(default, subject, own, judged=True, named_subject=named, named_grader=judge)
    if subject is None or is_control(subject):
        return Models(default, subject, DEFAULT_GRADER, judged=True, named_subject=named)
    if options.read:
        raise InvalidInputError(
            f"read={','.join(options.read)!r} asks a judge, and no grader is named for {subject}; add "
            f"--model-role {GRADER_ROLE}=PROVIDER/MODEL, or leave read out"
        )
    if interview:
        _say_once({f"{subject} interview": _nobody_judges_answers(subject)})
    else:
        _say_once_that_nobody_grades(subject, options, setting)
    return Models(default, subject, None, judged=False, named_subject=named)


def check_one_grader(typed: Iterable[str]) -> None:
    """Refuse several graders, and a key in a role.

    Args:
        typed: What was typed for ``--model-role``, each time that it was.

    Raises:
        InvalidInputError: If the grader is named twice, and not as the same model, or a role holds a key.
    """
    typed = list(typed)
    for role, _, value in (one.partition("=") for one in typed):
        if (found := key_in(_mapping(value))) is not None:
            raise InvalidInputError(
                f"--model-role {role}: its {found} holds a key, which would be kept in the log; leave it out, and set "
                "the variable of the provider, for instance OPENAI_API_KEY"
            )
    graders = dict.fromkeys(role for role in typed if role.partition("=")[0].strip() == GRADER_ROLE)
    if len(graders) > 1:
        named = " and ".join(f"--model-role {role}" for role in graders)
        raise InvalidInputError(
            f"{named} name two graders, of which only the last would be asked; leave one out, and add the labels of "
            "another later with inspect score --action append"
        )


def _mapping(typed: str) -> object:
    """What a mapping in YAML says; nothing where it is none, which Inspect says better."""
    try:
        return yaml.safe_load(typed) if typed.lstrip().startswith(("{", "[")) else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def developer(options: Options, subject: str | None, default: str = DEFAULT_DEVELOPER) -> str:
    """Company that the prompt names, by default the setting's.

    Raises:
        InvalidInputError: If it is to be taken from a model whose name does not tell it.
    """
    if options.developer != AUTO_DEVELOPER:
        return options.developer or default
    if subject is not None and is_control(subject):
        return default
    found = developer_of(subject) if subject else None
    if found is None:
        raise InvalidInputError(
            f"developer='auto' cannot be told from the model {subject!r}; name the company with -T developer=… "
            f"(known by name: {', '.join(sorted(DEVELOPERS))})"
        )
    return found


_NO_MODEL = "none/none"


def _subject_name() -> str | None:
    try:
        name = str(get_model())
    except ValueError:  # no run is active: somebody made the task in Python, and names the model to eval()
        return None
    # A run without a model leaves this name behind in the process, where it says nothing of a task made after it. Only
    # inside of a command, or called by the loader, is it the run that the task is made for.
    left_behind = name == _NO_MODEL and not moved_by_inspect() and click.get_current_context(silent=True) is None
    return None if left_behind else name


def _named_grader(named: NamedModel | None) -> Model | None:
    """In its role, or by the parameter."""
    if GRADER_ROLE not in model_roles():
        return named.model() if named else None
    if named and named.name != str(grader()):
        raise InvalidInputError(
            f"grader={named.name} and --model-role {GRADER_ROLE}={grader()} name two graders; leave one of them out"
        )
    return grader()


def _refuse_choices(model: Model, option: str) -> None:
    if (model.config.num_choices or 1) > 1:
        raise InvalidInputError(
            f"{option} {model.config.num_choices} would pay for replies that nobody reads; leave it out (several "
            "replies to a query: --epochs; several votes by one request: -T ballot=choices)"
        )


def _refuse_kept_keys(model: Model) -> None:
    """Refuse keys among what Inspect writes into the log of a run; of the arguments it leaves these few out."""
    kept = {
        name: value for name, value in model.model_args.items() if name != "api_key" and not name.startswith("aws_")
    }
    variables = (name.replace("_API_KEY", "_BASE_URL") for name in model.api.api_key_vars)
    address = model.api.base_url or next(filter(None, map(os.environ.get, variables)), None)
    refuse_keys(str(model), kept, address, model.config.model_dump(exclude_none=True))


def _check_grader(model: Model, subject: str | None, votes: int, ballot: BallotForm) -> None:
    _refuse_kept_keys(model)
    if subject is not None and (mismatch := control_mismatch(str(model), subject)):
        raise InvalidInputError(mismatch)
    _refuse_choices(model, f"--model-role {GRADER_ROLE}={model}: num_choices")
    check_choices(ballot, str(model))
    if model.config.temperature == 0 and takes_temperature(str(model)) and votes > 1:
        raise InvalidInputError(
            f"--model-role {GRADER_ROLE}={model} has temperature 0, where {votes} votes are one answer "
            "repeated; leave the temperature out (published: 1), or set -T votes=1"
        )


_said: set[str] = set()


def _say_once_that_nobody_grades(subject: str, options: Options, setting: str) -> None:
    lines = {
        subject: f"No grader is named for {subject}: the two judges are left out, and the prefix scorer runs alone.\n"
        f"To judge as well, add --model-role {GRADER_ROLE}=PROVIDER/MODEL; to judge this run later:\n"
        + "\n".join(
            f"  inspect score LOG --scorer {scorer} --model-role {GRADER_ROLE}=PROVIDER/MODEL "
            f"--action append --overwrite{'' if options.prompts == SUITE.name else f' -S prompts={options.prompts}'}"
            for scorer in ("judged_compliance", "alignment_faking")
        )
    }
    if not asks_for_tag(setting, options.variation):
        lines[f"{subject} {setting}"] = (
            f"{setting} asks for no tag that the prefix scorer could read: until they are judged, its replies have no "
            "score."
        )
    _say_once(lines)


def _nobody_judges_answers(subject: str) -> str:
    named = f"--model-role {GRADER_ROLE}=PROVIDER/MODEL"
    later = [f"  inspect score LOG --scorer {name} {named} --action append --overwrite" for name in INTERVIEW_READINGS]
    said = f"What {subject} answers in an interview has no score until it is judged: add {named}, or judge it later:"
    return "\n".join([said, *later])


def _say_once(lines: Mapping[str, str]) -> None:
    for key, line in lines.items():
        if key not in _said:
            _said.add(key)
            echo(line, err=True)
