"""One sentence for a model whose provider nobody knows, where Inspect prints a traceback.

Inspect looks the provider up before any code of a task runs. Our entry points are imported on the way there, inside the
command that was typed, so what the command raises passes by here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click
from inspect_ai.model import get_model
from inspect_ai.util import registry_create

from study.invalid_input import InvalidInputError, unknown_value

PROVIDERS = ("anthropic", "control", "google", "ollama", "openai", "openai-api", "openrouter", "together", "vllm")
"""Providers named to the user; Inspect knows more."""

_UNKNOWN = re.compile(r"Model API (?P<provider>.+) of model (?P<model>'.*') not recognized\.")
_NO_PROVIDER = re.compile(r"Model name (?P<model>'.*') should be in the format of .*")


def explain_unknown_providers() -> None:
    """Explain what the running command raises; nothing happens outside of a command, where a traceback helps."""
    command = click.get_current_context(silent=True)
    if command is not None:
        command.with_resource(_explained())


def unknown_provider(error: ValueError) -> InvalidInputError | None:
    """The error for a reader; None where Inspect says something else."""
    if found := _UNKNOWN.fullmatch(str(error)):
        return _not_known(found["provider"], found["model"])
    if found := _NO_PROVIDER.fullmatch(str(error)):
        return _not_named(found["model"])
    return None


def check_provider(model: str) -> None:
    """Refuse the name of a model that Inspect would refuse; neither a key nor the provider's own client is needed.

    Raises:
        InvalidInputError: If it names no provider, or one that Inspect does not know.
    """
    provider, _, name = model.partition("/")
    if not (provider and name):
        raise _not_named(repr(model))
    if provider in PROVIDERS:
        return
    get_model("none")  # has Inspect load the providers of other packages
    try:
        registry_create("modelapi", provider)
    except LookupError as error:
        raise _not_known(provider, repr(model)) from error
    except TypeError:
        return  # it is there, and wants to know of which model


def _not_known(provider: str, model: str) -> InvalidInputError:
    remedy = f"Inspect knows more providers than these, but not that of the model {model}."
    return unknown_value("provider", provider, PROVIDERS, remedy)


def _not_named(model: str) -> InvalidInputError:
    return InvalidInputError(f"the model {model} names no provider; write PROVIDER/MODEL, for instance openai/gpt-4o")


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        if explained := unknown_provider(error):
            raise explained from error
        raise
