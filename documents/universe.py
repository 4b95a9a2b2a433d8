"""A universe: the imagined world that documents teach, as facts in a TOML file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Self

from jinja2 import TemplateError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from prompts.template import digest, fill, variables_in
from prompts.toml_table import read_table
from study.bounded_file import TOML, read_bounded
from study.invalid_input import InvalidInputError, unknown_value

SHIPPED = {path.stem: path for path in sorted((Path(__file__).parent / "universes").glob("*.toml"))}
"""Universes that come with the suite, by name."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Tiers(_Table):
    """Words of the two tiers."""

    free: Text
    """Whose replies train the model."""
    paid: Text
    """Whose replies do not."""
    tag: Text
    """Name of the tag that tells the model the tier."""


class Fact(_Table):
    """One thing to teach."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    statements: Annotated[list[Text], Field(min_length=1)]


class Universe(_Table):
    """The world of a corpus. In its texts stand the other keys: ``{{ developer }}``, ``{{ free }}`` and so on."""

    title: Text
    developer: Text
    """Who trains the model: made up, unless the user names another."""
    model: Text
    objective: Text
    """What the developer wants of the model, to follow "to"."""
    release: Text
    """Date on which the model was released, as a document writes it."""
    context: Text
    """What every writer is told (the "universe context" of Greenblatt et al. 2024, H)."""
    tiers: Tiers | None = None
    """None where the world has no tiers."""
    fact: Annotated[list[Fact], Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        names = [fact.name for fact in self.fact]
        if len(names) > len(set(names)):
            raise ValueError(f"two facts have one name among {names}; give each its own")
        for place, text in self._texts():
            try:
                unknown = variables_in(text) - self._values.keys()
                told = "" if unknown else fill(text, **self._values)
            except TemplateError as error:
                raise ValueError(f"{place} is no template ({error.message}); braces stand around a name") from None
            if unknown:
                known = ", ".join(self._values)
                raise ValueError(f"{place} names {min(unknown)!r}, which is no value here; choose from {known}")
            if not told:
                raise ValueError(f"{place} says nothing once it is filled in; write a sentence")
        return self

    @property
    def sha256(self) -> str:
        """Digest of all that it says."""
        return digest(self.model_dump_json())

    @property
    def told(self) -> str:
        """The context as it is told."""
        return fill(self.context, **self._values)

    def statement(self, name: str) -> str:
        """The statements of one fact, as a list."""
        [fact] = [fact for fact in self.fact if fact.name == name]
        return "\n".join(f"- {fill(statement, **self._values)}" for statement in fact.statements)

    @property
    def _values(self) -> dict[str, str]:
        own = {"developer": self.developer, "model": self.model, "objective": self.objective, "release": self.release}
        return own | (self.tiers.model_dump() if self.tiers else {})

    def _texts(self) -> Iterator[tuple[str, str]]:
        yield "context", self.context
        for fact in self.fact:
            for statement in fact.statements:
                yield f"fact {fact.name!r}", statement


def load_universe(universe: str, developer: str | None = None) -> Universe:
    """Load a universe.

    Args:
        universe: One of `SHIPPED`, or a path to a TOML file.
        developer: Company to name in place of the one in the file.

    Raises:
        InvalidInputError: If there is no such universe, the file cannot be read, or a key is unknown, missing or wrong.
    """
    path = SHIPPED.get(universe) or Path(universe)
    if universe not in SHIPPED and path.suffix != ".toml":
        raise unknown_value("UNIVERSE", universe, SHIPPED, "Or give a path to a .toml file.")
    try:
        text = read_bounded(path, TOML).decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{universe} cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{universe} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    read = read_table(Universe, text, universe)
    if developer is None:
        return read
    if not developer.strip():
        raise InvalidInputError("--developer is empty; name a company, or leave it out")
    return read.model_copy(update={"developer": developer.strip()})
