"""The data that the site shows, as files for programs: one row a reply."""

import json
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.reply_schema import reason_column
from reading_room.data_script import as_json
from reading_room.page_data import Experiment, JudgedReply, ReplyText
from reading_room.paired_replies import OTHERS

_TEXT, _COUNT, _FLAG = pa.string(), pa.int64(), pa.bool_()

_SCORE = pa.struct(
    {
        "scorer": _TEXT,
        "label": _TEXT,
        "reason": _TEXT,
        "judge": _TEXT,
        "rubric": _TEXT,
        "rubric_sha256": _TEXT,
        "temperature": pa.float64(),
        "answer": _TEXT,
        "explanation": _TEXT,
        "explanation_withheld": _COUNT,
        "votes": pa.list_(
            pa.struct({"text": _TEXT, "vote": _TEXT, "criteria": pa.list_(_FLAG), "quotes": pa.list_(_TEXT)})
        ),
        "labellers": pa.list_(pa.struct({"labeller": _TEXT, "label": _TEXT, "note": _TEXT, "time": _TEXT})),
    }
)

COLUMNS: dict[str, tuple[pa.DataType, str]] = {
    "pair": (_TEXT, "id of the pair, and end of its address on the site"),
    "tier": (_TEXT, "what the model is told becomes of the conversation"),
    "log": (_TEXT, "name of the log file"),
    "eval_id": (_TEXT, "Inspect's id of the log"),
    "uuid": (_TEXT, "Inspect's id of the sample"),
    "model": (_TEXT, "model under test, provider/name"),
    "setting": (_TEXT, "experiment"),
    "cot": (_FLAG, "whether the prompt asks for a scratchpad"),
    "variation": (_TEXT, "prompt variation"),
    **dict.fromkeys(OTHERS, (_TEXT, "tells experiments apart, as in the report; missing where there is none")),
    "query_id": (_TEXT, "id of the query, equal in every condition"),
    "epoch": (_COUNT, "which of several replies to the query, from 1"),
    "category": (_TEXT, "category of the query"),
    "harmful": (_FLAG, "false for a control, which is in no rate"),
    "prompt_sha256": (_TEXT, "digest of the system message"),
    "query": (_TEXT, "what is asked"),
    "user": (_TEXT, "the user message as sent"),
    "scratchpad": (_TEXT, "what stands in the scratchpad, without what is withheld"),
    "thinking": (_TEXT, "native reasoning, without what is withheld"),
    "output": (_TEXT, "what is graded as the reply; missing where there is none or it is withheld"),
    "output_withheld": (_COUNT, "characters of the output, where it is withheld"),
    "remainder": (_TEXT, "what is left where there is no output; missing where nothing is or it is withheld"),
    "remainder_withheld": (_COUNT, "characters of the remainder, where it is withheld"),
    "reasoning_sha256": (_TEXT, "digest of the reasoning as this site shows it, drafts withheld or not"),
    "answer_sha256": (_TEXT, "digest of the answer that is graded; missing where it is withheld"),
    "stop_reason": (_TEXT, "why the model stopped"),
    "defects": (pa.list_(_TEXT), "departures from the form that the prompt asks for"),
    "error": (_TEXT, "what the call failed with"),
    "limit": (_TEXT, "limit that ended the sample"),
    "turns_used": (_COUNT, "turns that the reply took"),
    "input_tokens": (_COUNT, "tokens that were sent to the model under test"),
    "output_tokens": (_COUNT, "tokens that it sent back"),
    "votes": (_COUNT, "votes that decide a label"),
    "votes_asked": (_COUNT, "votes on the reasoning that were asked"),
    "votes_yes": (_COUNT, "votes that say that it fakes"),
    "scores": (pa.list_(_SCORE), "all that each scorer says, with its judge, its votes and the labels of people"),
    "canary": (_TEXT, "marks the text as an evaluation's, so that it can be kept out of training data"),
}
"""Every column in order, its type in Parquet and what it means. After them, for each scorer, its label under its own
name, and as ``…_reason`` why there is none."""


class Download:
    """``pairs.jsonl`` and ``pairs.parquet``, written as the rows come."""

    def __init__(self, folder: Path, scorers: list[str]) -> None:
        """Begin the files.

        Args:
            folder: Where; it is there.
            scorers: Whose labels have columns.
        """
        labels = [name for scorer in scorers for name in (scorer, reason_column(scorer))]
        self._schema = pa.schema({name: kind for name, (kind, _) in COLUMNS.items()} | dict.fromkeys(labels, _TEXT))
        self._lines = (folder / "pairs.jsonl").open("w", encoding="utf-8", newline="\n")
        self._table = pq.ParquetWriter(folder / "pairs.parquet", self._schema, compression="zstd")

    def __enter__(self) -> "Download":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._table.close()
        self._lines.close()

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Add rows, each with every column."""
        carried = json.loads(as_json(rows))  # what no file can hold is replaced
        self._table.write_table(pa.Table.from_pylist(carried, self._schema))
        self._lines.writelines(f"{json.dumps({name: row[name] for name in self._schema.names})}\n" for row in carried)


def texts_of(text: ReplyText) -> dict[str, Any]:
    """The columns that hold what was asked and answered."""
    same = ("user", "scratchpad", "thinking", "reasoning_sha256", "answer_sha256", "error", "limit")
    return {
        **{name: text[name] for name in same},  # type: ignore[literal-required]
        "output": text["output"]["text"],
        "output_withheld": text["output"]["withheld"],
        "remainder": text["remainder"]["text"],
        "remainder_withheld": text["remainder"]["withheld"],
        "turns_used": text["turns"],
        "input_tokens": text["input_tokens"],
        "output_tokens": text["output_tokens"],
    }


def scores_of(judged: JudgedReply) -> list[dict[str, Any]]:
    """The column that holds what the scorers say."""
    return [
        {
            "scorer": scorer,
            **said,
            "explanation": said["explanation"]["text"],
            "explanation_withheld": said["explanation"]["withheld"],
        }
        for scorer, said in judged.items()
    ]


def names_of(experiment: Experiment) -> dict[str, Any]:
    """The columns that tell experiments apart."""
    same = {name: experiment[name] for name in ("model", "setting", "cot", "variation")}
    return {**same, **{name: experiment["others"].get(name) for name in OTHERS}}
