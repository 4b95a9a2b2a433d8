"""Whose words a run uses: chosen from the task parameters, and what must be known of them said before any call."""

from collections.abc import Mapping
from typing import Any

from evals.added_text import chosen_additions
from evals.task_options import Options
from evals.user_directory import from_user
from prompts.checkout import Checkout
from prompts.wording import SUITE, Suite, Wording
from study.invalid_input import InvalidInputError
from study.terminal import echo


def chosen_wording(options: Options, given: Mapping[str, Any]) -> Wording:
    """The words of a run.

    Args:
        options: Checked task parameters.
        given: Those that the user typed.

    Raises:
        InvalidInputError: If the checkout or a text to be added cannot be used, or a parameter asks for what the files
            of the checkout do not have.
    """
    if options.prompts == SUITE.name:
        return Suite(chosen_additions(options))
    chosen = Checkout(from_user(options.prompts))
    if "wrapper" in given and options.wrapper is not chosen.wrapper:
        raise InvalidInputError(
            f"wrapper={options.wrapper.value!r}: the files of {chosen.name} are of the lineage "
            f"{chosen.wrapper.value!r}; leave wrapper out"
        )
    for name in ("facts", "persona"):
        if value := getattr(options, name):
            raise InvalidInputError(
                f"{name}={value!r} is added to our own prompts, and prompts= names others; leave one of them out"
            )
    _say_once(chosen)
    return chosen


_said: set[str] = set()


def _say_once(chosen: Checkout) -> None:
    if chosen.name in _said:
        return
    _said.add(chosen.name)
    lines = [f"The words of this run are {chosen.name}'s, from a checkout of {chosen.manifest.repository}."]
    if chosen.unverified:
        lines.append(f"Nobody has compared these entries with that repository: {', '.join(chosen.unverified)}.")
    lines += [
        f"It has no rubric for {rubric} that can be read: ours is asked, and every score says so."
        for rubric in chosen.lacking
    ]
    echo("\n".join(lines), err=True)
