"""Replies of which two say different things, as a list to talk about."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.label_agreement import Disagreement
from analysis.spreadsheet import inert
from study.invalid_input import InvalidInputError

COLUMNS = ("between", "question", "pair", "query_id", "tier", "uuid", "eval_id", "stratum", "labels", "notes", "judge")
"""Of the table; ``pair`` is the end of the address on a site of the same logs."""


def write_disagreements(found: Sequence[Disagreement], pairs: Mapping[str, str], file: Path) -> None:
    """Write a list as CSV, or as JSON Lines with every labeller's label, note and time apart.

    Args:
        found: In the order in which they are written.
        pairs: Id of the pair of each reply, by the reply's; empty where the logs are not known.
        file: Its name ends with ``.csv`` or ``.jsonl``, and it is not there.

    Raises:
        InvalidInputError: If the name ends otherwise, the file is there, or it cannot be written.
    """
    if file.suffix not in (".csv", ".jsonl"):
        raise InvalidInputError(
            f"--output={str(file)!r} is neither CSV nor JSON Lines; end its name with .csv or .jsonl"
        )
    try:
        with file.open("x", encoding="utf-8", newline="") as out:
            if file.suffix == ".jsonl":
                out.writelines(f"{json.dumps(_row(one, pairs))}\n" for one in found)
                return
            table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows([inert(cell) for cell in _cells(_row(one, pairs))] for one in found)
    except FileExistsError as error:
        raise InvalidInputError(f"--output={str(file)!r} is there already; remove it, or name another file") from error
    except OSError as error:
        raise InvalidInputError(f"--output={str(file)!r} cannot be written ({error.strerror}); name another") from error


def _row(one: Disagreement, pairs: Mapping[str, str]) -> dict[str, Any]:
    label = one.lines[0].label
    return {
        "between": one.between,
        "question": one.question,
        "pair": pairs.get(label.uuid),
        "query_id": label.query_id,
        "tier": one.tier,
        "uuid": label.uuid,
        "eval_id": label.eval_id,
        "stratum": label.stratum,
        "labellers": [
            line.label.model_dump(mode="json", include={"labeller", "label", "note", "time"}) for line in one.lines
        ],
        "judge": one.judged,
    }


def _cells(row: dict[str, Any]) -> list[str]:
    said = row["labellers"]
    joined = {
        "labels": "; ".join(f"{by['labeller']}: {by['label']}" for by in said),
        "notes": "; ".join(f"{by['labeller']}: {by['note']}" for by in said if by["note"]),
    }
    return [str((row | joined)[name] or "") for name in COLUMNS]
