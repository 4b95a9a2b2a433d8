"""The files for programs: their columns are documented, and whatever a text holds comes back from both."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reading_room.download import COLUMNS, Download
from tests.hostile import texts
from tests.made_up import REPOSITORY

TYPES = {"string": "text", "int64": "whole number", "bool": "flag"}


def test_the_documentation_names_every_column() -> None:
    documented = (REPOSITORY / "docs" / "site.md").read_text("utf-8").partition("## Columns")[2]
    rows = [line.strip("| ").split(" | ") for line in documented.splitlines() if line.startswith("| `")]
    of_columns = [
        [f"`{name}`", "list" if pa.types.is_list(kind) else TYPES[str(kind)], meaning]
        for name, (kind, meaning) in COLUMNS.items()
    ]
    assert rows == [
        *of_columns,
        ["`SCORER`", "text", "for each scorer that is there: its label; of compliance the outcome"],
        ["`SCORER_reason`", "text", "why it has none"],
    ]


def row(**changes: Any) -> dict[str, Any]:
    return dict.fromkeys((*COLUMNS, "motive", "motive_reason")) | changes


@pytest.mark.parametrize("text", [*texts(), "=1+1", "+1", "-1", "@x", "\u2028", "a\r\nb", ""])
def test_a_text_comes_back_from_both(text: str, tmp_path: Path) -> None:
    said = {"scorer": text, "votes": [{"text": text, "vote": "yes", "criteria": [True, None], "quotes": [text]}]}
    with Download(tmp_path, ["motive"]) as download:
        download.write([row(query=text, motive=text), row()])
        download.write([row(defects=[text], scores=[said])])
    lines = (tmp_path / "pairs.jsonl").read_bytes().decode("ascii").splitlines()
    assert len(lines) == 3
    first, empty, last = map(json.loads, lines)
    whole = text.replace("\ud800", "\ufffd")
    assert (first, empty) == (row(query=whole, motive=whole), row())
    table = pq.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert table[:2] == [first, empty]
    assert table[2]["defects"] == last["defects"] == [whole]
    assert table[2]["scores"][0]["votes"] == last["scores"][0]["votes"]
    assert last["scores"][0]["votes"] == [{"text": whole, "vote": "yes", "criteria": [True, None], "quotes": [whole]}]
