"""Text that no spreadsheet takes for a formula."""

import pytest

from analysis.spreadsheet import inert


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"], ids=repr)
def test_what_begins_a_formula_begins_none(first: str) -> None:
    assert inert(f"{first}1+1") == f"'{first}1+1"
    assert inert(f"1{first}") == f"1{first}"
