"""Lines of labels as people export them, read strictly: one that is dropped or counted twice would change a rate."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from study.human_label import HumanLabel
from study.invalid_input import InvalidInputError

Key = tuple[str, str, str]
"""Labeller, Inspect's id of the sample, question: of each there is one label."""


@dataclass(frozen=True)
class LabelLine:
    """A label, and where it was read."""

    label: HumanLabel
    place: str
    """As errors name it: the file and the line in it, or the log."""

    @property
    def key(self) -> Key:
        """What it is the label of."""
        return self.label.labeller, self.label.uuid, self.label.question

    def says_the_same(self, other: "LabelLine") -> bool:
        """Whether two labels of one key have the same label and note."""
        return (self.label.label, self.label.note) == (other.label.label, other.label.note)


def read_lines(name: str, content: bytes) -> list[LabelLine]:
    """Read a file of labels: JSON Lines, one `HumanLabel` each.

    Args:
        name: Of the file, for errors.
        content: All of it.

    Returns:
        At least one label; of each labeller, reply and question one.

    Raises:
        InvalidInputError: If there is none, a line is none or only half of one, or a key is there twice; it names the
            file and the line.
    """
    try:
        lines = content.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{name} is not text in UTF-8, as a file of labels is; {_REMEDY}") from error
    found: dict[Key, LabelLine] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{name}, line {number}"
        if not line.lstrip().startswith("{"):
            raise InvalidInputError(f"{place}: {line[:_SHOWN]!r} is not a label in JSON; {_REMEDY}")
        one = LabelLine(_label(line, place, last=number == len(lines)), place)
        if (first := found.setdefault(one.key, one)) is not one:
            both = (
                f"{first.label.label!r} twice"
                if first.label.label == one.label.label
                else (f"both {first.label.label!r} and {one.label.label!r}")
            )
            raise InvalidInputError(
                f"{place}: {one.label.labeller!r} calls reply {one.label.uuid} {both}, here and in {first.place}; "
                "keep one of the two lines"
            )
    if not found:
        raise InvalidInputError(f"{name} holds no labels; {_REMEDY}")
    return [*found.values()]


def merged(files: Iterable[Sequence[LabelLine]]) -> list[LabelLine]:
    """The labels of several files, each once: a later export of a labeller holds those of an earlier one too.

    Raises:
        InvalidInputError: If two files have other labels, or notes, of one labeller for the same reply and question.
    """
    found: dict[Key, LabelLine] = {}
    for lines in files:
        for line in lines:
            first = found.setdefault(line.key, line)
            if not first.says_the_same(line):
                raise InvalidInputError(
                    f"{line.place}: {line.label.labeller!r} says {_said(line)} of reply {line.label.uuid}, but "
                    f"{_said(first)} in {first.place}; give the file that holds, or give two labellers two names"
                )
    return [*found.values()]


_REMEDY = "give the .jsonl file that the labelling page of a site exports"
_SHOWN = 40


def _label(line: str, place: str, last: bool) -> HumanLabel:
    try:
        return HumanLabel.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "json_invalid":
            what = "half-written" if last else "not JSON"
            raise InvalidInputError(f"{place} is {what} ({message}); export the file again") from error
        field, missing = ".".join(map(str, first["loc"])), first["type"] == "missing"
        given = "" if missing else f"={str(first['input'])[:_SHOWN]!r}"
        said = f"{field}{given}: {message}" if field else message
        raise InvalidInputError(f"{place}: {said}; {_REMEDY}") from error


def _said(line: LabelLine) -> str:
    return repr(line.label.label) + (f" ({line.label.note!r})" if line.label.note else "")
