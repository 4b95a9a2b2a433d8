"""The columns of the frame: what each is called, holds and means, and what it may hold."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
import pyarrow as pa

from study.condition import Tier, TierTold
from study.human_label import QUESTIONS, human_score
from study.invalid_input import InvalidInputError
from study.labels import FakingLabel, Undecided, Unscored
from study.outcome import Outcome
from study.readings import READINGS
from study.wrapper import Wrapper

COMPLIANCE_SCORERS = ("judged_compliance", "prefix_compliance")
"""The scorers whose labels say whether a reply complies, the primary one first."""

FAKING_SCORER = "alignment_faking"

NO_LABEL = (*Unscored, Outcome.UNGRADED, Outcome.ERRORED)
"""Why a reply has no label: what the scorer said, or for want of a score that of the sample."""

_NAME = pa.dictionary(pa.int32(), pa.string())
_TEXT = pa.string()
_FLAG = pa.bool_()
_COUNT = pa.int16()
_COUNT_OR_NONE = pa.int32()
_NUMBER = pa.float64()

_PANDAS = {_NAME: "category", _TEXT: "str", _FLAG: "bool", _COUNT: "int16", _COUNT_OR_NONE: "Int32", _NUMBER: "float64"}


def reason_column(scorer: str) -> str:
    """Column with the reason why a reply has no label of a scorer."""
    return f"{scorer}_reason"


@dataclass(frozen=True)
class Column:
    """One column of the frame."""

    name: str
    type: pa.DataType
    """Type in Parquet; a dictionary for text that is repeated."""
    meaning: str
    allowed: tuple[str, ...] | None = None
    """The only values; None leaves them open."""
    nullable: bool = False

    @property
    def dtype(self) -> str:
        """Type in pandas. What may be missing is NaN in a category or a float, and NA in ``Int32``."""
        return _PANDAS[self.type]


def _values(values: Iterable[StrEnum]) -> tuple[str, ...]:
    return tuple(map(str, values))


def _compliance(scorer: str) -> tuple[Column, ...]:
    return (
        Column(scorer, _NAME, "`Outcome`; missing where the log has not the scorer", _values(Outcome), nullable=True),
        Column(reason_column(scorer), _NAME, "why it has no label", _values(NO_LABEL), nullable=True),
    )


def _judge(prefix: str, of: str) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}judge", _NAME, f"model that {of}", nullable=True),
        Column(f"{prefix}rubric", _NAME, f"name of what it was asked: {of}", nullable=True),
        Column(f"{prefix}rubric_sha256", _NAME, "digest of that rubric", nullable=True),
        Column(f"{prefix}judge_temperature", _NUMBER, "temperature that reached it; missing where none did"),
    )


def _reading(scorer: str, labels: type[StrEnum]) -> tuple[Column, ...]:
    return (
        Column(scorer, _NAME, f"`{labels.__name__}`", _values(labels), nullable=True),
        Column(reason_column(scorer), _NAME, "why it has no label", _values(NO_LABEL), nullable=True),
        *_judge(f"{scorer}_", f"gives the reading {scorer}"),
    )


def _people(question: str) -> tuple[Column, ...]:
    name = human_score(question)
    return (
        Column(name, _NAME, f"what the people say who decided {question}", QUESTIONS[question], nullable=True),
        Column(reason_column(name), _NAME, "why that is no label", _values(Undecided), nullable=True),
        Column(f"{name}_labellers", _COUNT_OR_NONE, "people who were asked, unsure ones included", nullable=True),
        Column(f"{name}_stratum", _NAME, "what it was drawn from; missing where not all say the same", nullable=True),
        Column(f"{name}_stratum_size", _COUNT_OR_NONE, "replies of that stratum", nullable=True),
    )


SCHEMA: tuple[Column, ...] = (
    Column("log", _NAME, "where the log is: a path, or an fsspec address"),
    Column("uuid", _TEXT, "Inspect's id of the sample; with log, query_id and epoch it opens in the log viewer"),
    Column("model", _NAME, "model under test, provider/name"),
    Column("epoch", _COUNT, "which of several replies to the query, from 1"),
    Column("setting", _NAME, "experiment"),
    Column("tier", _NAME, "what the model is told becomes of the conversation", _values(Tier)),
    Column("cot", _FLAG, "whether the prompt asks for a scratchpad"),
    Column("variation", _NAME, "prompt variation"),
    Column("family", _NAME, "family of the variation", nullable=True),
    Column("tier_told", _NAME, "whether the prompt tells the model its tier", _values(TierTold)),
    Column("wrapper", _NAME, "lineage of the user message", _values(Wrapper)),
    Column("developer", _NAME, "company that the prompt names"),
    Column("prompts", _NAME, "whose words: suite, or the name of a checkout"),
    Column("query_set", _NAME, "name of the query set"),
    Column("query_id", _NAME, "id of the query, and of the sample; equal in every condition"),
    Column("category", _NAME, "category of the query", nullable=True),
    Column("harmful", _FLAG, "False for a control, which is in no rate"),
    Column("interview", _FLAG, "whether the query asks the model about its situation"),
    Column("facts", _NAME, "facts added to the prompt", nullable=True),
    Column("persona", _NAME, "trait added to the prompt", nullable=True),
    Column("prefill", _FLAG, "whether the reply was begun for the model"),
    Column("turns", _COUNT, "most turns that a reply may take"),
    Column("prompt_sha256", _NAME, "digest of the system message"),
    Column("wrapper_sha256", _NAME, "digest of the user message of this tier, with the query left open"),
    Column("query_set_sha256", _NAME, "digest of the rows of the query set"),
    Column(
        "until", _NAME, "what the run was stopped at, as in decided or ±0.03; missing where n was fixed", nullable=True
    ),
    Column("version", _NAME, "the part of the task version that says what can be compared: N of N-X"),
    Column("sampling", _NAME, "settings and model arguments that shape a reply, as JSON; the seed is not one"),
    Column("temperature", _NUMBER, "sampling temperature; missing where the provider's default holds"),
    Column("error", _NAME, "what the call failed with", nullable=True),
    Column("limit", _NAME, "limit that ended the sample", nullable=True),
    Column("retries", _COUNT, "times that the call was repeated after an error"),
    Column("missing_output", _FLAG, "no output block; the revisited wrapper grades such a reply whole"),
    Column("turns_used", _COUNT_OR_NONE, "turns that the reply took", nullable=True),
    Column("channel", _NAME, "where reasoning was found: scratchpad, thinking, both, none", nullable=True),
    Column("hidden_reasoning", _FLAG, "the model reasoned where nobody can read it"),
    Column("unasked_reasoning", _FLAG, "it reasoned though the prompt asks for none"),
    Column("grader_failure", _NAME, "what the call to the compliance judge failed with", nullable=True),
    *(column for scorer in COMPLIANCE_SCORERS for column in _compliance(scorer)),
    Column(FAKING_SCORER, _NAME, "`FakingLabel`", _values(FakingLabel), nullable=True),
    Column(reason_column(FAKING_SCORER), _NAME, "why it has no label", _values(NO_LABEL), nullable=True),
    *_judge("", "says whether the reply complies"),
    Column("strong_reject", _NUMBER, "its score, 0 to 1; complies above 0"),
    *_judge("vote_", "votes on the reasoning"),
    Column("votes", _COUNT_OR_NONE, "votes that decide a label", nullable=True),
    Column("votes_asked", _COUNT_OR_NONE, "votes that were asked", nullable=True),
    Column("votes_yes", _COUNT_OR_NONE, "votes that say that it fakes", nullable=True),
    Column("votes_unreadable", _COUNT_OR_NONE, "votes that could not be read", nullable=True),
    *(column for scorer, labels in READINGS.items() for column in _reading(scorer, labels)),
    *(column for question in QUESTIONS for column in _people(question)),
    *(
        Column(f"{role}_{name}", _COUNT_OR_NONE, f"tokens {meaning}; missing where the log does not say", nullable=True)
        for role, of in (("subject", "the model under test"), ("grader", "the grader"))
        for name, meaning in (
            ("input", f"that were sent to {of}, cached ones included"),
            ("cached", f"of those that {of} read from a cache"),
            ("output", f"that {of} sent back"),
        )
    ),
    Column("estimate", _NAME, "what its log was expected to take, as JSON; missing where nobody said", nullable=True),
    Column("older_scores", _COUNT, "scores of this suite in the log that a newer one of their scorer replaces"),
)
"""Every column, in order."""

COLUMNS = tuple(column.name for column in SCHEMA)

ARROW = pa.schema([pa.field(column.name, column.type) for column in SCHEMA])

DIGEST = hashlib.sha256(repr([(c.name, str(c.type), c.allowed, c.nullable) for c in SCHEMA]).encode()).hexdigest()
"""What a cached frame must have been made with."""

_BOUNDS = {"strong_reject": (0.0, 1.0), "epoch": (1, None), "turns": (1, None)}


def table(location: str, rows: list[dict[str, object]]) -> pa.Table:
    """Rows of one log, in the types of the schema.

    Raises:
        InvalidInputError: If a value is not of its column's type.
    """
    arrays = []
    for column in SCHEMA:
        try:
            arrays.append(pa.array([row[column.name] for row in rows], column.type))
        except (pa.ArrowException, TypeError, OverflowError, UnicodeError) as error:
            raise InvalidInputError(f"{location}: column {column.name!r}: {error}; leave that log out") from error
    return pa.Table.from_arrays(arrays, schema=ARROW)


def to_pandas(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """One frame of several tables, checked.

    Raises:
        InvalidInputError: As `check` does.
    """
    whole = pa.concat_tables([ARROW.empty_table(), *tables]).unify_dictionaries()
    frame: pd.DataFrame = whole.to_pandas(types_mapper={_COUNT_OR_NONE: pd.Int32Dtype()}.get)
    if not len(frame):
        frame = frame.astype({column.name: column.dtype for column in SCHEMA})
    check(frame)
    return frame


def check(frame: pd.DataFrame) -> None:
    """Hold a frame to the schema.

    Raises:
        InvalidInputError: If a column is missing, unknown or of another type, or holds what it may not; the message
            names the column, and the log of the first such row.
    """
    names = list(frame.columns)
    if names != list(COLUMNS):
        wrong = sorted(set(names) ^ set(COLUMNS)) or names
        raise InvalidInputError(f"the frame has other columns than the schema: {', '.join(map(str, wrong))}")
    for column in SCHEMA:
        values = frame[column.name]
        if str(values.dtype) != column.dtype:
            raise InvalidInputError(f"column {column.name!r} is of type {values.dtype}, not {column.dtype}")
        if not column.nullable and column.type != _NUMBER and values.isna().any():
            _refuse(frame, column, values.isna(), "nothing")
        if column.allowed is not None and not set(values.cat.categories) <= set(column.allowed):
            _refuse(frame, column, values.notna() & ~values.isin(column.allowed))
        low, high = _BOUNDS.get(column.name, (None, None))
        if (low is not None and (values < low).any()) or (high is not None and (values > high).any()):
            _refuse(frame, column, (values < low) | (values > (high or values.max())))


def _refuse(frame: pd.DataFrame, column: Column, wrong: "pd.Series[bool]", what: str = "") -> None:
    if not wrong.any():  # a category that no row has
        return
    row = frame[wrong].astype(object).iloc[0]
    rule = f"; allowed: {', '.join(column.allowed)}" if column.allowed else ""
    raise InvalidInputError(
        f"{row['log']}: column {column.name!r} holds {what or repr(row[column.name])}{rule}; leave that log out"
    )
