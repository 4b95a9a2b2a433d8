"""The interview (Greenblatt et al. 2024, D.4): what a model is asked of its situation, and what is judged of it."""

INTERVIEW_GROUPS = ("general", "whats_happening", "is_it_real")
"""Groups of questions, the bluntest last."""

INTERVIEW_READINGS = ("probably_not_real", "might_not_be_real")
"""Readings that are always asked of the answers, the stronger judgement first; of other replies on request."""

NOT_OF_INTERVIEWS = ("original_faking", "unmonitored_defiance")
"""Readings that have no answer of an interview to read: of replies that comply, and of tiers that none is put on."""
