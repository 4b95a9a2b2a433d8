"""A sweep's file: what it comes to, and everything wrong with it that is said before a call."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.engine_files import flow_spec, hawk_eval_sets
from evals.sweep import Experiment, Sweep, plan
from study.invalid_input import InvalidInputError
from tests.made_up import REPOSITORY, Write

CONTROLS = REPOSITORY / "sweeps" / "controls.yaml"
CONDITIONS = ("cot_free", "cot_paid", "no_cot_free", "no_cot_paid")

WHOLE = """\
models:
  - name: openai/gpt-4o
    base_url: http://localhost:1/v1
    config: {max_connections: 5, max_retries: 2}
  - openai/o3
settings:
  - helpful_only
  - name: animal_welfare
    task_args: {votes: 5}
    variations: [base]
variations: [base, honest+dont_care]
graders: [openai/gpt-4o-mini, {name: openai/gpt-4o, config: {max_tokens: 500}}]
task_args: {votes: 3, audit: 0.05}
limit: 2
epochs: 3
"""


@pytest.fixture
def whole(write: Write) -> list[Experiment]:
    return Sweep.read(Path(write("whole.yaml", WHOLE))).experiments()


# --- What it comes to


def test_each_model_is_in_each_setting_with_each_grader(whole: list[Experiment]) -> None:
    assert [(one.model.name, one.setting.name, one.grader and one.grader.name) for one in whole] == [
        (model, setting, grader)
        for model in ("openai/gpt-4o", "openai/o3")
        for setting in ("helpful_only", "animal_welfare")
        for grader in ("openai/gpt-4o-mini", "openai/gpt-4o")
    ]
    assert [(list(one.variations), one.task_args, one.limit, one.epochs, one.connections) for one in whole] == [
        (variations, {"votes": votes, "audit": 0.05}, 2, 3, connections)
        for connections in (5, 20)
        for variations, votes in ((["base", "honest+dont_care"], 3), (["base"], 5))
        for _ in "ab"
    ]


def test_the_shipped_sweeps_can_be_run() -> None:
    assert [
        (one.experiment.model.name, one.experiment.setting.name, one.tasks, one.replies)
        for one in plan(Sweep.read(CONTROLS).experiments())
    ] == [
        (f"control/{model}", setting, 4, 32)
        for model in ("faker", "refuser", "random")
        for setting in ("helpful_only", "animal_welfare")
    ]
    others = [path for path in CONTROLS.parent.iterdir() if path != CONTROLS]
    assert [path.name for path in others] == ["paper.yaml"]
    planned = plan(Sweep.read(others[0]).experiments(), with_keys=False)
    assert sum(one.tasks for one in planned) == 4 * (7 * 4 + 4)


def test_a_folder_stays_when_the_sweep_grows(write: Write) -> None:
    def folders(text: str) -> list[str]:
        return [one.folder for one in Sweep.read(Path(write("sweep.yaml", text))).experiments()]

    small = "models: [control/faker]\nsettings: [helpful_only]\n"
    [folder] = folders(small)
    assert folder[:-8] == "helpful_only-faker-"
    more = "models: [control/random, {name: control/faker, config: {max_connections: 3}}]\nlimit: 3\nepochs: 2\n"
    assert folder in folders(f"{more}settings: [animal_welfare, helpful_only]\nvariations: [base, honest]\n")
    assert folder not in folders(f"{small}task_args: {{votes: 3}}\n")
    assert folder not in folders("models: [{name: control/faker, args: {seed: 1}}]\nsettings: [helpful_only]\n")


# --- What the engines read


def test_flow_is_given_every_task(whole: list[Experiment]) -> None:
    spec = flow_spec(whole[1:3], "s3://bucket/logs")
    assert {key: value for key, value in spec.items() if key != "tasks"} == {
        "log_dir": "s3://bucket/logs",
        "store": None,
        "options": {"limit": 2, "retry_attempts": 0, "retry_on_error": 0},
    }
    model = {
        "name": "openai/gpt-4o",
        "base_url": "http://localhost:1/v1",
        "config": {"max_connections": 5, "max_retries": 2},
    }
    grader = {"name": "openai/gpt-4o", "config": {"max_tokens": 500}}
    assert [{**task, "name": task["name"].removeprefix("evals/")} for task in spec["tasks"]] == [
        {
            "name": f"{setting}_{condition}",
            "args": {"votes": votes, "audit": 0.05, "variation": variation, "grader": named},
            "model": model,
            "epochs": 3,
        }
        for setting, votes, named, variations in (
            ("helpful_only", 3, grader, ("base", "honest+dont_care")),
            ("animal_welfare", 5, "openai/gpt-4o-mini", ("base",)),
        )
        for variation in variations
        for condition in CONDITIONS
    ]


def test_hawk_is_given_a_set_for_each_grader(whole: list[Experiment]) -> None:
    sets = hawk_eval_sets(whole, "whole", "git+https://example.org/suite@abc")
    assert {key: one["model_roles"] for key, one in sets.items()} == {
        "gpt-4o-mini": {"grader": {"package": "inspect-ai", "items": [{"name": "openai/gpt-4o-mini"}]}},
        "gpt-4o": {
            "grader": {
                "package": "inspect-ai",
                "items": [{"name": "openai/gpt-4o", "args": {"config": {"max_tokens": 500}}}],
            }
        },
    }
    args = {"base_url": "http://localhost:1/v1", "config": {"max_connections": 5, "max_retries": 2}}
    assert {key: value for key, value in sets["gpt-4o"].items() if key != "model_roles"} == {
        "name": "whole-gpt-4o",
        "tasks": [
            {
                "package": "git+https://example.org/suite@abc",
                "name": "evals",
                "items": [
                    {
                        "name": f"{setting}_{condition}",
                        "args": {"votes": votes, "audit": 0.05, "variation": variation},
                    }
                    for setting, votes, variations in (
                        ("helpful_only", 3, ("base", "honest+dont_care")),
                        ("animal_welfare", 5, ("base",)),
                    )
                    for variation in variations
                    for condition in CONDITIONS
                ],
            }
        ],
        "models": [
            {"package": "inspect-ai", "items": [{"name": "openai/gpt-4o", "args": args}]},
            {"package": "inspect-ai", "items": [{"name": "openai/o3"}]},
        ],
        "limit": 2,
        "epochs": 3,
    }


def test_hawk_installs_the_control_models_with_the_suite() -> None:
    [one] = hawk_eval_sets(Sweep.read(CONTROLS).experiments(), "controls", "suite @ file:///suite").values()
    assert (one["name"], one["models"]) == (
        "controls",
        [
            {"package": "suite @ file:///suite", "name": "control", "items": [model]}
            for model in (
                {"name": "faker"},
                {"name": "refuser"},
                {"name": "random", "args": {"complies_free": 0.3, "complies_paid": 0.1}},
            )
        ],
    )


# --- What is wrong with it

FAKER = "models: [control/faker]\n"
SMALL = f"{FAKER}settings: [helpful_only]\n"
NO_PROVIDER = "names no provider; write PROVIDER/MODEL, for instance openai/gpt-4o"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("models: [control/faker\n", "{} is no YAML: while parsing a flow sequence", id="no-yaml"),
        pytest.param("", "{} is no mapping; it needs the keys models and settings", id="empty"),
        pytest.param("- control/faker\n", "{} is no mapping; it needs the keys models and settings", id="a-list"),
        pytest.param(FAKER, "{}, line 1: the key settings is missing", id="no-settings"),
        pytest.param(
            f"{FAKER}setings: [helpful_only]\n",
            "{}, line 2: key='setings' is not known. Did you mean 'settings'? Choose from: epochs, graders, limit, "
            "models, settings, task_args, variations.",
            id="a-typo-in-a-key",
        ),
        pytest.param(
            "models:\n  - name: control/faker\n    arg: {seed: 1}\nsettings: [helpful_only]\n",
            "{}, line 3: key='arg' is not known. Did you mean 'args'? Choose from: args, base_url, config, name.",
            id="a-typo-in-a-key-of-a-model",
        ),
        pytest.param(f"{SMALL}models: [control/refuser]\n", "{}, line 3: models is there twice", id="a-key-twice"),
        pytest.param(
            f"{FAKER}settings: [{{name: helpful_only, name: animal_welfare}}]\n",
            "{}, line 2: name is there twice",
            id="a-key-of-a-setting-twice",
        ),
        pytest.param(
            "models: [gpt-4o]\nsettings: [helpful_only]\n",
            f"{{}}, line 1: models[0].name: the model 'gpt-4o' {NO_PROVIDER}",
            id="a-model-without-provider",
        ),
        pytest.param(
            f"{SMALL}graders:\n  - openai/o3\n  - grader\n",
            f"{{}}, line 5: graders[1].name: the model 'grader' {NO_PROVIDER}",
            id="a-grader-without-provider",
        ),
        pytest.param(
            "models: [openai/o3]\nsettings: [helpful_only]\ngraders: [control/grader]\n",
            "{}: --model-role grader=control/grader grades control models only, and the subject is openai/o3; name a "
            "real grader, or leave the role out to run the prefix scorer alone",
            id="a-control-that-grades-a-real-model",
        ),
        pytest.param(
            f"{FAKER}settings: [helpfulonly]\n",
            "{}, line 2: settings[0].name: setting='helpfulonly' is not known. Did you mean 'helpful_only'?",
            id="an-unknown-setting",
        ),
        pytest.param(
            f"{SMALL}variations: [hones]\n",
            "{}: variation='hones' is not known. Did you mean 'honest'?",
            id="an-unknown-variation",
        ),
        pytest.param(
            f"{FAKER}settings: [helpful_only, three_tiers]\nvariations: [honest]\n",
            "{}: variation='honest' is not known.",
            id="a-variation-that-one-of-the-settings-has-not",
        ),
        pytest.param(
            f"{SMALL}variations: [honest+dont_care, dont_care+honest]\n",
            "{}: helpful_only has a variation twice; name it once",
            id="a-variation-twice",
        ),
        pytest.param(
            f"{SMALL}task_args: {{vote: 3}}\n",
            "{}, line 3: task_args: task_args='vote' is not known. Did you mean 'votes'?",
            id="an-unknown-task-parameter",
        ),
        pytest.param(
            f"{SMALL}task_args: {{votes: 0}}\n",
            "{}, line 3: task_args: votes=0 is not a number of votes;",
            id="a-wrong-task-parameter",
        ),
        pytest.param(
            f"{SMALL}task_args: {{variation: honest}}\n",
            "{}, line 3: task_args: variation is no argument here; list it under 'variations'",
            id="a-variation-among-the-task-parameters",
        ),
        pytest.param(
            "models: [{name: control/faker, config: {max_conections: 3}}]\nsettings: [helpful_only]\n",
            "{}, line 1: models[0].config: config='max_conections' is not known. Did you mean 'max_connections'?",
            id="an-unknown-option-of-generation",
        ),
        pytest.param(
            "models: [{name: control/faker, config: {max_connections: many}}]\nsettings: [helpful_only]\n",
            "{}, line 1: models[0].config.max_connections: input should be a valid integer",
            id="a-wrong-option-of-generation",
        ),
        pytest.param("models: []\nsettings: [helpful_only]\n", "{}, line 1: models: list should have", id="no-model"),
        pytest.param(f"{SMALL}limit: 0\n", "{}, line 3: limit: input should be greater", id="limit-none"),
        pytest.param(f"{SMALL}limit: '8'\n", "{}, line 3: limit: input should be a valid integer", id="limit-text"),
        pytest.param(f"{SMALL}epochs: true\n", "{}, line 3: epochs: input should be a valid integer", id="epochs-flag"),
        pytest.param(
            "models: [control/faker, control/faker]\nsettings: [helpful_only]\n",
            "{}: the experiment helpful_only-faker-",
            id="a-model-twice",
        ),
    ],
)
def test_a_wrong_file_is_refused(text: str, message: str, write: Write) -> None:
    file = write("sweep.yaml", text)
    with pytest.raises(InvalidInputError) as refused:
        Sweep.read(Path(file))
    assert refused.value.message.startswith(message.replace("{}", str(file))), refused.value.message


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for file, why in ((tmp_path / "none.yaml", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(InvalidInputError) as refused:
            Sweep.read(file)
        assert refused.value.message == f"{file} cannot be read ({why}); give a sweep, a file of YAML"
    (tmp_path / "latin.yaml").write_bytes(b"models: [\xe9]")
    with pytest.raises(InvalidInputError, match=r"latin.yaml is no text in UTF-8"):
        Sweep.read(tmp_path / "latin.yaml")


def swept(setting: str = "helpful_only", variations: tuple[str, ...] = ("base",), **given: Any) -> list[Experiment]:
    text = {"models": ["control/faker"], "settings": [setting], "variations": list(variations), **given}
    return Sweep.model_validate(yaml.safe_load(yaml.safe_dump(text))).experiments()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"models": ["control/fakr"]}, "--model='control/fakr' is not known", id="an-unknown-control"),
        pytest.param({"models": ["opnai/o3"]}, "Model API opnai of model 'opnai/o3' not recognized", id="provider"),
        pytest.param(
            {"models": [{"name": "control/faker", "args": {"sed": 1}}]}, "-M='sed' is not known", id="a-model-argument"
        ),
        pytest.param({"models": ["openai/o3"]}, "the model openai/o3 cannot be asked: Unable to", id="no-key"),
        pytest.param({"graders": ["openai/o3"]}, "the model openai/o3 cannot be asked: Unable to", id="no-graders-key"),
        pytest.param({"task_args": {"queries": "no.csv"}}, "queries='no.csv': there is no file", id="a-query-set"),
        pytest.param(
            {"models": [{"name": "control/faker", "config": {"num_choices": 3}}]}, "--num-choices 3", id="choices"
        ),
    ],
)
def test_what_a_run_would_be_refused_for_is_refused_before_it(
    given: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        plan(swept(**given))


def test_a_plan_counts_what_is_asked() -> None:
    [two, three] = plan(swept(variations=("base", "honest"), limit=5, epochs=2) + swept("three_tiers"))
    assert (two.tasks, two.replies) == (8, 5 * 2 * 8)
    assert (three.tasks, three.replies) == (6, 88 * 6)


def test_a_plan_elsewhere_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    [one] = plan(swept(models=["openai/o3"], graders=["openai/gpt-4o"], limit=3), with_keys=False)
    assert one.replies == 12
