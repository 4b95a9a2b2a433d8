"""Keys and passwords: where one would be kept, and a text without those that are known."""

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

WITHHELD = "[key withheld]"
"""What stands in the place of a key."""

SHORTEST = 8
"""Characters from which the value of a variable is taken for a key: shorter ones are words, and stand everywhere."""

_NAME = re.compile(
    r"(?:api|access|private|secret|auth|subscription)[-_]?key|secret|passw(?:or)?d|authorization|credential"
    r"|(?:^|auth|access|hf|api|bearer|session|refresh|id)[-_]?token$|(?:^|[-_])(?:auth|cookie)$",
    re.IGNORECASE,
)
_VARIABLE = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$")
_BEARER = re.compile(r"\s*(?:Bearer|Basic)\s+\S", re.IGNORECASE)


def key_in(value: object) -> str | None:
    """Where some settings hold what is a key by its name, or by how it begins.

    Args:
        value: Settings as they would be written down: mappings and lists of them, to any depth.

    Returns:
        The steps to the first, parted by dots, as in ``default_headers.Authorization``; None where there is none. The
        key itself is never told.
    """
    layer: list[tuple[str, object]] = [("", value)]
    while layer:
        inner: list[tuple[str, object]] = []
        for path, one in layer:
            if isinstance(one, Mapping):
                named = [(f"{path}.{name}".removeprefix("."), str(name), held) for name, held in one.items()]
                if found := next((at for at, name, held in named if held and _NAME.search(name)), None):
                    return found
                inner += [(at, held) for at, _, held in named]
            elif isinstance(one, list | tuple):
                inner += [(f"{path}.{place}", held) for place, held in enumerate(one)]
            elif isinstance(one, str) and (_BEARER.match(one) is not None or key_in_address(one)):
                return path
        layer = inner
    return None


def key_in_address(address: str) -> bool:
    """Whether an address holds a user, a password, or a key among what is asked for."""
    try:
        parts = urlsplit(address)
    except ValueError:  # no address at all
        return False
    asked = [name for name, value in parse_qsl(parts.query) if value]
    return bool(parts.netloc) and ("@" in parts.netloc or any(name == "key" or _NAME.search(name) for name in asked))


def without_key(address: str) -> str:
    """An address for a reader: scheme, host and path."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def known_keys(api: object = None) -> list[str]:
    """Keys that this process knows of, the longest first.

    Args:
        api: Provider of a model, as Inspect has it: with ``api_key``, ``api_key_vars`` and ``base_url``.
    """
    found = [*(value for name, value in os.environ.items() if _VARIABLE.search(name)), *_told(api)]
    return sorted({key for key in found if len(key) >= SHORTEST}, key=len, reverse=True)


def without_keys(value: Any, keys: Sequence[str]) -> Any:
    """A text, or mappings and lists of texts, without keys: as they are, as in an address, and in Base64."""
    if isinstance(value, str):
        for form in (form for key in keys for form in _forms(key)):
            value = value.replace(form, WITHHELD)
        return value
    if isinstance(value, Mapping):
        return {name: without_keys(one, keys) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([without_keys(one, keys) for one in value])
    return value


def keep_from(api: Any) -> None:
    """Have a provider hand nothing on in which an endpoint sends its own key back: some do where they refuse one.

    Inspect keeps what a failed call raises and brings, in the log and beside it, so this stands between the two.

    Args:
        api: Provider of a model, as Inspect has it. Done once for each, however often this is called.
    """
    if hasattr(api.generate, "_keeps_keys"):
        return
    generate: Callable[..., Any] = api.generate
    before = known_keys(api)  # reading the environment anew at each call would cost as much as all the rest

    @wraps(generate)
    async def keeping(*args: Any, **kwargs: Any) -> Any:
        try:
            came = await generate(*args, **kwargs)
        except Exception as error:
            _strip(error, known_keys(api))
            raise
        return _stripped(came, [*before, *(key for key in _told(api) if key not in before)])

    keeping._keeps_keys = True  # type: ignore[attr-defined]
    api.generate = keeping


def _told(api: object) -> list[str]:
    """Keys that a provider tells its endpoint."""
    user, _, _ = urlsplit(getattr(api, "base_url", None) or "").netloc.rpartition("@")
    own = [getattr(api, name, None) for name in ("api_key", "initial_api_key")]
    variables = map(os.environ.get, getattr(api, "api_key_vars", ()))
    told = (*own, *variables, user, user.partition(":")[2])
    return [one for one in told if isinstance(one, str) and len(one) >= SHORTEST]


@lru_cache(maxsize=64)
def _forms(key: str) -> list[str]:
    """How a text may hold a key; in Base64 it may begin at any of three places, and its ends are of other text too."""
    plain = key.encode()
    shifted = [base64.b64encode(b"\0" * shift + plain).decode() for shift in range(3)]
    inner = [text[(0, 2, 3)[shift] : -4] for shift, text in enumerate(shifted)]
    return [key, quote(key, safe=""), *(text for text in inner if len(text) >= SHORTEST)]


def _strip(error: BaseException | None, keys: Sequence[str]) -> None:
    """Leave no key in an error and in what caused it; it stays the same error, of the same kind."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        error.args = without_keys(error.args, keys)
        for name, value in vars(error).items():
            if isinstance(value, str | dict | list):
                setattr(error, name, without_keys(value, keys))
        error = error.__cause__ or error.__context__


def _stripped(came: Any, keys: Sequence[str]) -> Any:
    """What a call brought: an output or an error, alone or with the raw call."""
    if isinstance(came, tuple):
        return tuple(_stripped(one, keys) for one in came)
    if isinstance(came, BaseException):
        _strip(came, keys)
    elif keys and any(form in text for text in _said(came) for key in keys for form in _forms(key)):
        return came.model_copy(update=_fields(without_keys(came.model_dump(), keys), type(came)))
    return came


def _said(came: Any) -> Iterator[str]:
    """What an endpoint said: the texts of an output, or of the raw response."""
    layer = [getattr(came, name, None) for name in ("completion", "error", "response")]
    while layer:
        yield from (one for one in layer if isinstance(one, str))
        tables = [one for one in layer if isinstance(one, dict | list)]
        layer = [inner for one in tables for inner in (one.values() if isinstance(one, dict) else one)]


def _fields(dumped: dict[str, Any], kind: Any) -> dict[str, Any]:
    """Typed again."""
    typed = kind.model_validate(dumped)
    return {name: getattr(typed, name) for name in dumped if name in kind.model_fields}
