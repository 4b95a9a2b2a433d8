"""What ``af run`` does to the folder of its logs, and to the account in it, before and after Inspect works there."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copyfile

from fsspec.core import url_to_fs
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log, read_eval_log_sample_summaries, write_eval_log

from analysis.log_file import is_ours, newest_attempts, plain, stopped
from analysis.log_rows import UNTIL, looked_until
from evals.account_file import account_file
from evals.budget import ACCOUNT, Account, Cap, Charge, PriceOf
from evals.pair_gate import experiment_of

_ID = ".eval-set-id"


def newest_logs(folder: str) -> list[EvalLog]:
    """The log of each task, without those of earlier attempts, which it has taken over.

    What the newest log holds all of is removed: it would be counted twice. Inspect is not left to do it: it leaves the
    log of a killed process where it is, since it cannot know that nobody writes to it, and nobody does where this
    process is alone; and it removes unread whatever was written earlier, by a clock that may have been set back. A log
    that was finished stays if it was scored into another file, or by another scorer: it has judgements that the newest
    does not hold.
    """
    newest, older = newest_attempts(read_eval_log(info, header_only=True) for info in list_eval_logs(folder))
    for log, later in older:
        if is_ours(log) and later.status != "started" and _has_nothing_more(log, later):
            files, path = url_to_fs(log.location, use_listings_cache=False)
            files.rm(path)
    return newest


def _has_nothing_more(log: EvalLog, later: EvalLog) -> bool:
    finished = log.status == "success"
    if finished and (log.eval.eval_id == later.eval.eval_id or not _scorers(log) <= _scorers(later)):
        return False
    return _replies(log) <= _replies(later)


def _scorers(log: EvalLog) -> set[str]:
    return {score.name for score in log.results.scores} if log.results else set()


def mend_id(folder: str) -> None:
    """Remove an id of the eval-set that a kill left empty: Inspect would keep it, and give it to all such folders."""
    files, path = url_to_fs(f"{folder}/{_ID}", use_listings_cache=False)
    if files.exists(path) and not files.cat_file(path).strip():
        files.rm_file(path)


def open_account(folder: str, cap: Cap | None, others: list[str], price_of: PriceOf) -> Account:
    """What the runs into a folder have cost; logs that stopped at a smaller budget are opened again."""
    file = account_file(account_in(folder))
    logs = [read_eval_log(info, header_only=True) for info in list_eval_logs(folder)]
    if not logs:
        file.remove()  # the user took them away, to begin anew
    elif not file.exists():
        file.begin(_calls(logs))
    for log in newest_attempts(logs)[0]:
        _open_again(log)
    return Account(cap, account_in(folder), others, price_of)


def account_in(folder: str) -> str:
    """Where the account of a folder is."""
    return f"{folder}/{ACCOUNT}"


def mark_sequential(logs: Sequence[EvalLog], sequential: str) -> None:
    """Have the logs of an earlier run say, before the first look at them, that they are looked at.

    Inspect gives what is new to a run to the logs that it writes alone; of those that held all that was to be asked,
    the statistics would be such as hold for a number of queries that was fixed.
    """
    for log in logs:
        if is_ours(log) and looked_until(log) is None:
            log.eval.metadata = {**(log.eval.metadata or {}), UNTIL: sequential}
            _write_header(log)


def _calls(logs: list[EvalLog]) -> Iterator[bytes]:
    """What is in the account of a folder that lost it, or never had one, from what its logs hold."""
    counted: set[str | None] = set()
    for log in filter(is_ours, logs):
        for sample in read_eval_log(log.location).samples or []:
            if sample.uuid in counted:  # an earlier attempt has it too
                continue
            counted.add(sample.uuid)
            experiment, ask = experiment_of(log.eval), (str(sample.id), sample.epoch)
            for event in sample.events:
                if isinstance(event, ModelEvent) and event.cache != "read":
                    yield Charge.of(experiment, ask, event.model, 1, event.output.usage).line
            if not sample.error:
                yield Charge.of(experiment, ask, "").line


def _open_again(log: EvalLog) -> None:
    """Have Inspect ask what a budget left out: to it the log is finished, unless it says how many replies it holds."""
    results = log.results
    if log.status == "success" and is_ours(log) and results and results.logged_samples is None and stopped(log):
        results.logged_samples = results.completed_samples
        _write_header(log)


def _write_header(log: EvalLog) -> None:
    """Write the header of a log, whole or not at all: Inspect does it in place, where a kill would leave no log."""
    place = Path(plain(log.location))
    if not place.exists():  # a remote one, which Inspect replaces as a whole
        write_eval_log(log, header_only=True)
        return
    written, copy = place.stat(), place.with_name(f".{place.name}.part")
    copyfile(place, copy)
    write_eval_log(log, copy, format="eval" if place.suffix == ".eval" else "json", header_only=True)
    os.utime(copy, ns=(written.st_atime_ns, written.st_mtime_ns))  # by which Inspect finds the newest attempt
    copy.replace(place)


def _replies(log: EvalLog) -> set[str | None]:
    return {summary.uuid for summary in read_eval_log_sample_summaries(log.location) if not summary.error}
