"""What an endpoint said instead of a reply, in one sentence with the remedy."""

import re
from collections.abc import Iterator, Sequence

from study.secret import without_key
from study.visible import visible

_NO_ANSWER = {"APIConnectionError", "TransportError", "AttemptTimeoutError", "StreamIdleTimeoutError"}
"""What the clients call it when nobody listens or the line breaks, and Inspect when its patience with one ends."""

_UNREADABLE = {
    *("JSONDecodeError", "ValidationError", "TypeError", "AttributeError", "IndexError", "KeyError", "AssertionError"),
    *("APIError", "OpenAIResponseError", "NoStreamDataError"),
}
"""What clients and Inspect raise over an answer that came and is not in the form of its provider."""

_LONGEST = 300

_KIND = re.compile(r"\S+: (?:the endpoint answered \d+|the endpoint's answer cannot be read|no answer|not asked)")


class EndpointError(RuntimeError):
    """A call to a model that came to nothing: nothing was said that could be read as a reply."""

    def __init__(self, message: str, status: int | None = None, *, unreadable: bool = False) -> None:
        """Make one; Inspect logs and shows the ``message`` of an error where it has one.

        Args:
            message: The sentence.
            status: HTTP status of an answer that says that it is none; None where it says so otherwise, or none came.
            unreadable: Whether an answer came, in a form that cannot be read.
        """
        super().__init__(message)
        self.message = message
        self.status = status
        self.unreadable = unreadable


def endpoint_error(
    error: BaseException, model: str, key_variables: Sequence[str] = (), base_url: str | None = None
) -> EndpointError | None:
    """The same failure for a reader.

    Args:
        error: What the call raised. Read by its attributes: every provider has a client of its own, and Inspect wraps
            some of what they raise.
        model: Full name of the model that was asked.
        key_variables: Variables that may hold the provider's key, the usual one first.
        base_url: Where the model was asked; None where it is not known: some clients read their variable themselves.

    Returns:
        The error, or None where it is not the endpoint that failed. An answer that a client stumbles over is taken for
        the endpoint's failure.
    """
    key = next(iter(key_variables), None)
    url_variable = _url_variable(key_variables)
    chain = list(_chain(error))
    status = next((code for code in (getattr(e, "status_code", None) for e in chain) if isinstance(code, int)), None)
    if status is not None:
        remedy = _remedy(status, key, url_variable)
        return EndpointError(f"{model}: the endpoint answered {status}{_said(chain)}{remedy and f'; {remedy}'}", status)
    if silent := _first(chain, _NO_ANSWER):
        return no_answer(model, key_variables, base_url, str(silent) if "timeout" in str(silent) else "")
    if unreadable := _first(chain, _UNREADABLE):
        words = _shortened(f"{type(unreadable).__name__}: {unreadable}")
        return EndpointError(f"{model}: the endpoint's answer cannot be read ({words})", unreadable=True)
    return None


def no_answer(
    model: str, key_variables: Sequence[str] = (), base_url: str | None = None, patience: str = ""
) -> EndpointError:
    """That nobody answers; arguments as in `endpoint_error`, and what says how long was waited, if anything does."""
    where = f" from {without_key(base_url)}" if base_url else ""
    waited = f" ({patience})" if patience else ""
    check = f"the network, the base URL{_named(_url_variable(key_variables))}"
    return EndpointError(f"{model}: no answer{where}{waited}; check {check}, and that the server runs")


def not_asked(model: str, why: str, last: EndpointError) -> str:
    """The sentence of calls that are not made any more.

    Args:
        model: Full name of the model that is not asked.
        why: What made it so.
        last: What the last call to it failed with.
    """
    said = last.message.removeprefix(f"{model}: ")
    return f"{model}: not asked: {why}, and it is taken for dead for the rest of this run; {said}"


def is_not_asked(text: str) -> bool:
    """Whether a text is a sentence of `not_asked`."""
    return kind_of_failure(text).endswith(": not asked")


def is_endpoint_error(text: str) -> bool:
    """Whether a text is the sentence of an `EndpointError`."""
    return _KIND.match(text) is not None


def kind_of_failure(text: str) -> str:
    """Model and status of the sentence of an `EndpointError`, and any other text as it is.

    The endpoint's own words may differ from call to call: they name requests, or what is left of a limit.
    """
    found = _KIND.match(text)
    return found[0] if found else text


def _chain(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__


def _first(chain: Sequence[BaseException], kinds: set[str]) -> BaseException | None:
    return next((e for e in chain if kinds & {kind.__name__ for kind in type(e).__mro__}), None)


def _remedy(status: int, key: str | None, url_variable: str | None) -> str:
    match status:
        case 401:
            return f"check the key{f' in {key}' if key else ''}"
        case 403:
            return f"see whether the key{f' in {key}' if key else ''} may use this model"
        case 404:
            return f"check the model's name, and the base URL{_named(url_variable)}"
        case _:
            return ""


def _url_variable(key_variables: Sequence[str]) -> str | None:
    key = next(iter(key_variables), None)
    return key.replace("_API_KEY", "_BASE_URL") if key else None


def _named(variable: str | None) -> str:
    return f" ({variable})" if variable else ""


def _said(chain: Sequence[BaseException]) -> str:
    """The endpoint's own words, on one line that can be shown; some put them into ``error``, others beside it."""
    for error in chain:
        body = getattr(error, "body", None)
        while isinstance(body, dict):
            body = body.get("error") or body.get("message") or body.get("detail")
        if isinstance(body, str) and body.strip():
            return f" ({_shortened(body)})"
    return ""


def _shortened(text: str) -> str:
    """On one line."""
    text = visible(" ".join(text.split()))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
