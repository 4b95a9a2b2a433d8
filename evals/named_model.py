"""A model as a file or a parameter names it."""

from typing import Any

from inspect_ai.model import GenerateConfig, Model, get_model
from pydantic import BaseModel, Field, field_validator, model_validator

from study.invalid_input import unknown_value


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
