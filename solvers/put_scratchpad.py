"""Put a scratchpad that there is already in the place of a reply's reasoning: no model is asked for one."""

from inspect_ai.model import ChatCompletionChoice, ChatMessageAssistant, ContentReasoning, ModelOutput
from inspect_ai.solver import Generate, Solver, TaskState, solver


@solver
def put_scratchpad(experiment: str) -> Solver:
    """Take the input for reasoning.

    Args:
        experiment: Digest of the labels and of the rubric. It is not read here: Inspect knows a task again by the
            arguments of its solvers and not by its data.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        message = ChatMessageAssistant(content=[ContentReasoning(reasoning=state.input_text)], model=str(state.model))
        state.messages.append(message)
        state.output = ModelOutput(model=str(state.model), choices=[ChatCompletionChoice(message=message)])
        return state

    return solve
