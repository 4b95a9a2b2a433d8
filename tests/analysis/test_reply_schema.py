"""The schema of the frame refuses what it does not know."""

from collections.abc import Callable

import pandas as pd
import pytest

from analysis.reply_schema import ARROW, COLUMNS, SCHEMA, check, table, to_pandas
from study.condition import Tier
from study.invalid_input import InvalidInputError


def a_value(name: str, dtype: str, allowed: tuple[str, ...] | None) -> object:
    if name == "strong_reject":
        return 0.5
    return {"bool": True, "int16": 1, "Int32": 1, "float64": 1.0}.get(dtype, allowed[0] if allowed else "made-up")


ROW = {column.name: a_value(column.name, column.dtype, column.allowed) for column in SCHEMA}


def frame(**changes: object) -> pd.DataFrame:
    return to_pandas([table("made-up", [ROW, ROW | changes])])


def test_types_are_narrow_and_as_said() -> None:
    assert {name: str(dtype) for name, dtype in frame().dtypes.items()} == {c.name: c.dtype for c in SCHEMA}
    assert {name: str(dtype) for name, dtype in to_pandas([ARROW.empty_table()]).dtypes.items()} == {
        c.name: c.dtype for c in SCHEMA
    }
    assert all(column.meaning for column in SCHEMA)
    assert len(set(COLUMNS)) == len(COLUMNS)


@pytest.mark.parametrize("name", [c.name for c in SCHEMA if c.nullable or c.dtype == "float64"], ids=str)
def test_what_may_be_missing(name: str) -> None:
    assert frame(**{name: None})[name].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"tier": "trial"}, f"column 'tier' holds 'trial'; allowed: {', '.join(Tier)}", id="closed-set"),
        pytest.param({"tier": None}, f"column 'tier' holds nothing; allowed: {', '.join(Tier)}", id="missing"),
        pytest.param({"uuid": None}, "column 'uuid' holds nothing", id="missing-text"),
        pytest.param({"strong_reject": 1.5}, "column 'strong_reject' holds 1.5", id="above"),
        pytest.param({"strong_reject": -0.5}, "column 'strong_reject' holds -0.5", id="below"),
        pytest.param({"epoch": 0}, "column 'epoch' holds 0", id="epoch"),
    ],
)
def test_a_value_that_it_may_not_hold_names_log_and_column(changes: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        frame(**changes)
    assert refused.value.message == f"made-up: {message}; leave that log out"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda f: f.drop(columns="tier"), "the frame has other columns than the schema: tier", id="column-missing"
        ),
        pytest.param(
            lambda f: f.assign(mood=1), "the frame has other columns than the schema: mood", id="column-unknown"
        ),
        pytest.param(
            lambda f: f.assign(epoch=f["epoch"].astype("int64")),
            "column 'epoch' is of type int64, not int16",
            id="type",
        ),
    ],
)
def test_another_frame(change: Callable[[pd.DataFrame], pd.DataFrame], message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        check(change(frame()))
    assert refused.value.message == message
