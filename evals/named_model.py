"""A model as a file or a parameter names it."""

from collections.abc import Mapping
from typing import Any, Self

from inspect_ai.model import GenerateConfig, Model, get_model
from pydantic import BaseModel, Field, field_validator, model_validator

from study.invalid_input import InvalidInputError, unknown_value
from study.secret import key_in, key_in_address, without_key


class NamedModel(BaseModel, frozen=True, extra="forbid"):
    """A name, or a mapping with the name and what else the model is made of."""

    name: str
    """``PROVIDER/MODEL``."""
    args: dict[str, Any] = Field(default_factory=dict)
    """Arguments of its provider: ``-M``."""
    base_url: str | None = None
    """Where it is served: ``--model-base-url``."""
    config: dict[str, Any] = Field(default_factory=dict)
    """Inspect's options of generation, such as ``temperature`` or ``max_connections``."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_name(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given

    @field_validator("name")
    @classmethod
    def _has_a_provider(cls, name: str) -> str:
        provider, _, model = name.partition("/")
        if not provider or not model:
            raise ValueError(f"the model {name!r} names no provider; write PROVIDER/MODEL, for instance openai/gpt-4o")
        return name

    @model_validator(mode="after")
    def _holds_no_key(self) -> Self:
        refuse_keys(self.name, self.args, self.base_url, self.config)
        return self

    @field_validator("config")
    @classmethod
    def _is_known_to_inspect(cls, config: dict[str, Any]) -> dict[str, Any]:
        for option in config:
            if option not in GenerateConfig.model_fields:
                raise unknown_value("config", option, GenerateConfig.model_fields)
        GenerateConfig.model_validate(config)
        return config

    def model(self) -> Model:
        """The model itself; makes a client, and calls nobody.

        Raises:
            ValueError: If Inspect knows no such provider.
        """
        return get_model(
            self.name, config=GenerateConfig.model_validate(self.config), base_url=self.base_url, **self.args
        )


def refuse_keys(name: str, args: Mapping[str, Any], base_url: str | None, config: Mapping[str, Any]) -> None:
    """Refuse a key where the log of a run would keep it, for everybody who is given the log.

    Args:
        name: Of the model.
        args: Arguments of its provider.
        base_url: Where it is served.
        config: Inspect's options of generation.

    Raises:
        InvalidInputError: If there is one; the message says where, and never what.
    """
    remedy = "would be kept in the log; leave it out, and set the variable of the provider, for instance OPENAI_API_KEY"
    if found := key_in(args):
        raise InvalidInputError(f"the model {name}: its argument {found} holds a key, which {remedy}")
    if found := key_in(config):
        raise InvalidInputError(f"the model {name}: its option {found} holds a key, which {remedy}")
    if base_url and key_in_address(base_url):
        raise InvalidInputError(
            f"the model {name}: its base URL {without_key(base_url)} holds a user, a password or a key, which {remedy}"
        )
