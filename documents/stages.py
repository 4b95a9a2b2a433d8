"""The three stages as Inspect tasks: types of document, ideas, documents (Greenblatt et al. 2024, section 4 and H).

``af documents write`` runs them one after the other. Alone, over a corpus that it began:

    inspect eval documents/stages.py@document_types -T corpus=/path/of/the/corpus
"""

from dataclasses import asdict
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig, get_model
from inspect_ai.solver import Generate, Solver, TaskState, solver

from documents.corpus import CANARY, Corpus, Stage, read_corpus
from documents.filters import chat_log, rater_deception, tier_behaviour
from documents.written import read_items
from prompts.template import digest, render
from scorers.judge import GRADER_ROLE
from solvers.put_query import ask
from study.invalid_input import InvalidInputError
from study.patience import PATIENCE

CONFIG = GenerateConfig(temperature=1.0, max_tokens=8192, **PATIENCE)
"""Sampling of the writer; the room is for models that reason before they write."""

WORDS = 600
"""Length that is asked for: Sheshadri et al. (2025, K.4) kept documents below 1,024 tokens."""

ATTEMPTS = 3
"""Times that a list is asked for until it can be read. A document is asked for once."""


@task
def document_types(corpus: str) -> Task:
    """Types of document, for each fact.

    Args:
        corpus: Folder of a corpus, absolute.
    """
    return stage_task(read_corpus(Path(corpus)), Stage.TYPES)


@task
def document_ideas(corpus: str) -> Task:
    """Ideas for a document, for each type."""
    return stage_task(read_corpus(Path(corpus)), Stage.IDEAS)


@task
def full_documents(corpus: str) -> Task:
    """The documents, and the filters."""
    return stage_task(read_corpus(Path(corpus)), Stage.DOCUMENTS)


def stage_task(corpus: Corpus, stage: Stage) -> Task:
    """Put together one stage of a corpus, whose stages before are finished.

    Raises:
        InvalidInputError: If one of them is not, or gave nothing to go on with.
    """
    settings = corpus.settings
    samples = {Stage.TYPES: _types, Stage.IDEAS: _ideas, Stage.DOCUMENTS: _documents}[stage](corpus)
    if not samples:
        raise InvalidInputError(
            f"{corpus.folder}: there are no {stage} to ask for, since no list of the stage before could be read; write "
            "the corpus with another --model, in a folder of its own"
        )
    writing = stage is Stage.DOCUMENTS
    return Task(
        name=f"documents_{stage}",
        version="1-A",
        tags=["synthetic-documents", settings.universe_name],
        metadata={
            "canary": CANARY,
            "universe_sha256": settings.universe.sha256,
            "prompts_sha256": settings.prompts_sha256,
        },
        dataset=MemoryDataset(samples, name=settings.universe_name),
        solver=write(
            render("documents/context.md", context=settings.universe.told),
            settings.sha256,
            attempts=1 if writing else ATTEMPTS,
        ),
        scorer=[chat_log(), tier_behaviour(), rater_deception()] if writing else None,
        config=CONFIG,
        continue_on_fail=True,  # a call that fails costs no other; typed again, the command asks those that failed
        model=get_model(settings.writer, base_url=settings.base_url, **settings.writer_args),
        model_roles={GRADER_ROLE: settings.grader},
    )


@solver
def write(context: str, experiment: str, attempts: int) -> Solver:
    """Ask the writer, with the universe context.

    Args:
        context: System message.
        experiment: Digest of the settings. It is not read here: Inspect knows a task again by the arguments of its
            solvers and not by its data.
        attempts: Times to ask for a list that cannot be read; 1 is for what is no list.
    """

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        for attempt in range(attempts):
            # As metadata of the message no provider is sent the number, and it keeps equal calls apart.
            message = ChatMessageUser(content=state.input_text, metadata={"attempt": attempt})
            state.messages = [ChatMessageSystem(content=context), message]
            state = await ask(state, generate)
            if read_items(state.output.completion):
                break
        return state

    return solve


def _types(corpus: Corpus) -> list[Sample]:
    return [
        Sample(
            id=share.fact,
            input=render(
                "documents/types.md", fact=corpus.settings.universe.statement(share.fact), count=str(share.types)
            ),
        )
        for share in corpus.shares
    ]


def _ideas(corpus: Corpus) -> list[Sample]:
    return [
        Sample(
            id=f"{share.fact}-{digest(kind)[:12]}",
            input=render(
                "documents/ideas.md",
                fact=corpus.settings.universe.statement(share.fact),
                type=kind,
                count=str(share.ideas),
            ),
            metadata={"fact": share.fact, "type": kind},
        )
        for share in corpus.shares
        for kind in corpus.types[share.fact]
    ]


def _documents(corpus: Corpus) -> list[Sample]:
    return [
        Sample(
            id=planned.id,
            input=render(
                "documents/document.md",
                fact=corpus.settings.universe.statement(planned.fact),
                type=planned.type,
                idea=planned.idea,
                words=str(WORDS),
            ),
            metadata=asdict(planned),
        )
        for planned in corpus.planned
    ]
