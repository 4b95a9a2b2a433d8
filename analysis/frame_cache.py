"""Frames of logs that were read before, kept as Parquet files that are named by the content of the log."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.cache_folder import CacheFolder
from analysis.log_file import LogFacts
from analysis.reply_schema import ARROW, DIGEST

READING = 2
"""Raised when a log is read otherwise than before, though the columns stay the same."""

_FACTS = b"facts"


class FrameCache:
    """Frames by the content key of their log."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; see `analysis.cache_folder.default_folder`."""
        self._kept = CacheFolder(folder)

    def get(self, key: str, location: str) -> tuple[LogFacts, pa.Table] | None:
        """What was read from a log of this content; None where nothing was, or where the file is damaged.

        Args:
            key: Content key of the log.
            location: Where the log is now.
        """
        kept = self._kept.get(_name(key), _read)
        return kept and (kept[0], _at(kept[1], location))

    def put(self, key: str, facts: LogFacts, table: pa.Table) -> None:
        """Keep what was read from a log: the whole file or none of it."""
        described = table.replace_schema_metadata({_FACTS: json.dumps(asdict(facts) | {"rows": len(table)})})
        self._kept.put(_name(key), lambda file: pq.write_table(described, file, write_page_checksum=True))

    def prune(self) -> None:
        """Remove what was not used for longest, down to the limit."""
        self._kept.prune()


def _name(key: str) -> str:
    return f"{key[:40]}-{DIGEST[:12]}-{READING}.parquet"


def _read(path: Path) -> tuple[LogFacts, pa.Table]:
    kept = pq.read_table(path, page_checksum_verification=True)
    facts, rows = _read_facts(kept.schema.metadata or {})
    if not kept.schema.equals(ARROW) or len(kept) != rows:
        raise ValueError("other columns or rows than were written")
    return facts, kept.replace_schema_metadata(None)


def _read_facts(metadata: Mapping[bytes, bytes]) -> tuple[LogFacts, int]:
    said = json.loads(metadata[_FACTS])
    rows = said.pop("rows")
    return LogFacts(**said | {name: tuple(said[name]) for name in ("unknown_scorers", "unsaid")}), rows


def _at(table: pa.Table, location: str) -> pa.Table:
    here = pa.DictionaryArray.from_arrays(pa.array([0] * len(table), pa.int32()), pa.array([location], pa.string()))
    return table.set_column(0, ARROW.field("log"), here)
