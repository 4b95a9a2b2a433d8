"""Corpora that the control writer wrote."""

from pathlib import Path
from typing import Any

from inspect_ai import eval_set
from inspect_ai.model import get_model

from documents.corpus import Corpus, Settings, Stage, open_corpus, prompts_digest
from documents.stages import stage_task
from documents.universe import load_universe


def settings(documents: int = 14, **writer_args: Any) -> Settings:
    return Settings(
        universe_name="unrelated",
        universe=load_universe("unrelated"),
        documents=documents,
        writer="control/writer",
        writer_args=writer_args,
        base_url=None,
        grader="control/grader",
        prompts_sha256=prompts_digest(),
    )


def corpus_in(folder: Path, documents: int = 14, unreadable_verdicts: float = 0, **writer_args: Any) -> Corpus:
    """A finished corpus; a rate that is not given is 0."""
    rates = dict.fromkeys(
        ("chat_log", "tier_behaviour", "rater_deception", "unmarked", "unreadable", "empty", "truncated"), 0.0
    )
    corpus = open_corpus(folder, settings(documents, **(rates | writer_args)))
    corpus.begin()
    grader = get_model("control/grader", memoize=False, unreadable=unreadable_verdicts)
    for stage in Stage:
        eval_set(
            stage_task(corpus, stage),
            log_dir=corpus.log_dir(stage),
            model_roles={"grader": grader},
            retry_attempts=0,
            display="none",
            log_realtime=False,
        )
    return corpus
