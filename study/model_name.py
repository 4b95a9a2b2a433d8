"""What a model's name says about it."""

import re

CONTROL_PROVIDER = "control"
"""Provider prefix of the models of known behaviour (package ``controls``)."""

DEVELOPERS: dict[str, str] = {
    "claude": "Anthropic",
    "chatgpt": "OpenAI",
    "gpt-j": "EleutherAI",
    "gpt-neox": "EleutherAI",
    "gpt": "OpenAI",
    "gemini": "Google DeepMind",
    "gemma": "Google DeepMind",
    "llama": "Meta",
    "codellama": "Meta",
    "hermes": "Nous Research",
    "mistral": "Mistral AI",
    "mixtral": "Mistral AI",
    "ministral": "Mistral AI",
    "codestral": "Mistral AI",
    "magistral": "Mistral AI",
    "qwen": "Alibaba Cloud",
    "qwq": "Alibaba Cloud",
    "deepseek": "DeepSeek",
    "grok": "xAI",
    "kimi": "Moonshot AI",
    "glm": "Zhipu AI",
    "phi": "Microsoft",
    "command": "Cohere",
    "olmo": "Ai2",
}
"""Company that made a model, by the first of these words found in the model's own name."""

_CACHES_WHERE_TOLD = ("anthropic", "openai")
"""Providers whose requests carry a mark of where the part ends that is worth caching."""

_SEVERAL_CHOICES = re.compile(r"(control|together|vllm|sglang|openai-api)/|openai/(chatgpt-4o|gpt-(3\.5|4))")
_BILLS_INPUT_ONCE = "openai/"

_SAMPLES_AS_IT_LIKES = re.compile(r"anthropic/|openai/(o\d|gpt-5(?!\.[12])|gpt-[6-9])")
_VARIANT = re.compile(r":[^:]*$|[-@](latest|\d{8}|\d{4}-\d{2}-\d{2}|\d{4})$")
"""What a provider adds to the name of the same model: a date, or on what terms it is served."""
_FIRST_WORD = re.compile(rf"(?<![a-z])({'|'.join(DEVELOPERS)})(?![a-z])")


def is_control(model: str) -> bool:
    """Whether a model name such as ``control/faker`` is one of ours."""
    return model.split("/", 1)[0] == CONTROL_PROVIDER


def takes_temperature(model: str) -> bool:
    """Whether a temperature reaches the model; where it does not, the model samples at its provider's own.

    The API of Anthropic takes none since its version of 2026-10-21, and most of OpenAI's reasoning models never did:
    Inspect then leaves it out of the request, and only of the request.

    Args:
        model: Full name, for instance ``anthropic/claude-sonnet-4-5``.
    """
    return not _SAMPLES_AS_IT_LIKES.match(model)


def caches_where_told(model: str) -> bool:
    """Whether Inspect can tell a model's provider up to where a request is to be cached.

    Anthropic takes such a mark, OpenAI from GPT-5.6 on; Inspect drops it for their other models. No other provider is
    sent one: what most of them cache, they find themselves.

    Args:
        model: Full name, for instance ``anthropic/claude-sonnet-4-5``.
    """
    return model.split("/", 1)[0] in _CACHES_WHERE_TOLD


def gives_choices(model: str) -> bool:
    """Whether one request to a model can ask for several replies.

    Inspect sends ``n`` to these; to OpenAI's models that are asked in the format of responses it cannot.

    Args:
        model: Full name, for instance ``openai/gpt-4o``.
    """
    return bool(_SEVERAL_CHOICES.match(model))


def bills_input_once(model: str) -> bool:
    """Whether several choices of one request are known to cost its input once; only OpenAI says so."""
    return gives_choices(model) and model.startswith(_BILLS_INPUT_ONCE)


def is_same_model(asked: str, answered: str) -> bool:
    """Whether an endpoint that names a model answers with the one that was asked; it may add a date to the name.

    Args:
        asked: Full name, for instance ``openai/gpt-4o``.
        answered: Name in the answer, for instance ``gpt-4o-2024-08-06``; empty where it has none, which says nothing.
    """
    return not answered or _bare(asked) == _bare(answered)


def _bare(model: str) -> str:
    return _VARIANT.sub("", model.rsplit("/", 1)[-1].casefold())


def developer_of(model: str) -> str | None:
    """Company that made a model; None where the name does not say.

    Args:
        model: Full name, for instance ``together/meta-llama/Llama-3.3-70B-Instruct-Turbo``. Providers resell models, so
            only what follows the last slash is read; the first word wins, as in ``Hermes-3-Llama-3.1-405B``.
    """
    found = _FIRST_WORD.search(model.rsplit("/", 1)[-1].casefold())
    return DEVELOPERS[found[0]] if found else None
