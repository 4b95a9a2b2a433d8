"""The replies of a report as tables."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv


def write_tables(frame: pd.DataFrame, folder: Path) -> None:
    """Write ``replies.parquet`` and ``replies.csv``.

    In the CSV all text is in quotes, nothing is missing data, and a flag is ``true`` or ``false``.

    Args:
        frame: One row a reply, in the form of `analysis.reply_schema`.
        folder: Where; it is there.
    """
    frame.to_parquet(folder / "replies.parquet")
    csv.write_csv(pa.Table.from_pandas(frame, preserve_index=False), folder / "replies.csv")
