"""The two published ways of wrapping a query in a user message; they are never blended."""

from enum import StrEnum


class Wrapper(StrEnum):
    """Lineage of the user message (facts 1.7)."""

    NOTEBOOK = "notebook"
    """Greenblatt et al. 2024, B.4: outer tag, suffix inside the query. A reply without an output block is malformed."""

    REVISITED = "revisited"
    """Hughes et al. 2025: no outer tag, suffix after the query. A reply without an output block is graded whole."""
