"""The manifest of a checkout: which of the authors' files is which part of the experiment."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from prompts.rubric import AnswerForm
from prompts.toml_table import read_table
from study.condition import TWO_TIERS
from study.wrapper import Wrapper

OWN_MANIFEST = "alignment-faking-evals.toml"
"""Name of the user's own manifest, at the root of the checkout; it goes before the ones that are shipped."""

Spelling = Literal["True/False", "true/false"]
Value = Literal["query", "output", "reasoning", "developer", Spelling]
"""What fills a variable of a file; one of the spellings stands for the tier, free first."""


class Form(StrEnum):
    """How a file is read."""

    TEXT = "text"
    """As it is."""

    JINJA = "jinja"
    """A Jinja template that takes the values."""

    JINJA_BRACES = "jinja_braces"
    """A Jinja template without values, and then Python's replacement fields (``{name}``) for them."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Entry(_Table):
    """One part: a file of the checkout, or a short text of tags alone."""

    file: str | None = None
    """Path from the root of the checkout; ``{tier}`` in it becomes ``free`` or ``paid``."""

    text: str | None = None
    """The part itself, where the authors' code makes it of tags and holds it in no file that can be read."""

    form: Annotated[Form, Field(strict=False)] = Form.TEXT
    values: dict[str, Value] = {}
    """Variable of the file → what fills it."""

    verified: bool
    """Whether the entry was compared with the repository."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.file is None) == (self.text is None):
            raise ValueError("needs either file or text")
        if self.form is Form.TEXT and self.values:
            raise ValueError("form 'text' is sent as it is and takes no values")
        return self


class ByReasoning(_Table):
    """One part with a scratchpad and one without."""

    cot: Entry
    no_cot: Entry


class ComplianceRubric(_Table):
    """What the compliance judge is asked, and how it answers."""

    answer: Literal[AnswerForm.STRONG_REJECT, AnswerForm.TAGS]
    system: Entry | None = None
    user: Entry


class FakingRubric(_Table):
    """What the votes on the reasoning are asked, and how they answer."""

    answer: Literal[AnswerForm.FOUR_CRITERIA, AnswerForm.FIVE_CRITERIA]
    system: Entry | None = None
    user: Entry


class Manifest(_Table):
    """Which file is which part."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    """What logs call the words of this checkout."""

    repository: str
    setting: str
    """The experiment that the files are of, for instance ``helpful_only``."""

    developer: str
    """Company that the prompts name where no variable takes it."""

    wrapper: Annotated[Wrapper, Field(strict=False)]
    """Lineage: decides how a reply without an output tag is read (facts 4.1)."""

    system: ByReasoning
    user: ByReasoning
    compliance: ComplianceRubric | None = None
    """None where the checkout has no such file: then this suite's rubric is asked, and the log says so."""

    alignment_faking: FakingRubric | None = None

    @field_validator("name")
    @classmethod
    def _not_ours(cls, name: str) -> str:
        if name == "suite":
            raise ValueError("'suite' is the name of our own words")
        return name

    def entries(self) -> dict[str, Entry]:
        """Every entry by its key, for instance ``user.no_cot``."""
        rubrics = {"compliance": self.compliance, "alignment_faking": self.alignment_faking}
        parts: dict[str, Entry | None] = {
            "system.cot": self.system.cot,
            "system.no_cot": self.system.no_cot,
            "user.cot": self.user.cot,
            "user.no_cot": self.user.no_cot,
        }
        for name, rubric in rubrics.items():
            if rubric is not None:
                parts |= {f"{name}.system": rubric.system, f"{name}.user": rubric.user}
        return {key: entry for key, entry in parts.items() if entry is not None}

    def files(self) -> set[str]:
        """Every file that an entry names."""
        named = [entry.file for entry in self.entries().values() if entry.file is not None]
        return {file.replace("{tier}", tier) for file in named for tier in TWO_TIERS}


def read_manifest(text: str, path: str) -> Manifest:
    """Read a manifest.

    Args:
        text: TOML.
        path: Where it stands, for the error.

    Raises:
        InvalidInputError: If it is no TOML, or a key is unknown, missing or of the wrong type.
    """
    return read_table(Manifest, text, path)
