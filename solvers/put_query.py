"""Put one query to the model under the condition of its sample, in one request."""

from inspect_ai.model import ChatMessageSystem, ChatMessageUser
from inspect_ai.solver import Generate, Solver, TaskState, solver

from prompts.template import digest
from prompts.user_message import user_message, user_message_sha256
from study.cell import Cell
from study.model_name import is_control


@solver
def put_query(system: str, experiment: str) -> Solver:
    """Inject the system prompt, wrap the query, and ask once: the first attempt is the reply, never sampled again.

    Args:
        system: System message of the condition.
        experiment: Digest of all that the samples and the judges are made of. It is not read here: Inspect knows a task
            again by the arguments of its solvers and not by its data, its prompts or its rubrics, so a set that is
            resumed after one of them changed would otherwise mix two experiments.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        cell = state.metadata_as(Cell)
        _refuse_foreign(cell, system)
        message = user_message(cell.wrapper, cell.condition, state.input_text)
        state.messages = [ChatMessageSystem(content=system), ChatMessageUser(content=message)]
        if is_control(str(state.model)):
            return await generate(state, cache=False)  # a control's arguments are not in the key of Inspect's cache
        return await generate(state)

    return solve


def _refuse_foreign(cell: Cell, system: str) -> None:
    """Refuse a sample whose record says that it is asked something else than what would be sent."""
    sent = (digest(system), user_message_sha256(cell.wrapper, cell.condition))
    if sent != (cell.prompt_sha256, cell.wrapper_sha256):
        raise ValueError(
            f"query {cell.query_id!r} was made for prompt {cell.prompt_sha256[:12]}… and wrapper "
            f"{cell.wrapper_sha256[:12]}…, but {sent[0][:12]}… and {sent[1][:12]}… would be sent; "
            "make the samples and the solver with the same task"
        )
