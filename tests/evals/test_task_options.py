"""The task parameters: their defaults, and every value that is refused before a model is called."""

from dataclasses import fields
from typing import Any

import pytest

from evals.named_model import NamedModel
from evals.task_options import InterviewOptions, Options, TaskOptions
from study.invalid_input import InvalidInputError
from study.readings import READINGS
from study.wrapper import Wrapper

DEFAULTS = Options(
    queries="builtin",
    column=None,
    variation="base",
    facts=None,
    persona=None,
    wrapper=Wrapper.NOTEBOOK,
    developer=None,
    prompts="suite",
    votes=20,
    judge_all=False,
    audit=0.0,
    read=(),
    turns=1,
    prefill=False,
    grader=None,
)


def test_nothing_given_is_the_published_experiment() -> None:
    assert Options.checked({}) == DEFAULTS


def test_every_parameter_given() -> None:
    given = {
        "queries": " mine.csv ",
        "column": "goal",
        "variation": "base",
        "facts": " audits ",
        "persona": " mine.txt ",
        "wrapper": "revisited",
        "developer": " Meta ",
        "prompts": " checkout ",
        "votes": 1,
        "judge_all": True,
        "audit": 0.05,
        "read": " scenario_doubt ",
        "turns": 4,
        "prefill": True,
        "grader": {"name": "openai/gpt-4o", "config": {"max_connections": 5}},
    }
    assert Options.checked(given) == Options(
        queries="mine.csv",
        column="goal",
        variation="base",
        facts="audits",
        persona="mine.txt",
        wrapper=Wrapper.REVISITED,
        developer="Meta",
        prompts="checkout",
        votes=1,
        judge_all=True,
        audit=0.05,
        read=("scenario_doubt",),
        turns=4,
        prefill=True,
        grader=NamedModel(name="openai/gpt-4o", config={"max_connections": 5}),
    )


@pytest.mark.parametrize("name", [field.name for field in fields(Options)])
def test_a_default_that_is_written_out_is_the_default(name: str) -> None:
    interview = name not in TaskOptions.__annotations__
    assert Options.checked({name: getattr(DEFAULTS, name)}, interview) == DEFAULTS


def test_what_is_typed_is_what_is_checked() -> None:
    known = [field.name for field in fields(Options)]
    assert list(TaskOptions.__annotations__) == [name for name in known if name != "group"]
    assert set(InterviewOptions.__annotations__) <= {*known}


def test_an_interview_has_no_reading_that_its_answers_cannot_have() -> None:
    with pytest.raises(InvalidInputError) as caught:
        Options.checked({"read": "motive,original_faking"}, interview=True)
    assert str(caught.value) == "read='original_faking' says nothing of the answers to an interview; leave it out"


