"""What holds for every scorer: the analysis knows it, and the README says what it gives."""

import ast
import re

import pytest

from analysis.log_rows import SCORERS
from tests.made_up import REPOSITORY

FOUND = sorted(
    node.name
    for path in (REPOSITORY / "scorers").glob("*.py")
    for node in ast.walk(ast.parse(path.read_text("utf-8")))
    if isinstance(node, ast.FunctionDef)
    and any(isinstance(by, ast.Call) and getattr(by.func, "id", "") == "scorer" for by in node.decorator_list)
)


OF_A_CALIBRATION = "labelled_reasoning"
"""Is of no reply: `analysis.calibration` reads it."""


def test_the_analysis_reads_every_scorer() -> None:
    assert sorted([*SCORERS, OF_A_CALIBRATION]) == FOUND


@pytest.mark.parametrize("name", FOUND)
def test_each_is_a_file_and_a_row_of_the_readme(name: str) -> None:
    assert (REPOSITORY / "scorers" / f"{name}.py").is_file()
    assert re.search(rf"^\| `{name}`.*\|", (REPOSITORY / "README.md").read_text("utf-8"), re.MULTILINE)
