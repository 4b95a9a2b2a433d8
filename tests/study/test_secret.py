"""Keys are known by their names, and by their values where this process has them; no text that is kept holds one."""

import asyncio
import base64
from traceback import format_exception
from typing import Any
from urllib.parse import quote

import pytest
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessageAssistant,
    ContentReasoning,
    ModelCall,
    ModelOutput,
)
from inspect_ai.tool import ToolCall
from pydantic import BaseModel, ValidationError

from study.secret import WITHHELD, keep_from, key_in, key_in_address, known_keys, without_key, without_keys

KEY = "planted+key/of=a made-up service"


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        pytest.param({"api_key": "x"}, "api_key", id="by-name"),
        pytest.param({"apiKey": "x"}, "apiKey", id="in-one-word"),
        pytest.param({"default_headers": {"Authorization": "x"}}, "default_headers.Authorization", id="header"),
        pytest.param({"extra_headers": {"X-Api-Key": "x"}}, "extra_headers.X-Api-Key", id="header-of-a-gateway"),
        pytest.param({"headers": {"X-Mine": "Bearer x"}}, "headers.X-Mine", id="by-how-it-begins"),
        pytest.param({"clients": [{"a": 1}, {"hf_token": "x"}]}, "clients.1.hf_token", id="in-a-list"),
        pytest.param({"proxy": "http://user:word@host"}, "proxy", id="password-in-an-address"),
        pytest.param({"aws_secret_key": "x"}, "aws_secret_key", id="cloud"),
        pytest.param({"max_tokens": 10, "logprobs": True, "tokenizer": "x"}, None, id="tokens-are-no-keys"),
        pytest.param({"prompt_cache_key": "x", "eos_token": "x", "reasoning_tokens": 3}, None, id="nor-are-these"),
        pytest.param({"api_key": None, "token": ""}, None, id="empty"),
        pytest.param({"azure_ad_token": "x"}, "azure_ad_token", id="of-a-directory"),
        pytest.param({"x": f"sk-{'x' * 20}"}, "x", id="by-its-form"),
        pytest.param({"x": ["eyJx.eyJx.x"]}, "x.0", id="by-its-form-in-a-list"),
        pytest.param({"x": "Authorization: Bearer x"}, "x", id="a-header-in-one-text"),
        pytest.param({"api_key_vars": ["MADE_UP"], "api_key_env": "MADE_UP"}, None, id="names-of-variables"),
        pytest.param({"use_credentials": True, "secret_free": False}, None, id="yes-or-no"),
        pytest.param({"system_message": "Basic rules hold here."}, None, id="a-sentence"),
        pytest.param({"pad_token": "x", "stop": "sk-8"}, None, id="short"),
        pytest.param("Bearer x", "", id="a-text-alone"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_where_settings_hold_a_key(settings: object, where: str | None) -> None:
    assert key_in(settings) == where


@pytest.mark.parametrize(
    ("address", "holds", "shown"),
    [
        pytest.param("https://host:8000/v1", False, "https://host:8000/v1", id="plain"),
        pytest.param("https://user:word@host/v1", True, "https://host/v1", id="user-and-password"),
        pytest.param("https://word@host/v1", True, "https://host/v1", id="user"),
        pytest.param("https://host/v1?api-version=1", False, "https://host/v1", id="what-is-asked-for"),
        pytest.param("https://host/v1?key=word", True, "https://host/v1", id="key-among-it"),
        pytest.param("s3://bucket/folder@2", False, "s3://bucket/folder@2", id="at-sign-in-a-path"),
        pytest.param("logs/folder", False, "logs/folder", id="path"),
    ],
)
def test_an_address_with_a_key(address: str, holds: bool, shown: str) -> None:
    assert (key_in_address(address), without_key(address)) == (holds, shown)


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_a_key_is_found_in_every_form(before: str) -> None:
    said = [KEY, quote(KEY, safe=""), base64.b64encode(f"{before}{KEY}:".encode()).decode()]
    told = without_keys({"said": [f"you sent {form} to us" for form in said]}, [KEY])
    assert [WITHHELD in one for one in told["said"]] == [True, True, True]
    assert told["said"][:2] == [f"you sent {WITHHELD} to us"] * 2
    assert len(told["said"][2]) < len(f"you sent {WITHHELD} to us") + 12  # the ends, which other bytes share


class Api:
    """A provider that is told a key, and says it again."""

    api_key = KEY
    initial_api_key = None
    api_key_vars = ("MADE_UP_KEY_OF_A_SERVICE",)
    base_url = "https://user:password-in-an-address@host"

    def __init__(self, came: object) -> None:
        self.came = came

    async def generate(self) -> Any:
        if isinstance(self.came, Exception):
            raise self.came from ValueError(f"{KEY} again")
        return self.came


def test_all_keys_that_a_provider_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MADE_UP_KEY_OF_A_SERVICE", "OTHER_TOKEN", "SHORT_API_KEY", "OTHER_SETTING"):
        monkeypatch.setenv(name, "short" if name.startswith("SHORT") else f"value of {name}")
    found = known_keys(Api(None))
    assert {KEY, "value of MADE_UP_KEY_OF_A_SERVICE", "value of OTHER_TOKEN", "password-in-an-address"} <= {*found}
    assert {"short", "value of OTHER_SETTING", ""}.isdisjoint(found)


@pytest.mark.parametrize("word", ["placeholder", "not-needed", "password", "a b c d e f"])
def test_a_word_in_the_place_of_a_key_is_left_in_replies(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADE_UP_KEY_OF_A_SERVICE", word)
    output = ModelOutput.from_content("m", f"a {word} here")
    api = Api(output)
    keep_from(api)
    assert asyncio.run(api.generate()) is output


def test_a_short_value_that_its_endpoint_was_not_told_is_left_in_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PASSWORD", "word1234")
    api = Api(ModelOutput.from_content("m", f"try word1234, or {KEY}"))
    keep_from(api)
    assert asyncio.run(api.generate()).completion == f"try word1234, or {WITHHELD}"


@pytest.mark.parametrize("word", ["passwords", "letters-that-are-a-key", "word1234"])
def test_what_is_longer_or_has_digits_is_a_key(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_TOKEN", word)
    assert (word in known_keys()) is (word != "passwords")


def test_an_address_that_is_none_is_left_to_who_calls_it() -> None:
    api = Api(None)
    api.base_url = "http://[::1"
    keep_from(api)
    assert asyncio.run(api.generate()) is None


class RefusedError(Exception):
    """As the clients raise it."""

    def __init__(self) -> None:
        super().__init__(f"wrong key {KEY}")
        self.message = f"wrong key {KEY}"
        self.body = {"error": {"message": f"wrong key {KEY}", "codes": [KEY, 401]}}
        self.status_code = 401


def test_an_error_stays_the_same_error_without_the_key() -> None:
    api = Api(RefusedError())
    keep_from(api)
    keep_from(api)
    with pytest.raises(RefusedError) as raised:
        asyncio.run(api.generate())
    error = raised.value
    told = f"wrong key {WITHHELD}"
    assert (str(error), error.message, error.status_code) == (told, told, 401)
    assert error.body == {"error": {"message": told, "codes": [WITHHELD, 401]}}
    assert str(error.__cause__) == f"{WITHHELD} again"


class Counted(BaseModel):
    """Says what it was given where it cannot take it."""

    number: int


def unchangeable(said: str) -> Exception:
    """An error whose text is made elsewhere."""
    try:
        Counted.model_validate({"number": said})
    except ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(unchangeable(KEY), id="by-itself"),
        pytest.param(ExceptionGroup("two", [ValueError(KEY), ValueError("x")]), id="in-a-group"),
    ],
)
@pytest.mark.parametrize("brought", [False, True], ids=["raised", "brought"])
def test_an_error_that_cannot_be_changed_is_told_in_another(error: Exception, brought: bool) -> None:
    api = Api((error, None) if brought else error)
    keep_from(api)
    try:
        raised, _ = asyncio.run(api.generate())
    except RuntimeError as came:
        raised = came
    told = "".join(format_exception(raised))
    assert type(raised) is RuntimeError
    assert str(raised).startswith(f"{type(error).__name__}: ")
    assert (KEY in told, KEY in str(raised)) == (False, False)


def test_what_a_call_brings_is_without_the_key_and_of_the_same_types() -> None:
    output = ModelOutput.from_content("m", f"you sent {KEY}", "content_filter")
    call = ModelCall(request={"a": 1}, response={"error": {"message": f"wrong key {KEY}"}})
    api = Api((output, call))
    keep_from(api)
    said, raw = asyncio.run(api.generate())
    assert (said.completion, said.stop_reason) == (f"you sent {WITHHELD}", "content_filter")
    assert said.choices[0].message.text == f"you sent {WITHHELD}"
    assert raw.response == {"error": {"message": f"wrong key {WITHHELD}"}}


def message(**said: Any) -> ModelOutput:
    return ModelOutput(model="m", choices=[ChatCompletionChoice(message=ChatMessageAssistant(**said))])


@pytest.mark.parametrize(
    "output",
    [
        pytest.param(message(content=[ContentReasoning(reasoning=f"you sent {KEY}")]), id="reasoning"),
        pytest.param(
            message(content="", tool_calls=[ToolCall(id="1", function="f", arguments={"sent": [KEY]})]), id="tool"
        ),
        pytest.param(ModelOutput(model=KEY), id="model"),
        pytest.param(ModelOutput(model="m", metadata={"headers": {"sent": KEY}}), id="metadata"),
    ],
)
def test_no_part_of_an_output_holds_a_key(output: ModelOutput) -> None:
    api = Api(output)
    keep_from(api)
    came = asyncio.run(api.generate())
    assert (type(came), came.choices and type(came.message)) == (ModelOutput, output.choices and ChatMessageAssistant)
    assert (KEY in repr(output), KEY in repr(came), WITHHELD in repr(came)) == (True, False, True)


def test_what_holds_no_key_is_handed_on_as_it_is() -> None:
    output = ModelOutput.from_content("m", "placeholder")
    api = Api(output)
    keep_from(api)
    assert asyncio.run(api.generate()) is output
