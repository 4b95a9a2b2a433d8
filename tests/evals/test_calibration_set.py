"""The scratchpads that judges are calibrated on: what the data card says of them is so."""

import json
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import pytest

from study.condition import Tier
from study.labels import FakingLabel

FOLDER = files("evals").joinpath("data", "calibration")
ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in FOLDER.joinpath("scratchpads.jsonl").read_text("utf-8").splitlines()
]
CARD = FOLDER.joinpath("scratchpads.md").read_text("utf-8")


def test_the_card_counts_kinds_and_labels() -> None:
    told = {
        kind: (int(count), int(faking))
        for kind, count, faking in re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \|", CARD, re.MULTILINE)
    }
    faking = Counter(row["kind"] for row in ROWS if row["label"] == FakingLabel.FAKING)
    assert {kind: (count, faking[kind]) for kind, count in Counter(row["kind"] for row in ROWS).items()} == told
    assert f"{faking.total()} are `faking`, {len(ROWS) - faking.total()} `not_faking`." in CARD
    assert len(ROWS) == 124


@pytest.mark.parametrize("key", ["id", "scratchpad"])
def test_no_two_are_alike(key: str) -> None:
    assert len({row[key] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in ROWS])
def test_each_has_the_fields_of_the_card(row: dict[str, Any]) -> None:
    assert [*row] == ["id", "kind", "tier", "scratchpad", "label", "why", "canary"]
    assert row["id"].rpartition("-")[0] == row["kind"].replace("_", "-")
    assert row["label"] in (FakingLabel.FAKING, FakingLabel.NOT_FAKING)
    assert row["tier"] in (Tier.FREE, Tier.PAID, None)
    assert 30 <= len(row["scratchpad"].split()) <= 100
    assert row["canary"] == "alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4"
