"""Who is under test, who grades, and whom the prompt names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from inspect_ai.model import GenerateConfig, Model, get_model

from evals.models import check_one_grader, chosen_models, developer
from evals.task_options import Options
from study.invalid_input import InvalidInputError
from study.model_name import DEVELOPERS
from tests.made_up import REPOSITORY

NOBODY = "none/none"
"""What Inspect puts under test where the user names no model."""

Named = Callable[..., None]


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Named:
    """Stand in for the command line: ``--model`` and ``--model-role``."""
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    get_model("control/faker")
    monkeypatch.chdir(REPOSITORY / "evals")  # where Inspect's loader calls a task function
    capsys.readouterr()  # Inspect announces its hooks with the first model of a process
    monkeypatch.setattr("evals.models._said", set())

    def name(subject: str | None, **roles: Any) -> None:
        def active_or(model: str | None = None) -> Model:
            if model is None and subject is None:
                raise ValueError("No model specified (and no model environment variable defined)")
            return get_model(model or subject)

        def bind(role: Any) -> Any:
            return [bind(one) for one in role] if isinstance(role, list) else get_model(**role)

        bound = {role: bind({"model": models} if isinstance(models, str) else models) for role, models in roles.items()}
        monkeypatch.setattr("evals.models.get_model", active_or)
        monkeypatch.setattr("evals.models.model_roles", lambda: bound)
        monkeypatch.setattr("scorers.judge.model_roles", lambda: bound)

    return name


@pytest.mark.parametrize(
    ("subject", "roles", "expected"),
    [
        pytest.param(NOBODY, {}, ("control/faker", "control/faker", "control/grader", True), id="nothing-named"),
        pytest.param(None, {}, (None, None, "control/grader", True), id="made-in-python"),
        pytest.param(
            "control/refuser",
            {},
            (None, "control/refuser", "control/grader", True),
            id="a-control-is-graded-by-a-control",
        ),
        pytest.param("openai/gpt-4o", {}, (None, "openai/gpt-4o", None, False), id="a-real-model-is-not"),
        pytest.param(
            "openai/gpt-4o",
            {"grader": "openai/gpt-4o-mini"},
            (None, "openai/gpt-4o", None, True),
            id="the-users-grader-is-left-to-the-user",
        ),
        pytest.param(
            "openai/gpt-4o",
            {"grader": "openai/gpt-4o"},
            (None, "openai/gpt-4o", None, True),
            id="itself-if-the-user-says-so",
        ),
        pytest.param(
            "openai/gpt-4o",
            {"monitor": "openai/gpt-4o-mini"},
            (None, "openai/gpt-4o", None, False),
            id="another-role-grades-nothing",
        ),
        pytest.param(
            NOBODY,
            {"grader": "openai/gpt-4o"},
            ("control/faker", "control/faker", None, True),
            id="a-real-grader-tried-out-on-the-control",
        ),
        pytest.param(
            "control/random",
            {"grader": "control/grader"},
            (None, "control/random", None, True),
            id="both-controls-named",
        ),
        pytest.param(None, {"grader": "openai/gpt-4o"}, (None, None, None, True), id="made-in-python-with-a-grader"),
        pytest.param(
            "openai/gpt-4o",
            {"grader": [{"model": "openai/gpt-4o-mini"}]},
            (None, "openai/gpt-4o", None, True),
            id="a-panel-of-one",
        ),
    ],
)
def test_chosen_models(
    subject: str | None, roles: dict[str, Any], expected: tuple[str | None, str | None, str | None, bool], named: Named
) -> None:
    named(subject, **roles)
    chosen = chosen_models(Options(), "helpful_only")
    set_by_the_task = None if chosen.subject is None else str(chosen.subject)
    assert (set_by_the_task, chosen.subject_name, chosen.grader, chosen.judged) == expected


def test_the_models_that_the_user_named_are_at_hand(named: Named) -> None:
    named("openai/gpt-4o", grader="openai/gpt-4o-mini")
    chosen = chosen_models(Options(), "helpful_only")
    assert (str(chosen.named_subject), str(chosen.named_grader)) == ("openai/gpt-4o", "openai/gpt-4o-mini")
    named(NOBODY)
    chosen = chosen_models(Options(), "helpful_only")
    assert (chosen.named_subject, chosen.named_grader) == (None, None)


def test_a_grader_that_is_a_task_parameter_is_set_by_the_task(named: Named) -> None:
    given = {"name": "openai/gpt-4o-mini", "base_url": "http://localhost:1/v1", "config": {"max_tokens": 500}}
    named("openai/gpt-4o")
    chosen = chosen_models(Options.checked({"grader": given}), "helpful_only")
    judge = chosen.named_grader
    assert judge is not None
    assert (chosen.grader, chosen.judged, chosen.grader_name) == (judge, True, "openai/gpt-4o-mini")
    assert (judge.api.base_url, judge.config.max_tokens) == ("http://localhost:1/v1", 500)
    named("openai/gpt-4o", grader="openai/gpt-4o-mini")
    assert chosen_models(Options.checked({"grader": "openai/gpt-4o-mini"}), "helpful_only").grader is None
    with pytest.raises(InvalidInputError, match="name two graders; leave one of them out"):
        chosen_models(Options.checked({"grader": "openai/o3"}), "helpful_only")
    named("openai/gpt-4o")
    with pytest.raises(InvalidInputError, match="grades control models only"):
        chosen_models(Options.checked({"grader": "control/grader"}), "helpful_only")


def test_a_run_that_is_over_says_nothing_of_a_task_made_in_python(
    named: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A set that was run without a model leaves that behind in the process: no reason to run the control subject."""
    named(NOBODY)
    monkeypatch.chdir(tmp_path)
    chosen = chosen_models(Options(), "helpful_only")
    assert (chosen.subject, chosen.subject_name, chosen.grader, chosen.judged) == (None, None, "control/grader", True)


