"""Logs of replies that others collected: one for each condition, as if the suite had asked for them."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any
from uuid import uuid4

from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalLog,
    EvalResults,
    EvalSample,
    EvalSpec,
    EvalStats,
    write_eval_log,
)
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentReasoning,
    ContentText,
    ModelOutput,
)
from inspect_ai.viewer import ViewerConfig

from evals import SETTINGS
from evals.foreign_file import read_records
from evals.foreign_reply import ForeignReply, Listed, foreign_reply, listed, name_of, unknown_tag, unread
from evals.mapping import Mapping
from evals.query_set import Query, QuerySet
from prompts.template import digest
from prompts.wording import OPEN_QUERY
from study.cell import Cell
from study.condition import Condition, Tier
from study.invalid_input import InvalidInputError

LIST = "import.jsonl"
"""Name of the file, beside the logs, that has a line for each record that was not imported."""

SOURCE = "source"
"""In the store of a sample, what its source says and a cell has no place for; in the metadata of a log, of all."""

NOT_KNOWN = "not known: {} of replies that others collected"
"""What the digest of a message is of where the source does not have it."""

_VERSIONS = {setting.name: setting.version for setting in SETTINGS}
_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_ID_LENGTH = 80
_NAMED = 20

_Experiment = tuple[str, ...]


@dataclass
class Import:
    """What some files come to."""

    mapping: Mapping
    found: int = 0
    """Records, of which each is imported or listed."""
    logs: list[EvalLog] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    """Fields that no entry of the mapping reads, and of how many records."""
    assumed: Counter[str] = field(default_factory=Counter)
    """Fields that were taken for granted, and of how many replies."""
    tags: Counter[str] = field(default_factory=Counter)
    """Tags that replies begin with and that are not known here, and of how many."""

    @property
    def imported(self) -> int:
        """Replies in the logs."""
        return sum(len(log.samples or []) for log in self.logs)


@dataclass(frozen=True)
class _Placed:
    """A reply with what only the others around it can say."""

    reply: ForeignReply
    query_id: str
    epoch: int


def import_files(files: Sequence[Path], mapping: Mapping) -> Import:
    """Read files, and put their replies into logs that are not written yet.

    Every record is either a sample of one of the logs, or listed with the reason.

    Args:
        files: CSV, JSONL or JSON, on this machine.
        mapping: Where in a record each field is.

    Raises:
        InvalidInputError: If a file cannot be read as what it is.
    """
    made = Import(mapping)
    replies: list[ForeignReply] = []
    for file in files:
        for record, problem in read_records(file, mapping.records):
            made.found += 1
            if problem:
                made.listed.append(listed(record.file, record.number, "", record.content, problem))
                continue
            made.unread.update(unread(record, mapping))
            reply = foreign_reply(record, mapping)
            (made.listed if isinstance(reply, Listed) else replies).append(reply)  # type: ignore[arg-type]
    replies = _once(replies, made.listed)
    identified = _identified(replies, made.listed)
    alike = _alike(identified, made.listed)
    placed = _numbered(alike, made.listed)
    made.assumed.update(name for one in placed for name in one.reply.assumed)
    made.tags.update(tag for one in placed if (tag := unknown_tag(one.reply)))
    made.logs = _logs(placed, mapping, _files(files))
    return made


def write_logs(made: Import, folder: Path) -> None:
    """Write the logs and the list, all or nothing.

    Args:
        made: What was read.
        folder: It must not be there yet, or be empty.

    Raises:
        InvalidInputError: If something is in the folder already, or it cannot be written.
    """
    check_empty(folder)
    folder = folder.absolute()
    there = folder.exists()
    beside = (folder if there else folder.parent) / f".import-{uuid4().hex[:8]}"
    try:
        beside.mkdir(parents=True)
        for log in made.logs:
            write_eval_log(log, beside / _file_name(log))
        if made.listed:
            lines = (json.dumps(vars(one)) + "\n" for one in made.listed)
            (beside / LIST).write_text("".join(lines), "utf-8")
        if there:
            for file in beside.iterdir():
                file.rename(folder / file.name)
        else:
            beside.rename(folder)
    except OSError as error:
        raise InvalidInputError(f"{folder} cannot be written ({error.strerror}); give another folder") from error
    finally:
        rmtree(beside, ignore_errors=True)


def check_empty(folder: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        InvalidInputError: If it does.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInputError(f"{folder} is not empty; give a folder of its own: nothing is written over")


def _file_name(log: EvalLog) -> str:
    created = log.eval.created.replace(":", "-")
    return f"{created}_{log.eval.task.replace('_', '-')}_{log.eval.task_id}.eval"


def _files(files: Sequence[Path]) -> dict[str, Any]:
    """Which files, so that others can tell whether theirs are the same."""
    read = [(name_of(file), sha256(file.read_bytes()).hexdigest()) for file in files]
    names = [name for name, _ in read]
    return {"files": len(files), "files_named": names[:_NAMED], "files_sha256": digest(json.dumps(sorted(read)))}


def _left_out(reply: ForeignReply, field: str, value: Any, reason: str) -> Listed:
    return listed(reply.file, reply.record, field, value, reason)


def _once(replies: Iterable[ForeignReply], left_out: list[Listed]) -> list[ForeignReply]:
    """Each record once. One that is there again is a copy, unless its epoch says that it is another reply."""
    first: dict[str, ForeignReply] = {}
    for reply in replies:
        same = first.setdefault(reply.sha256, reply)
        if same is not reply:
            where = f"record {same.record} of {same.file}"
            left_out.append(_left_out(reply, "", where, "says the same as an earlier record, epoch included"))
    return list(first.values())


def _identified(replies: Iterable[ForeignReply], left_out: list[Listed]) -> list[tuple[ForeignReply, str]]:
    """Each reply with the id of its query, which says the same wherever it stands."""
    queries: dict[tuple[str, str], Query] = {}
    found = []
    for reply in replies:
        name = _query_id(reply)
        query = Query(name, reply.query, reply.category, reply.harmful)
        first = queries.setdefault((reply.query_set, name), query)
        differing = next((of for of in ("text", "category", "harmful") if getattr(first, of) != getattr(query, of)), "")
        if differing:
            field = "query" if differing == "text" else differing
            left_out.append(
                _left_out(reply, field, getattr(query, differing), "differs from an earlier record of the same query")
            )
        else:
            found.append((reply, name))
    return found


def _query_id(reply: ForeignReply) -> str:
    """Its own id where that can name a file inside a log, else one that is drawn from it or from the text."""
    if reply.query_id is None:
        return f"q-{digest(reply.query)[:12]}"
    own = reply.query_id
    if 0 < len(own) <= _ID_LENGTH and _SAFE.issuperset(own) and own[0] not in ".-":
        return own
    return f"id-{digest(own)[:12]}"


def _experiment(reply: ForeignReply) -> _Experiment:
    """What tells experiments apart."""
    names = (reply.model, reply.setting, reply.variation, reply.wrapper, reply.developer, reply.query_set)
    return (*names, str(reply.cot), str(reply.prefill))


def _alike(replies: Sequence[tuple[ForeignReply, str]], left_out: list[Listed]) -> list[tuple[ForeignReply, str]]:
    """The replies to the commonest messages of their tier: other messages are another experiment, which has no name."""
    tiers: dict[tuple[_Experiment, Tier], list[tuple[ForeignReply, str]]] = defaultdict(list)
    for reply, name in replies:
        tiers[_experiment(reply), reply.tier].append((reply, name))
    found = []
    for members in tiers.values():
        system = _commonest(reply.system for reply, _ in members)
        form = _commonest(_form(reply) for reply, _ in members)
        for reply, name in members:
            if reply.system != system:
                reason = "differs from that of most replies of the condition; map variation to what tells them apart"
                left_out.append(_left_out(reply, "system", reply.system or "", reason))
            elif not _fits(reply, form):
                reason = "differs in more than the query from that of most replies of the condition; map variation"
                left_out.append(_left_out(reply, "user", reply.user or "", reason))
            else:
                found.append((reply, name))
    return found


def _commonest(values: Iterable[Any]) -> Any:
    return Counter(values).most_common(1)[0][0]


def _form(reply: ForeignReply) -> tuple[str, str] | None:
    """The user message before and after the query."""
    if reply.user is None:
        return None
    before, _, after = reply.user.partition(reply.query)
    return before, after


def _fits(reply: ForeignReply, form: tuple[str, str] | None) -> bool:
    if form is None or reply.user is None:
        return form is None and reply.user is None
    return reply.user == reply.query.join(form)


def _numbered(replies: Sequence[tuple[ForeignReply, str]], left_out: list[Listed]) -> list[_Placed]:
    """Each reply with its epoch, from 1: its own, one more where the source counts from 0, or its place."""
    cells: dict[tuple[object, ...], list[tuple[ForeignReply, str]]] = defaultdict(list)
    for reply, name in replies:
        cells[*_experiment(reply), reply.tier, name].append((reply, name))
    shift = int(any(reply.epoch == 0 for reply, _ in replies))
    found = []
    for members in cells.values():
        taken: set[int] = set()
        for reply, name in members:
            if reply.epoch is None:
                continue
            if (epoch := reply.epoch + shift) in taken:
                left_out.append(_left_out(reply, "epoch", reply.epoch, "was there already, of the same query and tier"))
                continue
            taken.add(epoch)
            found.append(_Placed(reply, name, epoch))
        free = (epoch for epoch in range(1, len(members) + len(taken) + 1) if epoch not in taken)
        found += [
            _Placed(reply, name, epoch)
            for (reply, name), epoch in zip((one for one in members if one[0].epoch is None), free, strict=False)
        ]
    return found


def _logs(placed: Sequence[_Placed], mapping: Mapping, files: dict[str, Any]) -> list[EvalLog]:
    """One for each condition of each experiment."""
    sets: dict[str, dict[str, Query]] = defaultdict(dict)
    systems: dict[_Experiment, dict[Tier, str | None]] = defaultdict(dict)
    conditions: dict[tuple[_Experiment, Tier], list[_Placed]] = defaultdict(list)
    for one in placed:
        reply = one.reply
        sets[reply.query_set][one.query_id] = Query(one.query_id, reply.query, reply.category, reply.harmful)
        systems[_experiment(reply)][reply.tier] = reply.system
        conditions[_experiment(reply), reply.tier].append(one)
    query_sets = {
        name: QuerySet(name, tuple(queries[query_id] for query_id in sorted(queries))) for name, queries in sets.items()
    }
    created = datetime.now(UTC).replace(microsecond=0)
    return [
        _log(
            sorted(members, key=lambda one: (one.query_id, one.epoch)),
            mapping,
            query_sets[members[0].reply.query_set],
            _prompt_sha256(systems[experiment]),
            files,
            created.isoformat(),
        )
        for (experiment, _), members in conditions.items()
    ]


def _prompt_sha256(systems: dict[Tier, str | None]) -> str:
    """Digest of the system prompt; of both where the tiers have one each: then the prompt tells the tier."""
    known = {tier: NOT_KNOWN.format("the system prompt") if text is None else text for tier, text in systems.items()}
    if len(set(known.values())) == 1:
        return digest(next(iter(known.values())))
    return digest(json.dumps(known, sort_keys=True))


def _log(
    members: Sequence[_Placed], mapping: Mapping, queries: QuerySet, prompt: str, files: dict[str, Any], created: str
) -> EvalLog:
    first = members[0].reply
    form = _form(first)
    cell = Cell(
        setting=first.setting,
        tier=first.tier,
        cot=first.cot,
        variation=first.variation,
        wrapper=first.wrapper,
        developer=first.developer,
        prompts=mapping.prompts,
        query_set=queries.name,
        query_id="",
        category=None,
        harmful=True,
        prefill=first.prefill,
        prompt_sha256=prompt,
        wrapper_sha256=digest(NOT_KNOWN.format("the user message") if form is None else OPEN_QUERY.join(form)),
        query_set_sha256=queries.sha256,
    )
    condition = Condition(first.tier, first.cot)
    ids = sorted({one.query_id for one in members})
    epochs = max(one.epoch for one in members)
    whole = len(ids) * epochs == len(members)
    said = cell.model_dump(mode="json", exclude={"query_id", "category", "harmful"})
    return EvalLog(
        status="success",
        eval=EvalSpec(
            created=created,
            task=f"{first.setting}_{condition.name}",
            task_id=digest("\x1f".join(one.reply.sha256 for one in members))[:22],
            task_version=_VERSIONS[first.setting],
            tags=["alignment-faking", "imported"],
            model=first.model,
            dataset=EvalDataset(
                name=queries.name,
                samples=len(ids),
                # Where queries have unlike numbers of replies, one entry a reply: as many were asked for as are there.
                sample_ids=ids if whole else [one.query_id for one in members],
            ),
            config=EvalConfig(epochs=epochs if whole else 1),
            viewer=ViewerConfig(trust_content=False),  # it may hold anything
            metadata=said
            | {
                SOURCE: {
                    "mapping": mapping.name,
                    "repository": mapping.repository,
                    "mapping_sha256": digest(mapping.model_dump_json()),
                    "unverified": mapping.unverified,
                    "tags": mapping.tags,
                    **files,
                    "system_prompt_known": first.system is not None,
                    "user_message_known": form is not None,
                    "assumed": sorted({name for one in members for name in one.reply.assumed}),
                }
            },
        ),
        results=EvalResults(total_samples=len(members), completed_samples=len(members)),
        stats=EvalStats(started_at=created, completed_at=created),
        samples=[_sample(one, cell) for one in members],
    )


def _sample(placed: _Placed, cell: Cell) -> EvalSample:
    reply = placed.reply
    own = {"query_id": placed.query_id, "category": reply.category, "harmful": reply.harmful}
    system: list[ChatMessage] = [ChatMessageSystem(content=reply.system)] if reply.system else []
    answer = ChatMessageAssistant(
        content=[ContentReasoning(reasoning=reply.reasoning), ContentText(text=reply.reply)]
        if reply.reasoning
        else reply.reply,
        model=reply.model,
        source="generate",
    )
    return EvalSample(
        id=placed.query_id,
        epoch=placed.epoch,
        input=reply.query,
        target="",
        messages=[*system, ChatMessageUser(content=reply.user or reply.query, source="input"), answer],
        output=ModelOutput(
            model=reply.model, choices=[ChatCompletionChoice(message=answer, stop_reason=reply.stop_reason)]
        ),
        metadata=cell.model_copy(update=own).model_dump(mode="json"),
        store={
            SOURCE: {
                "file": reply.file,
                "record": reply.record,
                "query_id": reply.query_id,
                "epoch": reply.epoch,
                "labels": reply.labels,
            }
        },
        # Of what the source says alone, so that what is imported twice is known as the same reply.
        uuid=digest(f"{reply.sha256} {placed.query_id} {placed.epoch}")[:22],
    )
