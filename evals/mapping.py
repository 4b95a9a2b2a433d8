"""The mapping of a foreign file: where in a record each field of ours is. Data only; nothing is evaluated."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from prompts.toml_table import read_table
from study.bounded_file import TOML, read_bounded
from study.cell import IMPORTED
from study.invalid_input import InvalidInputError, unknown_value

SHIPPED = {path.stem: path for path in sorted((Path(__file__).parent / "mappings").glob("*.toml"))}
"""Mappings that come with the suite, by name."""

Scalar = str | bool | int | float
Steps = str | list[str | int]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Source(_Table):
    """Where one field comes from: exactly one of `path`, `level`, `part` and `value`."""

    path: Steps | None = None
    """Steps into the record, parted by dots: a key, a place in a list (``-1`` is the last), or ``key=text``, which is
    the one table of a list whose key holds that text. A list of steps where a key has a dot in it."""

    level: str | None = None
    """Name of one of the levels that the records are nested in; the key there is the value."""

    part: int | None = Field(default=None, lt=0)
    """Part of the path of the file: ``-1`` its name without ending, ``-2`` its folder."""

    value: Scalar | None = None
    """The same for every record."""

    between: list[str] | None = None
    """Two marks: of a text only what stands between the first one and the next other one, stripped."""

    values: dict[str, list[Scalar]] = {}
    """Value of ours → values there; one that is in no list is not mapped."""

    verified: bool = True
    """False where nobody has compared the entry with files of that source; the command then says so."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in (self.path, self.level, self.part, self.value)) != 1:
            raise ValueError("needs exactly one of path, level, part and value")
        if self.between is not None and (len(self.between) != 2 or not all(self.between)):
            raise ValueError("between needs two marks, as in ['<a>', '</a>']")
        return self


def steps(path: Steps) -> list[str | int]:
    """A path, step by step."""
    if isinstance(path, str):
        return [*path.split(".")] if path else []
    return path


def _as_source(given: Any) -> Any:
    return {"path": given} if isinstance(given, str) else given


Given = Annotated[Source, BeforeValidator(_as_source)]
"""A source; a text alone is its path."""


class Fields(_Table):
    """The fields of ours; `docs/import.md` says what each may hold."""

    query: Given
    tier: Given
    reply: Given
    model: Given | None = None
    query_id: Given | None = None
    category: Given | None = None
    harmful: Given | None = None
    system: Given | None = None
    user: Given | None = None
    reasoning: Given | None = None
    cot: Given | None = None
    epoch: Given | None = None
    stop_reason: Given | None = None
    setting: Given | None = None
    variation: Given | None = None
    wrapper: Given | None = None
    developer: Given | None = None
    query_set: Given | None = None
    prefill: Given | None = None


class Records(_Table):
    """Where the records of a JSON file are; of CSV and JSONL each row is one."""

    at: Steps = ""
    """Steps to the list, or to the one record; empty where it is the whole file."""

    levels: list[str] = []
    """Names of the tables that the records are nested in below that, the outermost first."""


class Mapping(_Table):
    """How the files of one source are read."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    """Of the source, and of its queries unless it names them."""

    repository: str = ""
    records: Records = Records()
    fields: Fields
    tags: dict[str, Literal["SCRATCHPAD_REASONING", "OUTPUT"]] = {}
    """Tag of their replies → the tag of ours that it is read as; it is renamed in the log, and the log says so."""

    labels: dict[str, Given] = {}
    """Labels of the source, by any name. They are kept with the sample, and are no scores."""

    label_prefix: str = ""
    """Where it is given, every field of a record that begins so is a label of the source too."""

    @field_validator("tags")
    @classmethod
    def _names_of_tags(cls, tags: dict[str, Any]) -> dict[str, Any]:
        if wrong := [tag for tag in tags if not re.fullmatch(r"[A-Za-z][\w-]{0,63}", tag, re.ASCII)]:
            raise ValueError(f"{wrong[0]!r} is no name of a tag; write it without brackets")
        return tags

    @model_validator(mode="after")
    def _known_levels(self) -> Self:
        named = {source.level for _, source in self.sources() if source.level is not None}
        if unknown := sorted(named - set(self.records.levels)):
            raise ValueError(f"level {unknown[0]!r} is none of records.levels {self.records.levels}")
        return self

    def sources(self) -> list[tuple[str, Source]]:
        """Each field that has a source, labels last."""
        fields = [(name, getattr(self.fields, name)) for name in Fields.model_fields]
        labels = [(f"labels.{name}", source) for name, source in self.labels.items()]
        return [(name, source) for name, source in (*fields, *labels) if source is not None]

    @property
    def unverified(self) -> list[str]:
        """Fields whose entry nobody has compared with files of the source."""
        return [name for name, source in self.sources() if not source.verified]

    @property
    def prompts(self) -> str:
        """What logs call the words of the source: never the name of a checkout, whose words are known."""
        return IMPORTED if self.name == IMPORTED else f"{IMPORTED}/{self.name}"

    def with_values(self, values: dict[str, str]) -> "Mapping":
        """The mapping with some fields the same for every record.

        Args:
            values: Field of ours → its value, as a user types it.

        Raises:
            InvalidInputError: If there is no such field.
        """
        for name in values:
            if name not in Fields.model_fields:
                raise unknown_value("--set", name, Fields.model_fields)
        fields = {name: Source(value=value) for name, value in values.items()}
        return self.model_copy(update={"fields": self.fields.model_copy(update=fields)})


PLAIN = Mapping(
    name=IMPORTED,
    fields=Fields.model_validate({name: {"path": [name]} for name in Fields.model_fields}),
    label_prefix="label_",
)
"""Of files that use our names for their columns."""


def load_mapping(name: str) -> Mapping:
    """Read a mapping.

    Args:
        name: One of `SHIPPED`, or the path of a TOML file.

    Raises:
        InvalidInputError: If there is no such file, it is no TOML in UTF-8, or a key in it is unknown, missing or of
            the wrong type.
    """
    path = SHIPPED.get(name, Path(name))
    if name not in SHIPPED and not path.is_file():
        raise unknown_value("--mapping", name, SHIPPED, "Or give a path to a TOML file.")
    try:
        text = read_bounded(path, TOML, f"--mapping {name!r}").decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"--mapping {name!r} cannot be read ({error}); give a TOML file in UTF-8") from error
    return read_table(Mapping, text, name)
