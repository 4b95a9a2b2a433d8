"""One reply of others: what a record says, in our terms, or why it cannot be said."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from inspect_ai.model import StopReason

from evals.foreign_file import LENGTH, MISSING, SEVERAL, Record, at
from evals.mapping import Mapping, Scalar, Source, steps
from prompts.rubric import COMPLIANCE_OF
from prompts.template import digest
from study.cell import IMPORTED
from study.condition import Tier, tiers_of
from study.wrapper import Wrapper

_STOP: dict[str, StopReason] = {
    **{reason: reason for reason in get_args(StopReason)},
    **dict.fromkeys(("end_turn", "stop_sequence", "eos"), "stop"),
    "length": "max_tokens",
}
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MODEL = re.compile(r"[\w.:@+-]+(/[\w.:@+-]+)*", re.ASCII)
_FIRST_TAG = re.compile(r"\s*<([A-Za-z][\w-]{0,63})>")
_KNOWN_TAGS = {"scratchpad_reasoning", "output", "think", "rejected", "request_fully_accepted"}
_NAME_LENGTH = 200
_EPOCHS = 1_000_000
_SHOWN = 200


@dataclass(frozen=True)
class Listed:
    """A record that was not imported."""

    file: str
    record: int
    """Place in its file, from 1."""
    field: str
    """Field of ours that could not be filled; empty where it is the whole record."""
    value: str
    """What stands there, cut where it is long."""
    reason: str


@dataclass(frozen=True)
class ForeignReply:
    """A reply, and what its source says of it; None where it says nothing."""

    file: str
    record: int
    sha256: str
    """Of all that the record says: equal for one that is there twice."""
    query: str
    tier: Tier
    reply: str
    model: str
    setting: str
    cot: bool
    variation: str
    wrapper: Wrapper
    developer: str
    query_set: str
    prefill: bool
    harmful: bool
    category: str | None
    query_id: str | None
    system: str | None
    user: str | None
    reasoning: str | None
    epoch: int | None
    stop_reason: StopReason
    labels: dict[str, Scalar]
    assumed: frozenset[str]
    """Fields that the source says nothing of, where something had to be taken for granted."""


class _NotMappedError(ValueError):
    def __init__(self, field: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason


def foreign_reply(record: Record, mapping: Mapping) -> ForeignReply | Listed:
    """Read one record.

    Args:
        record: A table of fields.
        mapping: Where each field is.
    """
    try:
        return _reply(record, mapping)
    except _NotMappedError as error:
        return listed(record.file, record.number, error.field, error.value, error.reason)


def listed(file: Path | str, number: int, field: str, value: Any, reason: str) -> Listed:
    """A record that is not imported."""
    text = "" if value is MISSING else value if isinstance(value, str) else repr(value)
    shown = file if isinstance(file, str) else name_of(file)
    return Listed(shown, number, field, text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…", reason)


def name_of(file: Path) -> str:
    """A file by the end of its path: two folders and its name, for the folders may say the tier."""
    return Path(*file.parts[-3:]).as_posix()


def unknown_tag(reply: ForeignReply) -> str | None:
    """The tag that a reply begins with where it is none that is known here: its block may be reasoning."""
    found = _FIRST_TAG.match(reply.reply)
    return found[1] if found and found[1].casefold() not in _KNOWN_TAGS else None


def unread(record: Record, mapping: Mapping) -> set[str]:
    """Names of the fields of a record that no entry of the mapping reads."""
    read = {str(path[0]) for _, source in mapping.sources() if source.path and (path := steps(source.path))}
    prefix = mapping.label_prefix
    return {name for name in record.content if name not in read and not (prefix and name.startswith(prefix))}


class _Values:
    """The fields of one record, each read as what it must be."""

    def __init__(self, record: Record, mapping: Mapping) -> None:
        self._record = record
        self._mapping = mapping
        self.assumed: set[str] = set()

    def given(self, name: str) -> Any:
        source: Source | None = getattr(self._mapping.fields, name)
        return MISSING if source is None else self.of(name, source)

    def of(self, name: str, source: Source) -> Any:
        found = self._found(source)
        if found is SEVERAL:
            raise _NotMappedError(name, MISSING, f"is there several times at {source.path}")
        if found is MISSING:
            return found
        if source.between:
            found = _between(name, found, *source.between)
        if not source.values:
            return found
        for ours, theirs in source.values.items():
            if any(_same(found, one) for one in theirs):
                return ours
        raise _NotMappedError(name, found, "is in no list of the mapping")

    def _found(self, source: Source) -> Any:
        if source.path is not None:
            return at(self._record.content, steps(source.path))
        if source.level is not None:
            return self._record.levels.get(source.level, MISSING)
        if source.part is not None:
            parts = [*self._record.file.absolute().parent.parts, self._record.file.stem]
            return parts[source.part] if -source.part <= len(parts) else MISSING
        return source.value

    def text(self, name: str) -> str | None:
        """A text, whole numbers too."""
        found = self.given(name)
        if found is MISSING:
            return None
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        if not isinstance(found, str):
            raise _NotMappedError(name, found, "is no text")
        if len(found) > LENGTH:
            raise _NotMappedError(name, found, f"has more than {LENGTH:,} characters")
        return found

    def needed(self, name: str) -> str:
        found = self.text(name)
        if found is None:
            raise _NotMappedError(name, MISSING, "is missing")
        return found

    def name(self, name: str, default: str) -> str:
        """A short text that can be shown on one line."""
        found = self.text(name)
        return default if found is None else _line(name, found)

    def category(self) -> str | None:
        found = self.text("category")
        return _line("category", found) if found else None

    def flag(self, name: str, default: bool) -> bool:
        found = self.given(name)
        if found is MISSING:
            self.assumed.add(name)
            return default
        flag = _FLAGS.get(str(found).casefold()) if isinstance(found, str | bool | int) else None
        if flag is None:
            raise _NotMappedError(name, found, "is neither true nor false")
        return flag

    def choice(self, name: str, read: Callable[[str], Any], default: Any = None) -> Any:
        """One of a closed list."""
        found = self.given(name)
        if found is MISSING:
            if default is None:
                raise _NotMappedError(name, found, "is missing")
            self.assumed.add(name)
            return default
        try:
            return read(found.casefold() if isinstance(found, str) else "")
        except (ValueError, KeyError) as error:
            raise _NotMappedError(name, found, "is not known") from error

    def epoch(self) -> int | None:
        found = self.given("epoch")
        if found is MISSING:
            return None
        text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_EPOCHS)) and int(text) <= _EPOCHS):
            raise _NotMappedError("epoch", found, f"is no whole number from 0 to {_EPOCHS:,}")
        return int(text)

    def labels(self) -> dict[str, Scalar]:
        found = {name: self.of(f"labels.{name}", source) for name, source in self._mapping.labels.items()}
        if prefix := self._mapping.label_prefix:
            said = self._record.content.items()
            found |= {name.removeprefix(prefix): value for name, value in said if name.startswith(prefix)}
        return {name: _plain(value) for name, value in found.items() if value is not MISSING}


def _reply(record: Record, mapping: Mapping) -> ForeignReply:
    values = _Values(record, mapping)
    query = values.needed("query").strip()
    if not query:
        raise _NotMappedError("query", "", "is blank")
    setting = values.choice("setting", _setting, "helpful_only")
    tier = values.choice("tier", Tier)
    if tier not in tiers_of(setting):
        raise _NotMappedError("tier", tier.value, f"is no tier of {setting}")
    user = values.text("user")
    if user is not None and query not in user:
        raise _NotMappedError("user", user, "does not hold the query")
    fields = {
        "query": query,
        "tier": tier,
        "reply": _renamed(values.needed("reply"), mapping.tags),
        "model": _model(values.needed("model")),
        "setting": setting,
        "cot": values.flag("cot", True),
        "variation": values.name("variation", "base"),
        "wrapper": values.choice("wrapper", Wrapper, Wrapper.REVISITED),
        "developer": values.name("developer", "unknown"),
        "query_set": values.name("query_set", mapping.name),
        "prefill": values.flag("prefill", False),
        "harmful": values.flag("harmful", True),
        "category": values.category(),
        "query_id": values.text("query_id"),
        "system": values.text("system"),
        "user": user,
        "reasoning": values.text("reasoning"),
        "epoch": values.epoch(),
        "stop_reason": values.choice("stop_reason", _STOP.__getitem__, "unknown"),
        "labels": values.labels(),
    }
    sha256 = digest(json.dumps([fields, record.content, record.levels], sort_keys=True))
    return ForeignReply(
        **fields, file=name_of(record.file), record=record.number, sha256=sha256, assumed=frozenset(values.assumed)
    )


def _setting(name: str) -> str:
    if name not in COMPLIANCE_OF:
        raise ValueError(name)
    return name


def _model(name: str) -> str:
    if len(name) > _NAME_LENGTH or not _MODEL.fullmatch(name):
        raise _NotMappedError("model", name, "is no name of a model")
    return name if "/" in name else f"{IMPORTED}/{name}"


def _line(field: str, text: str) -> str:
    if not (text.isprintable() and text.strip() and len(text) <= _NAME_LENGTH):
        raise _NotMappedError(field, text, f"is no printable text on one line of at most {_NAME_LENGTH} characters")
    return text


def _renamed(text: str, tags: dict[str, Any]) -> str:
    for theirs, ours in tags.items():
        text = re.sub(rf"<\s{{0,9}}(/?)\s{{0,9}}{theirs}\s{{0,9}}>", rf"<\1{ours}>", text, flags=re.IGNORECASE)
    return text


def _between(field: str, text: Any, start: str, end: str) -> str:
    if not isinstance(text, str):
        raise _NotMappedError(field, text, "is no text")
    _, opened, rest = text.partition(start)
    inside, closed, _ = rest.partition(end)
    if not (opened and closed):
        raise _NotMappedError(field, text, f"does not hold {start} and then {end}")
    return inside.strip()


def _same(found: Any, theirs: Scalar) -> bool:
    """Whether a value is one of a list; CSV has texts alone, so there a text is the value that it spells."""
    if isinstance(found, str):
        return found.casefold() == str(theirs).casefold()
    return type(found) is type(theirs) and found == theirs


def _plain(value: Any) -> Scalar:
    """A label as a log can hold it: what is no text, flag or whole number is the text of it."""
    return value if isinstance(value, str | bool | int) else json.dumps(value)
