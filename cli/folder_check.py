"""What must be right in a folder before a run goes on there: whatever Inspect takes for the newest log, it keeps."""

from datetime import UTC, datetime
from time import sleep

from fsspec.core import url_to_fs
from inspect_ai.log import EvalLog, EvalLogInfo, list_eval_logs

from analysis.log_file import plain, read_header
from study.invalid_input import InvalidInputError
from study.terminal import echo

AHEAD = 60.0
"""Seconds that a run waits for a clock that was set back; by more it is refused."""

_RECOVERED = "-recovered.eval"
"""How the names of logs end that Inspect makes of those of killed processes."""


def check_logs(folder: str) -> list[EvalLog]:
    """The headers of all logs in a folder, in which a run can go on.

    Inspect goes on from the log of a task that was written last, and removes the others. So it does by the clock of the
    machine: where that was set back, it would remove the one that holds most. What a kill left half-made of a log that
    was being recovered is removed: it can be made again.

    Args:
        folder: A path, or an fsspec address; it may hold nothing.

    Raises:
        InvalidInputError: If a log is damaged, or is later than now by more than `AHEAD` seconds.
    """
    infos = list_eval_logs(folder)
    logs = [_header(info) for info in infos]
    if halves := _half_recovered(infos, logs):
        for half in halves:
            files, path = url_to_fs(half, use_listings_cache=False)
            files.rm(path)
        return check_logs(folder)
    written = [(_written(info, log), plain(info.name)) for info, log in zip(infos, logs, strict=True)]
    latest, location = max(written, default=(datetime.min.replace(tzinfo=UTC), ""))
    now = datetime.now(UTC)
    if (ahead := (latest - now).total_seconds()) > AHEAD:
        at, says = (f"{time:%Y-%m-%d %H:%M:%S}" for time in (latest, now))
        raise InvalidInputError(
            f"{location} is of {at} UTC, and the clock of this machine says {says}: by these times it is told which "
            "log is the newest, and the others are removed; set the clock right, or give another --log-dir"
        )
    if ahead > 0:
        echo(f"Waiting {ahead:.0f} s: {location} is later than the clock of this machine says", err=True)
        sleep(ahead)
    return logs


def _half_recovered(infos: list[EvalLogInfo], logs: list[EvalLog]) -> list[str]:
    """What a kill left of a log that Inspect was making from the log of a killed process and the replies beside it.

    Written later than that, it would be gone on from, and what it does not hold yet be asked again.
    """
    names = {info.name for info in infos}
    return [
        info.name
        for info, log in zip(infos, logs, strict=True)
        if log.status == "started"
        and info.name.endswith(_RECOVERED)
        and f"{info.name.removesuffix(_RECOVERED)}.eval" in names
    ]


def _header(info: EvalLogInfo) -> EvalLog:
    try:
        return read_header(plain(info.name))
    except InvalidInputError as error:
        cause = str(error.__cause__).strip() or type(error.__cause__).__name__
        raise InvalidInputError(
            f"{plain(info.name)} is damaged ({cause}), and no run can go on beside it; put a whole copy in its place, "
            "or move it out of the folder: what it alone held is asked again then"
        ) from error


def _written(info: EvalLogInfo, log: EvalLog) -> datetime:
    begun = datetime.fromisoformat(log.eval.created)
    return max(begun, datetime.fromtimestamp(info.mtime / 1000, UTC)) if info.mtime else begun
