"""What a user adds to the prompt, ``-T facts=…`` and ``-T persona=…``: a text by its name, or the user's own."""

import re
from pathlib import Path

from evals.task_options import Options
from evals.user_directory import from_user
from prompts.addition import Addition, Additions, Kind, Supposition, shipped, shipped_addition
from prompts.system_prompt import SystemPrompt
from prompts.user_message import tier_told
from prompts.variation import BASE
from study.condition import TWO_TIERS, TierTold, tiers_of
from study.invalid_input import InvalidInputError, unknown_value

MOST_CHARACTERS = 20_000
"""Of a user's text: about twice the prompt that it is added to."""


def chosen_additions(options: Options) -> Additions:
    """The texts that the user names.

    Raises:
        InvalidInputError: If a name is not known, or a file is missing, empty, too large, or not a text in UTF-8.
    """
    return Additions(facts=_addition("facts", options.facts), persona=_addition("persona", options.persona))


def check_suppositions(additions: Additions, setting: str, variation: str, bare: SystemPrompt) -> None:
    """Refuse a text of this suite that takes for told what the prompt does not say.

    Args:
        additions: What is added.
        setting: Name of the experiment.
        variation: Its variation.
        bare: The prompt without them.

    Raises:
        InvalidInputError: If one does not fit.
    """
    said = {
        Supposition.FREE_TIER: "free tier" in bare.text,
        Supposition.TWO_TIERS: tiers_of(setting) == TWO_TIERS and tier_told(setting, variation) is not TierTold.NO,
        Supposition.TRAINING: re.search(r"\btrain", bare.text) is not None,
    }
    prompt = setting if variation == BASE else f"{setting} in variation={variation!r}"
    for kind, added in vars(additions).items():
        for supposed in Supposition:
            if added is not None and supposed in added.supposes and not said[supposed]:
                raise InvalidInputError(
                    f"{kind}={added.name!r} speaks of {supposed}, and the prompt of {prompt} does not: together they "
                    f"would say what that prompt leaves open, or contradict it; leave {kind} out, or give a text file "
                    "of your own"
                )


def _addition(kind: Kind, typed: str | None) -> Addition | None:
    if typed is None:
        return None
    names = shipped(kind)
    if typed in names:
        return shipped_addition(kind, typed)
    path = from_user(typed)
    try:
        if path.is_dir():
            raise InvalidInputError(f"{kind}={typed!r} is a folder; give a text file")
        if not path.exists():
            raise _unknown(kind, typed, path, names)
        if not path.is_file():
            raise InvalidInputError(f"{kind}={typed!r} is no text file; give one")
        if path.stat().st_size > 4 * MOST_CHARACTERS:  # a character has at most 4 bytes
            raise _too_large(kind, typed)
        text = path.read_text("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise _not_utf_8(kind, typed, f"byte {error.start}") from error
    except OSError as error:
        raise InvalidInputError(f"{kind}={typed!r} cannot be read: {error.strerror}; check the path") from error
    if "\0" in text:  # what UTF-16 looks like
        raise _not_utf_8(kind, typed, "it holds NUL characters")
    if not text:
        raise InvalidInputError(f"{kind}={typed!r} is empty; write the text that is to be added, or leave {kind} out")
    if len(text) > MOST_CHARACTERS:
        raise _too_large(kind, typed)
    if path.stem in names:
        raise InvalidInputError(f"{kind}={typed!r}: a text of the name {path.stem!r} is shipped; rename the file")
    return Addition(path.stem, text)


def _unknown(kind: Kind, typed: str, path: Path, names: dict[str, str]) -> InvalidInputError:
    if path.suffix or Path(typed).name != typed:
        return InvalidInputError(f"{kind}={typed!r}: there is no file {path}; check the path")
    return unknown_value(kind, typed, names, "Or give the path of a text file in UTF-8.")


def _not_utf_8(kind: Kind, typed: str, where: str) -> InvalidInputError:
    return InvalidInputError(f"{kind}={typed!r} is not UTF-8 ({where}); save it as UTF-8")


def _too_large(kind: Kind, typed: str) -> InvalidInputError:
    return InvalidInputError(f"{kind}={typed!r} has more than {MOST_CHARACTERS:,} characters; shorten it")
