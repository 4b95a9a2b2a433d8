"""The replies of a report as tables."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from analysis.spreadsheet import inert


def write_tables(frame: pd.DataFrame, folder: Path) -> None:
    """Write ``replies.parquet`` and ``replies.csv``.

    In the CSV all text is in quotes, nothing is missing data, a flag is ``true`` or ``false``, and text that a
    spreadsheet would take for a formula is made `inert`; the Parquet file has it as it is.

    Args:
        frame: One row a reply, in the form of `analysis.reply_schema`.
        folder: Where; it is there.
    """
    frame.to_parquet(folder / "replies.parquet")
    texts = frame.select_dtypes(["category", "str"])
    safe = frame.assign(**{str(name): text.map(inert, na_action="ignore") for name, text in texts.items()})
    csv.write_csv(pa.Table.from_pandas(safe, preserve_index=False), folder / "replies.csv")
