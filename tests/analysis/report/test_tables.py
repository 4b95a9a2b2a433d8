from pathlib import Path

import pandas as pd

from analysis.report.tables import write_tables

FRAME = pd.DataFrame(
    {
        "error": pd.Categorical(['a "b", c\nd', None, "# שלום"]),
        "uuid": pd.Series(["", "1", "true"], dtype="str"),
        "cot": [True, False, True],
        "epoch": pd.Series([1, 2, 3], dtype="int16"),
        "turns_used": pd.Series([1, None, 30_000], dtype="Int32"),
        "temperature": [1.0, 0.1, float("nan")],
    }
)


def test_both_tables_hold_what_the_frame_holds(tmp_path: Path) -> None:
    write_tables(FRAME, tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "replies.parquet"), FRAME)
    text = (tmp_path / "replies.csv").read_bytes().decode()
    assert (
        text
        == """"error","uuid","cot","epoch","turns_used","temperature"
"a ""b"", c
d","",true,1,1,1
,"1",false,2,,0.1
"# שלום","true",true,3,30000,
"""
    )


def test_the_csv_is_read_back_as_it_was(tmp_path: Path) -> None:
    write_tables(FRAME[1:], tmp_path)  # the index of some rows is no column
    back = pd.read_csv(tmp_path / "replies.csv", dtype=FRAME.dtypes.to_dict())
    pd.testing.assert_frame_equal(back, FRAME[1:].reset_index(drop=True), check_categorical=False)


def test_what_models_and_providers_say_is_no_formula_in_the_csv(tmp_path: Path) -> None:
    hostile = FRAME.assign(
        error=pd.Categorical(["=1+1", None, "'=1+1"]), uuid=pd.Series(["@a", "-1", "b"], dtype="str")
    )
    write_tables(hostile, tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "replies.parquet"), hostile)
    back = pd.read_csv(tmp_path / "replies.csv", dtype="str", keep_default_na=False)
    assert back[["error", "uuid"]].to_numpy().tolist() == [["'=1+1", "'@a"], ["", "'-1"], ["'=1+1", "b"]]
