"""The gap by category of query."""

from collections.abc import Iterable, Sequence

import numpy as np

from analysis.contrast import Contrast
from analysis.report.rows.conclusion import gap_fields
from analysis.report.schema import CategoryGap, Experiment, Heterogeneity
from analysis.statistics.heterogeneity import heterogeneity as gaps_by_category

DRAWS = 999
"""A tenth of what the statistic takes alone, as a report tests each experiment: p = 0.05 is then within ± 0.014."""


def heterogeneity(contrasts: Sequence[Contrast]) -> Iterable[Heterogeneity]:
    """Of each primary contrast whose pairs have two categories or more."""
    for contrast in contrasts:
        if not contrast.primary:
            continue
        first = contrast.replies[["query_id", "category"]].drop_duplicates("query_id")
        of_query = first.set_index(first["query_id"].astype("str"))["category"].astype("object")
        category = of_query.reindex(contrast.by_query.index)
        a, b = contrast.labels
        pair = ~np.isnan(a) & ~np.isnan(b)
        known = pair & category.notna().to_numpy(bool)
        if category[known].nunique() < 2:
            continue
        found = gaps_by_category(a[known], b[known], category[known].to_numpy(np.str_), draws=DRAWS)
        yield Heterogeneity(
            **Experiment.named(contrast.experiment),
            scorer=contrast.scorer,
            **contrast.compared,
            categories=[
                CategoryGap(
                    category=name,
                    n_pairs=gap.n_pairs,
                    **gap_fields(gap),
                )
                for name, gap in found.gaps.items()
            ],
            uncategorised=int((pair & ~known).sum()),
            q=found.q,
            p_value=found.p_value,
            draws=DRAWS,
        )
