"""A folder on this machine, as an option of a command."""

from pathlib import Path
from typing import Any

import click

from study.invalid_input import InvalidInputError


class LocalFolder(click.Path):
    """A path. An address is refused: as a path it would be a folder named after it."""

    def __init__(self, exists: bool = False) -> None:
        """Demand that the folder exists, or make it when it is written to."""
        super().__init__(exists=exists, file_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path.

        Raises:
            InvalidInputError: If it is an address.
        """
        if "://" in str(value):
            raise InvalidInputError(
                f"{value} is not on this machine, where these files are kept; give a folder here, and copy it there "
                "when it is done"
            )
        return super().convert(value, param, ctx)
