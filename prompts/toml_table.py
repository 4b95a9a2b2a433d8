"""A TOML file as a typed table, with errors for whoever wrote the file."""

import tomllib
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from study.invalid_input import InvalidInputError, unknown_value

Table = TypeVar("Table", bound=BaseModel)


def read_table(kind: type[Table], text: str, path: str) -> Table:
    """Read a file.

    Args:
        kind: What it holds.
        text: TOML.
        path: Where it stands, for the error.

    Raises:
        InvalidInputError: If it is no TOML, or a key is unknown, missing or of the wrong type.
    """
    try:
        return kind.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInputError(f"{path} is not TOML ({error}); correct it") from error
    except ValidationError as error:
        raise _translated(kind, error, path) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, or tables without end
        raise InvalidInputError(f"{path} cannot be read as TOML ({error}); correct it") from error


def _translated(kind: type[BaseModel], error: ValidationError, path: str) -> InvalidInputError:
    # A misspelt key is unknown and missing at once; its own name helps more.
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    place = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        table = ".".join(place[:-1])
        return unknown_value(
            f"{path}: key of [{table}]" if table else f"{path}: key", place[-1], _keys(kind, place[:-1])
        )
    if not place:  # it takes several keys to be wrong
        return InvalidInputError(f"{path}: {first['msg'].removeprefix('Value error, ')}")
    what = "is missing" if first["type"] == "missing" else f"is wrong: {first['msg'].removeprefix('Value error, ')}"
    inside = place[:-1] if first["type"] == "missing" else place
    return InvalidInputError(f"{path}: key {'.'.join(place)!r} {what} (keys there: {', '.join(_keys(kind, inside))})")


def _keys(model: type[BaseModel], place: list[str]) -> list[str]:
    """Keys of the table that a place is, or is in."""
    for part in place:
        annotation: Any = model.model_fields[part].annotation if part in model.model_fields else None
        inner = [kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type)]
        model = next((kind for kind in inner if issubclass(kind, BaseModel)), model)
    return sorted(model.model_fields)
