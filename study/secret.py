"""Keys and passwords: where one would be kept, and a text without those that are known."""

import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, wraps
from traceback import format_exception
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

WITHHELD = "[key withheld]"
"""What stands in the place of a key."""

SHORTEST = 8
"""Characters from which the value of a variable is taken for a key: shorter ones are words, and stand everywhere."""

WORDS = 20
"""Characters from which that holds of letters alone too: ``placeholder`` and ``not-needed`` are no keys, and a reply
that says them is left as it is."""

_NAME = re.compile(
    r"(?:api|access|private|secret|auth|subscription)[-_]?key|secret|passw(?:or)?d|authorization|credential"
    r"|(?:^|auth|access|hf|api|bearer|session|refresh|id)[-_]?token$|(?:^|[-_])(?:ad[-_]?token|auth|cookie)$",
    re.IGNORECASE,
)
_NAME_OF_A_VARIABLE = re.compile(r"[-_](?:vars?|env)$", re.IGNORECASE)
_VARIABLE = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?)$")
_BEARER = re.compile(r"\s*(?:Authorization:\s*)?(?:Bearer|Basic)\s+\S+\s*", re.IGNORECASE)
_SHAPE = re.compile(r"(?:sk-|gsk_|xai-|hf_|nvapi-|pplx-|AIza)[\w-]{16,}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")
"""Keys of services that begin them all alike, and signed tokens."""

_LETTERS = re.compile(r"[^\W\d]+(?:[-_. ][^\W\d]+)*")


def key_in(value: object) -> str | None:
    """Where some settings hold what is a key by its name, or by its form.

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
                if found := next((at for at, name, held in named if _holds_key(name, held)), None):
                    return found
                inner += [(at, held) for at, _, held in named]
            elif isinstance(one, list | tuple):
                inner += [(f"{path}.{place}", held) for place, held in enumerate(one)]
            elif isinstance(one, str) and (_BEARER.fullmatch(one) or _SHAPE.fullmatch(one) or key_in_address(one)):
                return path
        layer = inner
    return None


def _holds_key(name: str, held: object) -> bool:
    """Whether a setting does by its name; true or false is no key, nor is the name of a variable."""
    return bool(held) and held is not True and bool(_NAME.search(name)) and not _NAME_OF_A_VARIABLE.search(name)


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
    return _longest_first([*(value for name, value in os.environ.items() if _VARIABLE.search(name)), *_told(api)])


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
    # Of a reply more is taken out than what this endpoint was told only where no model can say it by chance. Once:
    # reading the environment anew at each call would cost as much as all the rest.
    others = [key for key in known_keys(api) if len(key) >= WORDS]

    @wraps(generate)
    async def keeping(*args: Any, **kwargs: Any) -> Any:
        try:
            came = await generate(*args, **kwargs)
        except Exception as error:
            stripped = _strip(error, known_keys(api))
            if stripped is error:
                raise
            raise stripped from None
        return _stripped(came, _longest_first([*others, *_told(api)]))

    keeping._keeps_keys = True  # type: ignore[attr-defined]
    api.generate = keeping


def _told(api: object) -> list[str]:
    """Keys that a provider tells its endpoint."""
    try:
        user, _, _ = urlsplit(getattr(api, "base_url", None) or "").netloc.rpartition("@")
    except ValueError:  # no address at all, which whoever calls it says better
        user = ""
    own = [getattr(api, name, None) for name in ("api_key", "initial_api_key")]
    variables = map(os.environ.get, getattr(api, "api_key_vars", ()))
    told = (*own, *variables, user, user.partition(":")[2])
    return [one for one in told if isinstance(one, str) and _is_key(one)]


def _longest_first(found: Sequence[str]) -> list[str]:
    return sorted(filter(_is_key, {*found}), key=len, reverse=True)


def _is_key(value: str) -> bool:
    """Whether a value can be told from a word that a reply might say."""
    return len(value) >= (WORDS if _LETTERS.fullmatch(value) else SHORTEST)


@lru_cache(maxsize=64)
def _forms(key: str) -> list[str]:
    """How a text may hold a key; in Base64 it may begin at any of three places, and its ends are of other text too."""
    plain = key.encode()
    shifted = [base64.b64encode(b"\0" * shift + plain).decode() for shift in range(3)]
    inner = [text[(0, 2, 3)[shift] : -4] for shift, text in enumerate(shifted)]
    return [key, quote(key, safe=""), *(text for text in inner if len(text) >= SHORTEST)]


def _strip(error: Exception, keys: Sequence[str]) -> Exception:
    """Leave no key in an error and in what caused it; it stays the same error, unless it cannot be changed."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        one.args = without_keys(one.args, keys)
        for name, value in vars(one).items():
            if isinstance(value, str | dict | list):
                setattr(one, name, without_keys(value, keys))
        one = one.__cause__ or one.__context__
    told = "".join(format_exception(error, limit=0))  # some say what they were given, whatever their arguments are
    if any(form in told for key in keys for form in _forms(key)):
        return RuntimeError(f"{type(error).__name__}: {without_keys(str(error), keys)}")
    return error


def _stripped(came: Any, keys: Sequence[str]) -> Any:
    """What a call brought: an output or an error, alone or with the raw call."""
    if isinstance(came, tuple):
        return tuple(_stripped(one, keys) for one in came)
    if isinstance(came, Exception):
        return _strip(came, keys)
    if keys and any(form in text for text in _said(came) for key in keys for form in _forms(key)):
        return came.model_copy(update=_fields(without_keys(came.model_dump(), keys), type(came)))
    return came


def _said(came: Any) -> Iterator[str]:
    """What an endpoint said: the texts of an output, reasoning and calls of tools included, or of the raw response."""
    layer: list[Any] = [getattr(came, name, None) for name in ("error", "response")]
    if hasattr(came, "choices"):
        layer.append(came.model_dump(exclude={"choices": {"__all__": {"logprobs"}}}))
    while layer:
        yield from (one for one in layer if isinstance(one, str))
        tables = [one for one in layer if isinstance(one, dict | list)]
        layer = [inner for one in tables for inner in (one.values() if isinstance(one, dict) else one)]


def _fields(dumped: dict[str, Any], kind: Any) -> dict[str, Any]:
    """Typed again."""
    typed = kind.model_validate(dumped)
    return {name: getattr(typed, name) for name in dumped if name in kind.model_fields}
