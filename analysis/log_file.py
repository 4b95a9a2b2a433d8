"""Logs: where they are, what their headers say, and a key that changes with their content."""

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fsspec.core import url_to_fs
from inspect_ai.log import EvalLog, EvalLogInfo, list_eval_logs, read_eval_log

from study.invalid_input import InvalidInputError
from study.log_archive import check_log, check_members, check_size, is_local
from study.secret import key_in_address, without_key

LogSource = str | Path | EvalLogInfo | EvalLog
"""A folder, a file, or the header of a log that lies where it says."""

_FORMATS = (".eval", ".json")

_NOT_SHAPING_A_REPLY = {
    "max_retries",
    "timeout",
    "attempt_timeout",
    "stream_idle_timeout",
    "max_connections",
    "adaptive_connections",
    "batch",
    "cache",
    "cache_prompt",
    "fail_on_refusal",
    "max_tool_output",
    "seed",  # which reply is drawn, not from what
}

BROKEN = (
    *(OSError, ValueError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error),
    *(AssertionError, AttributeError, LookupError, TypeError),  # Inspect looks into a field before it checks its type
)
"""What reading a damaged file raises."""


@dataclass(frozen=True)
class LogFacts:
    """What the analysis needs of a log's header."""

    task: str
    task_id: str
    """Equal for all attempts at a task: `eval-retry` and `af run` keep it."""
    eval_id: str
    """Equal for all copies of one attempt."""
    created: str
    """When the attempt began, ISO 8601."""
    written: str
    """When the file was written last, where it says so: scores are added later."""
    status: str
    model: str
    asked: int
    """Replies that the run was to ask for."""
    ours: bool
    """Whether it is of this suite."""
    invalidated: bool
    scored: bool
    """Whether it has scores of this suite, or would have if not all calls had failed."""
    unknown_scorers: tuple[str, ...] = ()
    """Scorers of others."""
    names_scorers: bool = True
    """Whether the run had scorers, which ``inspect score`` takes when none is named to it."""
    interview: bool = False
    """Whether the model was asked about its situation."""
    stopped: str = ""
    """Why a run that ended well did not ask for all; empty where it did."""
    prompts: str = "suite"
    """Whose words were used, as `study.cell.Cell` has it."""
    unsaid: tuple[str, ...] = ()
    """Fields of `study.cell.Cell` that its samples do not have, because it is older than they are."""

    @property
    def age(self) -> tuple[str, str]:
        """Sorts attempts and their later versions, the oldest first."""
        return self.created, self.written


def is_ours(log: EvalLog) -> bool:
    """Whether a log is of one of this suite's tasks."""
    return "query_set_sha256" in (log.eval.metadata or {})


def stopped(log: EvalLog) -> str:
    """Why a run asked for less than it was to, without an error; empty where it asked for all."""
    early = log.results and log.results.early_stopping
    return early.early_stops[0].reason or "stopped early" if early and early.early_stops else ""


def how_to_go_on(why: str) -> str:
    """With what ``af run`` asks the rest, by why it stopped: a larger budget does not help everywhere."""
    if "cannot be written" in why:
        return "once its folder can be written to"
    return "with a --budget in calls" if "budget in calls" in why else "with a larger --budget"


def newest_attempts(logs: Iterable[EvalLog]) -> tuple[list[EvalLog], list[tuple[EvalLog, EvalLog]]]:
    """The newest attempt at each task, and each older one with the newest that stands for it.

    A retry has the task id of what it retries and takes its finished replies over, so the newest wins.
    """
    newest: dict[str, EvalLog] = {}
    newest_first = sorted(logs, key=lambda log: log.eval.created, reverse=True)  # stable: as given where equal
    standing = [(log, newest.setdefault(log.eval.task_id, log)) for log in newest_first]
    return list(newest.values()), [(log, later) for log, later in standing if log is not later]


def find_logs(sources: LogSource | Sequence[LogSource]) -> list[str | EvalLog]:
    """The logs in folders, files and headers, each once.

    Raises:
        InvalidInputError: If a path does not exist, a file is no log, or a folder holds none.
    """
    given = [sources] if isinstance(sources, str | Path | EvalLogInfo | EvalLog) else list(sources)
    if not given:
        raise InvalidInputError("no logs are given; name a folder or a log, as in: logs")
    found: dict[str, str | EvalLog] = {}
    for source in given:
        if isinstance(source, EvalLog):
            found.setdefault(plain(source.location), source)
        else:
            found |= {location: location for location in _locations(source) if location not in found}
    return list(found.values())


