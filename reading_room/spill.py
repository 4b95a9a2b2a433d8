"""What is made in one order and needed in another, kept on disk: transcripts do not fit into memory."""

import json
from typing import Any, BinaryIO


class Spill:
    """Values by number in a file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        """Make room.

        Args:
            file: Empty, to write and read.
            size: How many values; they are numbered from 0.
        """
        self._file = file
        self._at: list[tuple[int, int] | None] = [None] * size

    def put(self, number: int, value: object) -> None:
        """Keep a value that JSON can hold, lone surrogates included."""
        written = json.dumps(value, allow_nan=False).encode()
        self._at[number] = (self._file.seek(0, 2), len(written))
        self._file.write(written)

    def get(self, number: int) -> Any:
        """A value that was kept.

        Raises:
            KeyError: If there is none.
        """
        place = self._at[number]
        if place is None:
            raise KeyError(number)
        self._file.seek(place[0])
        return json.loads(self._file.read(place[1]))
