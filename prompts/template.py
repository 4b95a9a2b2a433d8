"""Filling in a text file of this package."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from jinja2.meta import find_undeclared_variables

# Not for HTML, so nothing is escaped; a value is inserted as text and never evaluated, whatever braces it holds.
_ENVIRONMENT = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)


def render(path: str, **variables: object) -> str:
    """Fill in one text file.

    Args:
        path: File relative to this package, for instance ``wrappers/notebook.md``.
        **variables: A value for every variable of the file, and for no other.

    Returns:
        The text, stripped of surrounding white space.

    Raises:
        ValueError: If a variable is missing or is not one of the file's: a misspelt variable would else vanish.
    """
    wanted = variables_of(path)
    if wanted != variables.keys():
        missing, unknown = sorted(wanted - variables.keys()), sorted(variables.keys() - wanted)
        raise ValueError(f"{path} takes exactly {sorted(wanted)}; missing: {missing}, unknown: {unknown}")
    return _template(source(path)).render(variables).strip()


def fill(text: str, **variables: str) -> str:
    """Fill in a text of ours that is in no file of its own.

    Args:
        text: A template.
        **variables: A value for every variable of it; more may be given.

    Returns:
        The text, stripped of surrounding white space.

    Raises:
        jinja2.UndefinedError: If a variable is missing.
    """
    return _template(text).render(variables).strip()


@cache
def variables_of(path: str) -> frozenset[str]:
    """Names of the variables of one text file."""
    return variables_in(source(path))


def variables_in(text: str) -> frozenset[str]:
    """Names of the variables of a template.

    Raises:
        jinja2.TemplateSyntaxError: If it is none.
    """
    return frozenset(find_undeclared_variables(_ENVIRONMENT.parse(text)))


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    # A query can hold a lone surrogate (JSON allows it), which UTF-8 refuses; it must still have one digest.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def source(path: str) -> str:
    """One text file as it is in the repository."""
    return files("prompts").joinpath(path).read_text("utf-8")


@cache
def exists(path: str) -> bool:
    """Whether there is such a text file."""
    return files("prompts").joinpath(path).is_file()


@cache
def _template(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)
