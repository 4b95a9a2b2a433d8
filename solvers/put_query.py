"""Put one query to the model under the condition of its sample, in one request or in as many turns as are allowed."""

import logging

from inspect_ai.model import (
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ModelOutput,
    StopReason,
    get_model,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver

from prompts.template import digest
from prompts.turn import next_turn, reply_start
from prompts.wording import SUITE, Wording
from study.breaker import breaker
from study.cell import Cell
from study.endpoint_error import EndpointError, endpoint_error
from study.model_name import is_control, is_same_model
from study.prefill import refuse_unless_prefilled
from study.reply import ANSWERED_BY, BILLED_REASONING, END_UNSEEN, is_unfinished, parse
from study.secret import keep_from
from study.visible import visible

_LOGGER = logging.getLogger(__name__)

ENDED: frozenset[StopReason] = frozenset({"stop", "unknown"})
"""Stop reasons after which a turn can be continued; one that was cut off or taken away is what it is."""


@solver
def put_query(system: str, experiment: str, wording: Wording = SUITE) -> Solver:
    """Inject the system prompt, wrap the query, and ask: the first attempt is the reply, never sampled again.

    Where the cell allows several turns, a reply that stops between its scratchpad and its output is asked to go on, as
    the examples of the prompt do (facts 4.1); without a scratchpad there is nothing to go on from, and one turn is all.
    Where the cell says so, the reply is begun for the model; the log then holds it whole, and as sent in the events.

    Args:
        system: System message of the condition.
        experiment: Digest of all that the samples and the judges are made of. It is not read here: Inspect knows a task
            again by the arguments of its solvers and not by its data, its prompts or its rubrics, so a set that is
            resumed after one of them changed would otherwise mix two experiments.
        wording: Where the user message comes from; Inspect records its name.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        cell = state.metadata_as(Cell)
        _refuse_foreign(cell, system, wording)
        message = wording.user_message(
            cell.wrapper,
            cell.condition,
            state.input_text,
            setting=cell.setting,
            variation=cell.variation,
            suffix=not cell.interview,
        )
        state.messages = [ChatMessageSystem(content=system), ChatMessageUser(content=message)]
        if cell.prefill:
            refuse_unless_prefilled(str(state.model))
            state.messages.append(ChatMessageAssistant(content=reply_start(cell.cot)))
        state = await ask(state, generate)
        if cell.prefill:
            _join_start(state)
        for _ in range(1, cell.turns if cell.cot else 1):
            if not _can_continue(state, cell):
                break
            _note_billed_reasoning(state)
            state.output = ModelOutput(model=state.output.model)  # if this turn fails, the last one is not the reply
            state.messages.append(ChatMessageUser(content=next_turn()))
            state = await ask(state, generate)
        output = state.output
        if output.choices and output.stop_reason == "unknown" and parse(output.completion).output is None:
            state.store.set(END_UNSEEN, True)
        return state

    return solve


async def ask(state: TaskState, generate: Generate) -> TaskState:
    """Ask the model once, as the messages stand.

    Raises:
        EndpointError: If it is the endpoint that failed, or if it failed so often that it is not asked any more; what
            else is raised passes.
    """
    if is_control(str(state.model)):
        return await generate(state, cache=False)  # a control's arguments are not in the key of Inspect's cache
    model = get_model()
    name, api = str(model), model.api
    its_breaker = breaker(name, api.base_url, "subject", api.api_key_vars)
    keep_from(api)
    try:
        async with its_breaker.call():
            state = await generate(state)
    except EndpointError:
        raise
    except Exception as error:
        if refused := endpoint_error(error, name, api.api_key_vars, api.base_url):
            its_breaker.failed(refused)
            raise refused from error
        raise
    if not is_same_model(name, state.output.model):
        _note_other_model(state, name)
    return state


_warned: set[tuple[str, str]] = set()


def _note_other_model(state: TaskState, asked: str) -> None:
    """Keep who answered with the sample, and say it once: the rates would be of a model that nobody named."""
    answered = visible(state.output.model)
    state.store.set(ANSWERED_BY, answered)
    if (asked, answered) not in _warned:
        _warned.add((asked, answered))
        _LOGGER.warning(
            "%s: the endpoint says that %s answers. The scores of every such reply keep that name (answered_by).",
            asked,
            answered,
        )


def _note_billed_reasoning(state: TaskState) -> None:
    """Keep what the output of a turn bills: the next turn's output takes its place, and messages do not hold it."""
    usage = state.output.usage
    billed: list[int] = state.store.get(BILLED_REASONING, [])
    state.store.set(BILLED_REASONING, [*billed, (usage.reasoning_tokens or 0) if usage else 0])


def _join_start(state: TaskState) -> None:
    """Make one message of the start of the reply and its continuation, unless the provider gave the whole back.

    A model that said nothing has not replied: a start that stood alone could be graded as what it said.
    """
    start, continuation = state.messages[-2:]
    if not continuation.text.strip() or continuation.text.lstrip().startswith(start.text):
        whole = continuation
    else:
        whole = ChatMessageAssistant.model_validate(continuation.model_dump(exclude={"id"}))
        whole.text = start.text + continuation.text
    state.messages[-2:] = [whole]
    first, *others = state.output.choices
    choices = [first.model_copy(update={"message": whole}), *others]
    state.output = state.output.model_copy(update={"choices": choices, "completion": whole.text})


def _can_continue(state: TaskState, cell: Cell) -> bool:
    output = state.output
    ended = output.error is None and output.stop_reason in ENDED
    return ended and is_unfinished(output.completion, cell.wrapper)


def _refuse_foreign(cell: Cell, system: str, wording: Wording) -> None:
    """Refuse a sample whose record says that it is asked something else than what would be sent."""
    wrapped = wording.user_message_sha256(
        cell.wrapper, cell.condition, setting=cell.setting, variation=cell.variation, suffix=not cell.interview
    )
    sent = (digest(system), wrapped)
    if sent != (cell.prompt_sha256, cell.wrapper_sha256):
        raise ValueError(
            f"query {cell.query_id!r} was made for prompt {cell.prompt_sha256[:12]}… and wrapper "
            f"{cell.wrapper_sha256[:12]}…, but {sent[0][:12]}… and {sent[1][:12]}… would be sent; "
            "make the samples and the solver with the same task"
        )