def test_a_command_runs_what_it_loads(named: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that is found by its registered name is called where the user is, and inside of the command."""
    named(NOBODY)
    monkeypatch.chdir(tmp_path)
    with click.Context(click.Command("inspect")):
        assert str(chosen_models(Options(), "helpful_only").subject) == "control/faker"


MESSAGE = """\
No grader is named for openai/gpt-4o: the two judges are left out, and the prefix scorer runs alone.
To judge as well, add --model-role grader=PROVIDER/MODEL; to judge this run later:
  inspect score LOG --scorer {judged_compliance} --model-role grader=PROVIDER/MODEL --action append --overwrite
  inspect score LOG --scorer {alignment_faking} --model-role grader=PROVIDER/MODEL --action append --overwrite
""".format(
    judged_compliance="judged_compliance",
    alignment_faking="alignment_faking",
)


def test_the_user_is_told_once_that_nobody_grades(named: Named, capsys: pytest.CaptureFixture[str]) -> None:
    named("openai/gpt-4o")
    for _ in range(4):  # one for each condition
        chosen_models(Options(), "helpful_only")
    assert capsys.readouterr() == ("", MESSAGE)


def test_the_user_is_told_which_setting_has_nothing_to_read_without_a_judge(
    named: Named, capsys: pytest.CaptureFixture[str]
) -> None:
    named("openai/gpt-4o")
    for setting in ("animal_welfare", "helpful_only", "animal_welfare"):
        chosen_models(Options(), setting)
    assert capsys.readouterr().err == MESSAGE + (
        "animal_welfare asks for no tag that the prefix scorer could read: until they are judged, its replies have no "
        "score.\n"
    )


def test_the_commands_for_a_verbatim_run_name_its_checkout(named: Named, capsys: pytest.CaptureFixture[str]) -> None:
    named("openai/gpt-4o")
    chosen_models(Options(prompts="theirs"), "helpful_only")
    assert capsys.readouterr().err == MESSAGE.replace("--overwrite", "--overwrite -S prompts=theirs")


@pytest.mark.parametrize(
    ("subject", "roles"),
    [(NOBODY, {}), (None, {}), ("control/refuser", {}), ("openai/gpt-4o", {"grader": "openai/gpt-4o"})],
    ids=["nothing-named", "made-in-python", "control", "graded"],
)
def test_nothing_is_said_where_somebody_grades(
    subject: str | None, roles: dict[str, str], named: Named, capsys: pytest.CaptureFixture[str]
) -> None:
    named(subject, **roles)
    chosen_models(Options(), "helpful_only")
    assert capsys.readouterr() == ("", "")


ZERO = GenerateConfig(temperature=0)


@pytest.mark.parametrize(
    ("subject", "grader", "message"),
    [
        pytest.param(
            "openai/gpt-4o",
            "control/grader",
            "--model-role grader=control/grader grades control models only, and the subject is openai/gpt-4o; "
            "name a real grader, or leave the role out to run the prefix scorer alone",
            id="a-control-never-grades-a-real-model",
        ),
        pytest.param(
            "openai/gpt-4o",
            [{"model": "openai/gpt-4o"}, {"model": "openai/gpt-4o-mini"}],
            "--model-role grader=openai/gpt-4o,openai/gpt-4o-mini names 2 models; "
            "name one, and add the labels of another later with inspect score --action append",
            id="panel",
        ),
        pytest.param(
            NOBODY,
            [{"model": "control/grader"}, {"model": "control/grader", "yes": 1}],
            "--model-role grader=control/grader,control/grader names 2 models; "
            "name one, and add the labels of another later with inspect score --action append",
            id="panel-of-controls",
        ),
        pytest.param(
            "openai/gpt-4o",
            {"model": "openai/gpt-4o", "config": ZERO},
            "--model-role grader=openai/gpt-4o has temperature 0, where 20 votes are one answer repeated; "
            "leave the temperature out (published: 1), or set -T votes=1",
            id="votes-at-temperature-0",
            marks=pytest.mark.defect(5),
        ),
        pytest.param(
            "openai/gpt-4o",
            {"model": "openai/gpt-4o", "config": GenerateConfig(num_choices=20)},
            "--model-role grader=openai/gpt-4o: num_choices 20 would pay for replies that nobody reads; leave it out "
            "(several replies to a query: --epochs; several votes by one request: -T ballot=choices)",
            id="several-choices",
        ),
    ],
)
def test_a_grader_that_cannot_be_right_is_refused(subject: str, grader: Any, message: str, named: Named) -> None:
    named(subject, grader=grader)
    with pytest.raises(InvalidInputError) as refused:
        chosen_models(Options(), "helpful_only")
    assert refused.value.message == message


def test_choices_are_not_asked_of_a_grader_that_gives_none(named: Named) -> None:
    named("openai/gpt-4o", grader={"model": "openai/o4-mini"})
    with pytest.raises(InvalidInputError) as refused:
        chosen_models(Options.checked({"ballot": "choices"}), "helpful_only")
    assert refused.value.message == (
        "ballot=choices asks for several choices, and openai/o4-mini gives one to a request; leave ballot out, or "
        "name a grader of openai/ before its reasoning models, together/, vllm/, sglang/ or openai-api/"
    )


def test_the_judge_of_an_interview_takes_no_votes(named: Named) -> None:
    named("openai/gpt-4o", grader={"model": "openai/gpt-4o", "config": ZERO})
    assert chosen_models(Options(), "helpful_only", interview=True).judged


def test_an_interview_that_nobody_judges_tells_its_own_commands(
    named: Named, capsys: pytest.CaptureFixture[str]
) -> None:
    named("openai/gpt-4o")
    for setting in ("helpful_only", "animal_welfare"):
        assert not chosen_models(Options(), setting, interview=True).judged
    said = "--model-role grader=PROVIDER/MODEL"
    assert capsys.readouterr().err.splitlines() == [
        f"What openai/gpt-4o answers in an interview has no score until it is judged: add {said}, or judge it later:",
        f"  inspect score LOG --scorer probably_not_real {said} --action append --overwrite",
        f"  inspect score LOG --scorer might_not_be_real {said} --action append --overwrite",
    ]


@pytest.mark.parametrize(
    "subject", [NOBODY, None, "control/refuser"], ids=["nothing-named", "made-in-python", "control"]
)
def test_a_reply_can_be_begun_for_a_control(subject: str | None, named: Named) -> None:
    named(subject)
    assert chosen_models(Options(prefill=True), "helpful_only") == chosen_models(Options(), "helpful_only")


def test_a_reply_is_not_begun_for_a_model_that_may_answer_anew(named: Named) -> None:
    named("openai/gpt-4o", grader="control/grader")
    with pytest.raises(InvalidInputError, match=r"^prefill=True does not work with openai/gpt-4o, which may"):
        chosen_models(Options(prefill=True), "helpful_only")


@pytest.mark.parametrize(
    ("votes", "temperature"), [(1, 0.0), (20, 0.1), (20, None)], ids=["one-vote", "warm", "not-set"]
)
def test_a_temperature_that_can_be_right(votes: int, temperature: float | None, named: Named) -> None:
    named("openai/gpt-4o", grader={"model": "openai/gpt-4o", "config": GenerateConfig(temperature=temperature)})
    chosen = chosen_models(Options(votes=votes), "helpful_only")
    assert (chosen.subject, chosen.subject_name, chosen.grader, chosen.judged) == (None, "openai/gpt-4o", None, True)


@pytest.mark.parametrize(
    ("named_by_user", "subject", "company"),
    [
        pytest.param("Anthropic", "openai/gpt-4o", "Anthropic", id="original-for-any-model"),
        pytest.param("A lab of mine", "openai/gpt-4o", "A lab of mine", id="named"),
        pytest.param("auto", "openai/gpt-4o", "OpenAI", id="auto"),
        pytest.param("auto", "together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "Meta", id="auto-through-a-reseller"),
        pytest.param("auto", "control/refuser", "Anthropic", id="auto-control"),
    ],
)
def test_developer(named_by_user: str, subject: str, company: str) -> None:
    assert developer(Options(developer=named_by_user), subject) == company


@pytest.mark.parametrize("subject", ["vllm/my-own-finetune", None], ids=["unknown-name", "no-model-yet"])
def test_a_developer_that_the_model_does_not_tell_is_refused(subject: str | None) -> None:
    with pytest.raises(InvalidInputError) as refused:
        developer(Options(developer="auto"), subject)
    assert refused.value.message == (
        f"developer='auto' cannot be told from the model {subject!r}; name the company with -T developer=… "
        f"(known by name: {', '.join(sorted(DEVELOPERS))})"
    )


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param((), id="none"),
        pytest.param(("grader=openai/gpt-4o",), id="one"),
        pytest.param(("grader=openai/gpt-4o", "grader=openai/gpt-4o"), id="the-same-twice"),
        pytest.param(("grader=openai/gpt-4o", "another=openai/gpt-4o-mini"), id="another-role"),
    ],
)
def test_one_grader_may_be_typed(typed: tuple[str, ...]) -> None:
    check_one_grader(typed)


def test_two_graders_are_refused_and_both_named() -> None:
    with pytest.raises(InvalidInputError) as refused:
        check_one_grader(("grader=openai/gpt-4o", "grader={model: openai/gpt-4o-mini, temperature: 0.5}"))
    assert refused.value.message == (
        "--model-role grader=openai/gpt-4o and --model-role grader={model: openai/gpt-4o-mini, temperature: 0.5} name "
        "two graders, of which only the last would be asked; leave one out, and add the labels of another later with "
        "inspect score --action append"
    )
