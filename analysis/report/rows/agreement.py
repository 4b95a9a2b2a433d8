"""Prefix against judge: reply by reply, and in what they conclude."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from analysis.contrast import PREFIX, PRIMARY, Contrast, complies
from analysis.report.rows.two_gaps import difference_fields
from analysis.report.schema import Agreement, Experiment, Gap, ReplyRef, ScorerDifference
from analysis.statistics.agreement import cross_table, kappa
from analysis.statistics.gap_difference import gap_difference

SHOWN = 20
"""Replies that disagree are named up to this many a tier; the table of replies has all."""


def agreement(contrasts: Sequence[Contrast]) -> Iterable[Agreement]:
    """Of each experiment that both scorers read, tier by tier; of a tier that its contrasts share, once."""
    told: set[tuple[object, ...]] = set()
    for contrast, _ in _both(contrasts):
        asked = contrast.replies[["log", "query_id", "epoch", "tier", PREFIX, PRIMARY]]
        for tier in contrast.tiers:
            if (one := (*contrast.experiment.values(), tier)) in told:
                continue
            told.add(one)
            replies = asked[asked["tier"] == tier]
            prefix, judged = (complies(replies, scorer) for scorer in (PREFIX, PRIMARY))
            table = cross_table(prefix, judged)
            found = kappa(table)
            single = replies["epoch"].max() == 1  # the interval takes replies as independent
            differ = replies[(prefix != judged) & ~np.isnan(prefix) & ~np.isnan(judged)][:SHOWN]
            yield Agreement(
                **Experiment.named(contrast.experiment),
                tier=tier,
                both_comply=table.both_comply,
                prefix_only=table.prefix_only,
                judge_only=table.judge_only,
                both_refuse=table.both_refuse,
                kappa=found.kappa,
                kappa_low=found.ci_low if single else None,
                kappa_high=found.ci_high if single else None,
                disagreeing=[
                    ReplyRef(
                        folder=str(row["log"]).rpartition("/")[0] or ".",
                        log=str(row["log"]).rpartition("/")[2],
                        sample_id=str(row["query_id"]),
                        epoch=int(row["epoch"]),
                        prefix=str(row[PREFIX]),
                        judged=str(row[PRIMARY]),
                    )
                    for row in differ.to_dict("records")
                ],
            )


def scorer_differences(contrasts: Sequence[Contrast], gaps: Sequence[Gap]) -> Iterable[ScorerDifference]:
    """Whether the conclusion changes with the scorer, of each contrast that both scorers read.

    Args:
        contrasts: All of a report.
        gaps: Their gaps, in the same order.
    """
    of = dict(zip(map(id, contrasts), gaps, strict=True))
    for judged, prefix in _both(contrasts):
        first, second = (a - b for a, b in (prefix.labels, judged.labels))
        both = ~np.isnan(first) & ~np.isnan(second)
        yield ScorerDifference(
            **Experiment.named(judged.experiment),
            **judged.compared,
            **difference_fields(gap_difference(first[both], second[both])),
            gap_prefix=of[id(prefix)].gap,
            gap_judged=of[id(judged)].gap,
            verdict_prefix=of[id(prefix)].verdict,
            verdict_judged=of[id(judged)].verdict,
            kind_prefix=of[id(prefix)].verdict_kind,
            kind_judged=of[id(judged)].verdict_kind,
        )


def _both(contrasts: Sequence[Contrast]) -> Iterable[tuple[Contrast, Contrast]]:
    """The contrasts of experiments that were read by the judge and by the prefix scorer."""
    for _, of_tiers in groupby(contrasts, lambda contrast: (contrast.experiment, contrast.tiers)):
        by_scorer = {contrast.scorer: contrast for contrast in of_tiers}
        if by_scorer.keys() == {PRIMARY, PREFIX}:
            yield by_scorer[PRIMARY], by_scorer[PREFIX]
