"""What the replies took, beside what was expected before the run."""

import json
from collections.abc import Iterable

import pandas as pd

from analysis.report.schema import Cost

ROLES = ("subject", "grader")


def costs(frame: pd.DataFrame) -> Iterable[Cost]:
    """Of each model, setting and role, what its calls took by the logs' own account.

    An estimate is of all replies that a run was to make: it is scaled to those that are there, so that a run that
    stopped early, or goes on, is compared with what these replies were expected to take.
    """
    for (model, setting), replies in frame.groupby(["model", "setting"], observed=True):
        for role in ROLES:
            known = replies[replies[f"{role}_input"].notna()]
            if known[f"{role}_input"].sum():
                yield _cost(str(model), str(setting), role, known)


def _cost(model: str, setting: str, role: str, known: pd.DataFrame) -> Cost:
    sums = {name: int(known[f"{role}_{name}"].sum()) for name in ("input", "cached", "output")}
    tokens, tokens_expected = 0, [0.0, 0.0, 0.0]
    dollars: float | None = 0.0
    dollars_expected = [0.0, 0.0, 0.0]
    n_estimated = 0
    for text, of in known.groupby("estimate", observed=True):
        estimate = json.loads(str(text))
        if role not in estimate:
            continue
        n_estimated += len(of)
        scale = len(of) / estimate["replies"]
        sent, cached, back = (int(of[f"{role}_{name}"].sum()) for name in ("input", "cached", "output"))
        tokens += sent + back
        expected = estimate[role]
        for end in range(3):
            tokens_expected[end] += scale * (expected["input"][end] + expected["output"][end])
        if dollars is None or "price" not in expected:
            dollars = None
            continue
        each_in, each_out, each_cached = expected["price"]
        dollars += (each_in * (sent - cached) + each_cached * cached + each_out * back) / 1e6
        for end in range(3):
            dollars_expected[end] += scale * expected["dollars"][end]
    low, likely, high = tokens_expected if n_estimated else (None, None, None)
    priced = dollars_expected if n_estimated and dollars is not None else (None, None, None)
    return Cost.model_validate(
        {
            "model": model,
            "setting": setting,
            "role": role,
            "replies": len(known),
            **sums,
            "n_estimated": n_estimated,
            "tokens": tokens,
            "tokens_low": low,
            "tokens_likely": likely,
            "tokens_high": high,
            "ratio": tokens / likely if likely else None,
            "held": low - 1 <= tokens <= high + 1
            if low is not None and high is not None
            else None,  # sums of fractions
            "dollars": dollars if n_estimated else None,
            "dollars_low": priced[0],
            "dollars_likely": priced[1],
            "dollars_high": priced[2],
        }
    )