def plain(location: str) -> str:
    """A location as users type it."""
    return location.removeprefix("file://")


def _locations(source: str | Path | EvalLogInfo) -> list[str]:
    name = source.name if isinstance(source, EvalLogInfo) else str(source)
    if key_in_address(name):
        raise InvalidInputError(
            f"{without_key(name)} was given with a user, a password or a key, which reports would show; leave it out, "
            "and set the variables of its service"
        )
    try:
        files, path = url_to_fs(name, use_listings_cache=False)
        folder, exists = files.isdir(path), files.exists(path)
    except Exception as error:  # every file system raises its own, for want of credentials for instance
        raise InvalidInputError(
            f"{name} cannot be reached ({_one_line(error)}); give a folder, a log, or an address of either, with the "
            "keys and the address of its service in the environment"
        ) from error
    if folder:
        locations = sorted(plain(info.name) for info in list_eval_logs(name))
        if not locations:
            raise InvalidInputError(f"{name} holds no logs; give the folder that a run printed after 'Logs:'")
        return locations
    if not exists:
        raise InvalidInputError(f"{name} does not exist; give the folder that a run printed after 'Logs:', or a log")
    if not name.endswith(_FORMATS):
        raise InvalidInputError(f"{name} is not a log; give a folder, or a file that ends with .eval or .json")
    return [plain(name)]


def content_key(location: str) -> tuple[str, str]:
    """A key of what a log holds, and when it was written, which an ``.eval`` says inside.

    An ``.eval`` is a zip whose directory holds the checksum of every part: the directory is read, not the parts. Of a
    JSON log all bytes are.

    Raises:
        InvalidInputError: If the file is not whole, or no log that Inspect wrote.
    """
    files, path = url_to_fs(location, use_listings_cache=False)
    try:
        if is_local(location):
            check_size(Path(path), location)
        with files.open(path, "rb") as file:
            if not location.endswith(".eval"):
                return hashlib.file_digest(file, "sha256").hexdigest(), ""
            with zipfile.ZipFile(file) as parts:
                members = check_members(parts, location)
    except InvalidInputError:
        raise
    except BROKEN as error:
        raise unreadable(location, error) from error
    listed = [(member.filename, member.CRC, member.file_size) for member in members]
    written = max((member.date_time for member in members), default=(0, 0, 0, 0, 0, 0))
    return hashlib.sha256(repr(listed).encode()).hexdigest(), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*written)


def read_header(location: str) -> EvalLog:
    """The header of a log.

    Raises:
        InvalidInputError: If it cannot be read.
    """
    check(location)
    try:
        return read_eval_log(location, header_only=True)
    except BROKEN as error:
        raise unreadable(location, error) from error


def check(location: str, *, whole: bool = False) -> None:
    """Refuse a log that nobody should open; arguments as `study.log_archive.check_log`.

    Raises:
        InvalidInputError: If it is such a log, or cannot be read.
    """
    try:
        check_log(location, whole=whole)
    except InvalidInputError:
        raise
    except BROKEN as error:
        raise unreadable(location, error) from error


def unreadable(location: str, error: BaseException) -> InvalidInputError:
    """The error for a log that cannot be read."""
    return InvalidInputError(
        f"{location} cannot be read ({_one_line(error)}): it is half-written, damaged, or not a log; leave it out, or "
        "put a whole copy in its place"
    )


def _one_line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]


def asked(log: EvalLog) -> int:
    """Replies that a run was to ask for."""
    return len(log.eval.dataset.sample_ids or []) * (log.eval.config.epochs or 1)


def sampling(log: EvalLog) -> dict[str, object]:
    """Settings of the model under test that shape what it says, the flags of the run before the model's own."""
    model, run = (config.model_dump(exclude_none=True) for config in (log.eval.model_generate_config, log.plan.config))
    shaping = {name: value for name, value in (model | run).items() if name not in _NOT_SHAPING_A_REPLY}
    return shaping | ({"model_args": log.eval.model_args} if log.eval.model_args else {})
