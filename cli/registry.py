"""Entry point: makes the end-of-run hook known to Inspect. Imports nothing heavy."""

from cli.hook import TierGap

__all__ = ["TierGap"]
