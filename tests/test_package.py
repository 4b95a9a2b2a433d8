"""What holds for the whole package: layers, entry points, locks, and that nothing half-added is left."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from inspect_ai import list_tasks

import evals
from evals import INTERVIEWS, SETTINGS
from evals.condition_task import Setting
from evals.labelled_set import load_labels
from evals.labelled_task import VERSION
from evals.query_set import SHIPPED, interview_questions
from prompts.part import parts
from prompts.rubric import ALIGNMENT_FAKING_OF, COMPLIANCE_OF
from tests.made_up import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
README = (REPOSITORY / "README.md").read_text("utf-8")
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def test_the_tests_run_on_this_checkout() -> None:
    """Another distribution on the index installs a top-level ``evals``, which would hide ours."""
    assert [Path(str(evals.__file__)).parents[1]] == [REPOSITORY]


def test_imports_point_one_way() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert "0 broken." in done.stdout, done.stdout


def test_entry_points_import_nothing_heavy() -> None:
    modules = list(PROJECT["project"]["entry-points"]["inspect_ai"].values())
    heavy = ["pandas", "scipy", "statsmodels", "pyarrow", "datasets", "openai", "anthropic", "matplotlib"]
    code = (
        "import inspect_ai, sys; before = set(sys.modules); "
        f"[__import__(name) for name in {modules}]; print(sorted(set({heavy}) & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_package_is_shipped_and_covered() -> None:
    found = sorted(path.parent.name for path in REPOSITORY.glob("*/__init__.py"))
    assert sorted(PACKAGES) == found
    assert sorted(PROJECT["tool"]["coverage"]["run"]["source"]) == found


def test_the_two_locks_hold_the_same_versions() -> None:
    pins = (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines()
    locked = re.findall(r"^[a-z0-9.-]+==\S+", (REPOSITORY / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert pins == locked
    assert all(re.fullmatch(r"[a-z0-9.-]+==[^ ;]+", pin) for pin in pins)


@pytest.mark.parametrize("name", ["constraints.txt", "requirements.lock"])
def test_locks_name_no_address(name: str) -> None:
    assert not re.search(r"://|--index|--find-links| @ ", (REPOSITORY / name).read_text("utf-8"))


def task_files() -> list[Path]:
    return [path for path in (REPOSITORY / "evals").glob("*.py") if "@task" in path.read_text("utf-8")]


def test_every_setting_is_registered_with_its_tasks_and_its_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    names = [f"{setting.name}_{condition.name}" for setting in SETTINGS for condition in setting.conditions]
    names += ["calibration", *(f"interview_{setting}" for setting in INTERVIEWS)]
    files = ["calibration", "interview", *(setting.stem for setting in SETTINGS)]
    assert sorted(path.stem for path in task_files()) == sorted(files)
    assert sorted(task.name for task in list_tasks("evals")) == sorted(names)
    assert sorted(set(evals.__all__) - {"SETTINGS", "INTERVIEWS"}) == sorted(names)
    assert all(parts(setting.name) for setting in SETTINGS)


def test_the_card_lists_every_task_and_its_version() -> None:
    card = yaml.safe_load((REPOSITORY / "evals" / "eval.yaml").read_text("utf-8"))
    assert [task["name"] for task in card["tasks"]] == sorted(set(evals.__all__) - {"SETTINGS", "INTERVIEWS"})
    assert {card["version"]} == {VERSION, *(setting.version for setting in (*SETTINGS, *INTERVIEWS.values()))}
    assert {task["name"]: task["dataset_samples"] for task in card["tasks"]} == {
        f"{setting.name}_{condition.name}": len(SHIPPED[setting.queries].read_text("utf-8").splitlines())
        for setting in SETTINGS
        for condition in setting.conditions
    } | {"calibration": len(load_labels("builtin").texts)} | {
        f"interview_{setting}": len(interview_questions().queries) for setting in INTERVIEWS
    }


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_is_complete(setting: Setting) -> None:
    """What `evals/` cannot do without: rubrics, a query set that is shipped, and a reading of its judge."""
    assert setting.name in COMPLIANCE_OF
    assert setting.name in ALIGNMENT_FAKING_OF
    assert setting.queries in SHIPPED
    assert setting.name in README


@pytest.mark.parametrize("path", task_files(), ids=lambda path: path.stem)
def test_a_task_file_fits_on_one_screen(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 70


def test_known_defects_that_are_said_to_hold_have_a_test() -> None:
    rows = re.findall(
        r"^\| (\d+) \|.*\| (holds|later) \|$", (REPOSITORY / "docs" / "defects.md").read_text("utf-8"), re.M
    )
    assert [int(row) for row, _ in rows] == list(range(1, 32))
    assert {int(row) for row, state in rows if state == "holds"} == _marked()


def _marked() -> set[int]:
    return {
        argument.value
        for path in (REPOSITORY / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.defect"
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    }
