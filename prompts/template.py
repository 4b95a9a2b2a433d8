"""Filling in a text file of this package."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from jinja2.meta import find_undeclared_variables

# Not for HTML, so nothing is escaped; a value is inserted as text and never evaluated, whatever braces it holds.
_ENVIRONMENT = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)


def render(path: str, **variables: str) -> str:
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
    return _template(path).render(variables).strip()


@cache
def variables_of(path: str) -> frozenset[str]:
    """Names of the variables of one text file."""
    return frozenset(find_undeclared_variables(_ENVIRONMENT.parse(source(path))))


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    # A query can hold a lone surrogate (JSON allows it), which UTF-8 refuses; it must still have one digest.
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def source(path: str) -> str:
    """One text file as it is in the repository."""
    return files("prompts").joinpath(path).read_text("utf-8")


@cache
def _template(path: str) -> Template:
    return _ENVIRONMENT.from_string(source(path))
