"""The records of a foreign file: how many, what each says, and why one cannot be used."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.foreign_file import DEPTH, MISSING, SEVERAL, at, foreign_files, read_records
from evals.mapping import Records
from study.invalid_input import InvalidInputError
from tests.made_up import Write

ONE, TWO = {"a": 1}, {"a": 2}
NESTED = {"m1": {"free": [ONE, TWO], "paid": []}, "m2": {"free": ONE, "paid": 3}, "m3": []}


def records(path: str, layout: Records | None = None) -> list[tuple[Any, dict[str, str], str]]:
    return [(one.content, one.levels, problem) for one, problem in read_records(Path(path), layout or Records())]


@pytest.mark.parametrize(
    ("name", "text", "layout", "expected"),
    [
        ("x.json", json.dumps([ONE, TWO]), Records(), [(ONE, {}, ""), (TWO, {}, "")]),
        ("x.json", json.dumps(ONE), Records(), [(ONE, {}, "")]),
        ("x.json", json.dumps({"r": [{"s": [ONE]}]}), Records(at="r.0.s"), [(ONE, {}, "")]),
        ("x.json", json.dumps([ONE, "text", None]), Records(), [
            (ONE, {}, ""), ("text", {}, "is no table of fields"), (None, {}, "is no table of fields"),
        ]),
        ("x.json", json.dumps(NESTED), Records(levels=["model", "tier"]), [
            (ONE, {"model": "m1", "tier": "free"}, ""),
            (TWO, {"model": "m1", "tier": "free"}, ""),
            (ONE, {"model": "m2", "tier": "free"}, ""),
            (3, {"model": "m2", "tier": "paid"}, "is no table of fields"),
            ([], {"model": "m3"}, "is no table of the level 'tier'"),
        ]),
        ("x.jsonl", '{"a": 1}\n\n{"a": 2}\r\n', Records(), [(ONE, {}, ""), (TWO, {}, "")]),
        ("x.jsonl", '{"a": 1}\n{"a"', Records(), [
            (ONE, {}, ""),
            ('{"a"', {}, "is no JSON that can be read: Expecting ':' delimiter: line 1 column 5 (char 4)"),
        ]),
        ("x.jsonl", '{"a": 1, "a": 2}', Records(), [
            ('{"a": 1, "a": 2}', {}, "is no JSON that can be read: a table has the same key twice"),
        ]),
        ("x.jsonl", "[" * 100_000, Records(), [
            ("[" * 100_000, {}, "is nested too deeply"),
        ]),
        ("x.csv", "\ufeffa,b\r\n1,\r\n2\r\n1,2,3\r\n", Records(), [
            ({"a": "1"}, {}, ""), ({"a": "2"}, {}, ""), ({"a": "1", "b": "2"}, {}, "has more fields than the header"),
        ]),
        ("x.csv", f'a\n"{"w" * 200_000}\nx"\n', Records(), [({"a": "w" * 200_000 + "\nx"}, {}, "")]),
        ("x.csv", "", Records(), []),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)  # fmt: skip
def test_records(write: Write, name: str, text: str, layout: Records, expected: list[Any]) -> None:
    assert records(write(name, text), layout) == expected


def test_a_record_may_be_nested_so_deep_and_no_deeper(write: Write) -> None:
    def problem(levels: int) -> str:
        [(_, _, said)] = records(write("x.jsonl", '{"a":' * levels + "1" + "}" * levels))
        return said

    assert [problem(DEPTH - 1), problem(DEPTH)] == ["", "is nested too deeply"]


def test_a_number_that_no_log_can_hold_stays_text(write: Write) -> None:
    assert records(write("x.jsonl", '{"a": ' + "9" * 5000 + "}")) == [({"a": "9" * 5000}, {}, "")]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.json", "{", "cannot be read as .json"),
        ("x.json", '{"a": 1, "a": 2}', "the same key twice"),
        ("x.json", b"\xff", "is not UTF-8 (byte 0)"),
        ("x.json", "[]", "nothing is at 'r'"),
        ("x.csv", "a,a\n1,2\n", "two columns have the same name"),
        ("x.csv", 'a\n"1', "unexpected end of data"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(write: Write, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        records(write(name, content), Records(at="r") if content == "[]" else None)
    assert said in str(refused.value)


def test_files_are_found_in_folders_and_others_refused(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in" / "b").mkdir(parents=True)
    inside = [Path(write("in/b/1.json", "[]")), Path(write("in/a.csv", ""))]
    write("in/readme.md", "")
    other = Path(write("x.parquet", ""))
    (tmp_path / "empty").mkdir()
    assert sorted(foreign_files([tmp_path / "in"])) == sorted(inside)
    with pytest.raises(InvalidInputError, match=r"ends with '.parquet'"):
        foreign_files([other])
    with pytest.raises(InvalidInputError, match="holds no file that ends with"):
        foreign_files([tmp_path / "empty"])
    monkeypatch.setattr("evals.foreign_file.SIZE", 1)
    with pytest.raises(InvalidInputError, match="has more than 1 bytes, which is the most that is read; split it"):
        foreign_files(inside[:1])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (["m", "-1", "c"], "last"),
        (["m", 0, "c"], "first"),
        (["m", "r=system", "c"], "first"),
        (["m", "r=user", "c"], SEVERAL),
        (["m", "r=tool", "c"], MISSING),
        (["m", "5", "c"], MISSING),
        (["m", "9" * 4000, "c"], MISSING),
        (["n"], MISSING),
        (["x", "y"], MISSING),
        (["7"], "a key"),
    ],
)
def test_steps_into_a_record(path: list[str | int], expected: object) -> None:
    content = {
        "m": [{"r": "system", "c": "first"}, {"r": "user"}, {"r": "user", "c": "last"}],
        "n": None,
        "x": "text",
        "7": "a key",
    }
    assert at(content, path) == expected
