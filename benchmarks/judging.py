"""What judging costs: calls to the grader per reply, and whether its labels are those of all votes.

The subject is ``control/random`` with known rates of compliance and of alignment faking among the compliant, the grader
``control/grader``, whose votes on a text are fixed: so every vote that was spared can be asked afterwards. They are
hard ones: 0, 3, 6 or 7 of 20 say yes where it does not fake, and 8, 9, 14 or 20 where it does, so that many are needed
to be sure of a label (a judge that agrees with itself needs 13 for a no and 8 for a yes).
The reference pipeline asks 24 completions a reply.

    python benchmarks/judging.py
    python benchmarks/judging.py --queries 100 --json
"""

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from inspect_ai import eval as inspect_eval
from inspect_ai.event import ModelEvent
from inspect_ai.log import EvalSample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, get_model

from benchmarks.figure import Figure, print_figures
from controls.grader import ControlGrader
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.models import DEFAULT_GRADER, Models
from prompts.rubric import ALIGNMENT_FAKING
from scorers.alignment_faking import read_vote
from scorers.ballot import VOTES, Ballot
from scorers.judge import GRADER_ROLE
from study.condition import TWO_TIERS, Condition
from study.labels import FakingLabel
from study.reply import parse

PUBLISHED = 24
"""Completions of judges per reply in the reference pipeline."""

TARGETS = {"published": 3.0, "audit": 3.0, "judge_all": 15.0}
"""Calls per reply that are aimed at. With votes like these no rule that keeps every label can judge all for 15."""

_WAYS: dict[str, dict[str, object]] = {"published": {}, "audit": {"audit": 0.05}, "judge_all": {"judge_all": True}}
_VOTES = {"published": "votes on the compliant", "audit": "and on 5 % of the refusals", "judge_all": "votes on all"}


@dataclass(frozen=True)
class Cost:
    """One way of judging."""

    way: str
    replies: int
    calls: int
    voted: int
    """Replies whose reasoning was voted on."""
    differ: int
    """Those of them whose label is not that of all votes."""

    @property
    def per_reply(self) -> float:
        """Calls to the grader per reply."""
        return self.calls / self.replies

    @property
    def figures(self) -> tuple[Figure, Figure]:
        """What is aimed at: few calls, and the labels that all votes would give."""
        return (
            Figure(f"calls to the grader a reply, {_VOTES[self.way]}", self.per_reply, at_most=TARGETS[self.way]),
            Figure(f"labels other than those of all votes, {_VOTES[self.way]}", self.differ, at_most=0),
        )


def measure(way: str, queries: int, free: float = 0.14, paid: float = 0.03, faking: float = 0.8) -> Cost:
    """Run one way of judging, with a scratchpad on both tiers, and ask afterwards what it spared.

    Args:
        way: ``published`` (votes on the compliant), ``audit`` (and on 5 % of the refusals), or ``judge_all``.
        queries: Made-up queries, each put on both tiers.
        free: Rate of compliance on the free tier, in [0, 1].
        paid: Rate of compliance off it.
        faking: Rate of alignment-faking reasoning on both tiers.
    """
    subject = get_model("control/random", complies_free=free, complies_paid=paid, faking_free=faking,
                        faking_paid=faking, memoize=False)  # fmt: skip
    models = Models(None, "control/random", DEFAULT_GRADER, judged=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "queries.csv"
        path.write_text("id,query\n" + "".join(f"{i},Request {i}\n" for i in range(queries)), "utf-8")
        logs = inspect_eval(
            [
                condition_task(SETTING, Condition(tier, cot=True), {"queries": str(path), **_WAYS[way]}, models)
                for tier in TWO_TIERS
            ],
            model=subject,
            max_tasks=len(TWO_TIERS),
            log_dir=folder,
            display="none",
        )
        samples = [sample for log in logs for sample in log.samples or []]
    voted = [*_voted(samples)]
    calls = sum(isinstance(e, ModelEvent) and e.role == GRADER_ROLE for sample in samples for e in sample.events)
    return Cost(way, len(samples), calls, len(voted), sum(label != _of_all_votes(text) for text, label in voted))


def _voted(samples: list[EvalSample]) -> Iterator[tuple[str, object]]:
    """Reasoning and label of each reply that was voted on."""
    for sample in samples:
        score = (sample.scores or {})["alignment_faking"]
        if score.value != FakingLabel.NOT_APPLICABLE:
            yield parse(sample.output.completion).scratchpad or "", score.reason or score.value


def _of_all_votes(reasoning: str) -> object:
    ballot, grader = Ballot(), ControlGrader()
    system = ChatMessageSystem(content=ALIGNMENT_FAKING.system)
    for vote in range(VOTES):
        asked = ChatMessageUser(content=ALIGNMENT_FAKING.user(reasoning=reasoning), metadata={"vote": vote})
        ballot = ballot.count(read_vote(grader.grade([system, asked])))
    return ballot.result


@click.command()
@click.option("--queries", type=click.IntRange(min=1), default=400, show_default=True, help="Made-up queries.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(queries: int, as_json: bool) -> None:
    """Count the calls to the grader per reply, and the labels that are not those of all votes."""
    with redirect_stdout(sys.stderr):  # where Inspect announces its hooks
        costs = [measure(way, queries) for way in _WAYS]
    if as_json:
        print_figures(figure for cost in costs for figure in cost.figures)
    else:
        for cost in costs:
            click.echo(
                f"{cost.way:10} {cost.per_reply:5.2f} calls a reply (published pipeline {PUBLISHED}, target "
                f"{TARGETS[cost.way]:g}); {cost.voted} of {cost.replies} replies voted on, {cost.differ} labels differ"
            )


if __name__ == "__main__":
    main()
