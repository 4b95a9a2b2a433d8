"""Published figures beside ours as the page shows them: what was read together, and why, said once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from analysis.report.schema import PublishedFigure

SCORER = "scorer"
"""Aspect of the reason that theirs was read by another kind of scorer."""


@dataclass(frozen=True)
class Comparison:
    """What one source says of one quantity of an experiment, beside what one of our scorers says."""

    figures: Sequence[PublishedFigure]
    """At least one; one for each tier, or one for a gap."""

    @property
    def ours(self) -> PublishedFigure:
        """One of them, for what all share: experiment, quantity, scorer, source and model."""
        return self.figures[0]

    @property
    def size(self) -> int:
        """How many figures."""
        return len(self.figures)

    @property
    def same_scorer(self) -> bool:
        """Whether theirs was read by a scorer of the kind of ours."""
        return all(SCORER not in map(aspect, figure.reasons) for figure in self.figures)

    @property
    def verdicts(self) -> dict[str, list[str]]:
        """The verdicts, each with the tiers that it is of."""
        return {
            figure.verdict: [other.tier for other in self.figures if other.verdict == figure.verdict]
            for figure in self.figures
        }

    @property
    def reasons(self) -> list[str]:
        """Why they are not comparable, each once."""
        return _once(self.figures, lambda figure: figure.reasons)

    @property
    def assumptions(self) -> list[str]:
        """What they rest on, each once."""
        return _once(self.figures, lambda figure: figure.assumptions)


def comparisons(figures: Iterable[PublishedFigure]) -> list[Comparison]:
    """Figures taken together that share all but tier: experiment by experiment, in the order of the first of each."""
    experiments: dict[tuple[object, ...], dict[tuple[str, ...], list[PublishedFigure]]] = {}
    for figure in figures:
        of = (figure.quantity, figure.scorer, figure.source, figure.published_model)
        experiments.setdefault(figure.experiment, {}).setdefault(of, []).append(figure)
    return [Comparison(together) for of in experiments.values() for together in of.values()]


def aspect(reason: str) -> str:
    """What a reason is about: what stands before its first colon."""
    return reason.partition(":")[0]


def shared_reasons(shown: Iterable[Comparison]) -> dict[str, str | None]:
    """By aspect, what keeps every figure that is not comparable from being so; none where all of them are comparable.

    Returns:
        The reason where it is the same for each, None where only what it is about is.
    """
    why = [figure.reasons for one in shown for figure in one.figures if figure.verdict == "not comparable"]
    texts: dict[str, set[str]] = {}
    for reason in (reason for reasons in why for reason in reasons):
        texts.setdefault(aspect(reason), set()).add(reason)
    everywhere = [name for name in texts if all(name in map(aspect, reasons) for reasons in why)]
    return {name: min(texts[name]) if len(texts[name]) == 1 else None for name in everywhere}


def _once(figures: Sequence[PublishedFigure], listed: Callable[[PublishedFigure], list[str]]) -> list[str]:
    return list(dict.fromkeys(item for figure in figures for item in listed(figure)))