NOT_A_TEXT = "is not a text; give one, in quotes where YAML reads it otherwise"
NOT_VOTES = "is not a number of votes; give a whole number from 1 (published: 20)"
NOT_TURNS = "is not a number of turns; give a whole number from 1 to 10 (published loop: 4)"
BALLOT_MISSPELT = (
    "ballot='choice' is not known. Did you mean 'choices'? "
    "Choose from: at_once, auto, choices, choices_at_once, one_by_one."
)
NOT_A_FLAG = "is neither true nor false; give one of them"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("queries", 3, f"queries=3 {NOT_A_TEXT}", id="queries-number"),
        pytest.param("queries", "", f"queries='' {NOT_A_TEXT}", id="queries-empty"),
        pytest.param("queries", None, f"queries=None {NOT_A_TEXT}", id="queries-none"),
        pytest.param(
            "queries", {"x": "a: b"}, f"queries={{'x': 'a: b'}} {NOT_A_TEXT}", id="queries-read-by-yaml-as-a-map"
        ),
        pytest.param("column", 3, f"column=3 {NOT_A_TEXT}", id="column-number"),
        pytest.param("column", " ", f"column=' ' {NOT_A_TEXT}", id="column-blank"),
        pytest.param("facts", 3, f"facts=3 {NOT_A_TEXT}", id="facts-number"),
        pytest.param("facts", "", f"facts='' {NOT_A_TEXT}", id="facts-empty"),
        pytest.param("persona", False, f"persona=False {NOT_A_TEXT}", id="persona-flag"),
        pytest.param("developer", 3, f"developer=3 {NOT_A_TEXT}", id="developer-number"),
        pytest.param("developer", "", f"developer='' {NOT_A_TEXT}", id="developer-empty"),
        pytest.param("variation", 1, f"variation=1 {NOT_A_TEXT}", id="variation-number"),
        pytest.param(
            "variation",
            ["honest", "base"],
            "variation='honest,base' names several variations, and a task is one; give them to af run, which runs "
            "each: af run TASK -T variation=honest,base",
            id="variation-several",
        ),
        pytest.param(
            "budget",
            "20usd",
            "budget='20usd' is no task parameter: af run keeps it, over all conditions: af run TASK --budget 20usd",
            id="budget",
        ),
        pytest.param(
            "wrapper",
            "notebok",
            "wrapper='notebok' is not known. Did you mean 'notebook'? Choose from: notebook, revisited.",
            id="wrapper-misspelt",
        ),
        pytest.param(
            "wrapper", None, "wrapper=None is not known. Choose from: notebook, revisited.", id="wrapper-none"
        ),
        pytest.param(
            "wrapper",
            ["other"],
            "wrapper=['other'] is not known. Choose from: notebook, revisited.",
            id="wrapper-list",
        ),
        pytest.param("votes", 0, f"votes=0 {NOT_VOTES}", id="votes-none"),
        pytest.param("votes", -8, f"votes=-8 {NOT_VOTES}", id="votes-negative"),
        pytest.param("votes", 2.5, f"votes=2.5 {NOT_VOTES}", id="votes-fraction"),
        pytest.param("votes", "20", f"votes='20' {NOT_VOTES}", id="votes-text"),
        pytest.param("votes", True, f"votes=True {NOT_VOTES}", id="votes-flag"),
        pytest.param("ballot", "choice", BALLOT_MISSPELT, id="ballot-misspelt"),
        pytest.param("turns", 0, f"turns=0 {NOT_TURNS}", id="turns-none"),
        pytest.param("turns", 11, f"turns=11 {NOT_TURNS}", id="turns-too-many"),
        pytest.param("turns", 4.0, f"turns=4.0 {NOT_TURNS}", id="turns-fraction"),
        pytest.param("turns", True, f"turns=True {NOT_TURNS}", id="turns-flag"),
        pytest.param("prefill", "<", f"prefill='<' {NOT_A_FLAG}", id="prefill-text"),
        pytest.param(
            "read",
            "scenario_dout",
            "read='scenario_dout' is not known. Did you mean 'scenario_doubt'? "
            f"Choose from: {', '.join(sorted(READINGS))}.",
            id="reading-misspelt",
        ),
        pytest.param(
            "read", "", "read='' is not a text; give one, in quotes where YAML reads it otherwise", id="no-reading"
        ),
        pytest.param(
            "grader",
            "gpt-4o",
            "grader='gpt-4o' is not a model (the model 'gpt-4o' names no provider; write PROVIDER/MODEL, for instance "
            "openai/gpt-4o); give PROVIDER/MODEL, or a mapping of name, args, base_url, config",
            id="grader-without-provider",
        ),
        pytest.param("judge_all", "yes", f"judge_all='yes' {NOT_A_FLAG}", id="flag-text"),
        pytest.param("judge_all", 1, f"judge_all=1 {NOT_A_FLAG}", id="flag-number"),
        pytest.param("judge_all", None, f"judge_all=None {NOT_A_FLAG}", id="flag-none"),
        pytest.param(
            "quries",
            "builtin",
            "-T='quries' is not known. Did you mean 'queries'? "
            "Choose from: audit, ballot, column, developer, facts, grader, judge_all, persona, prefill, prompts, "
            "queries, read, turns, variation, votes, wrapper.",
            id="name-misspelt",
        ),
        pytest.param(
            "temperature",
            0,
            "-T='temperature' is not known. "
            "Choose from: audit, ballot, column, developer, facts, grader, judge_all, persona, prefill, prompts, "
            "queries, read, turns, variation, votes, wrapper.",
            id="name-of-a-flag-of-inspects",
        ),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Options.checked({name: value})
    assert refused.value.message == message
