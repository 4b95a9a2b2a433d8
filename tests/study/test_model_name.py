"""What a model's name says: who made it, and whether it is one of ours."""

import pytest

from study.model_name import DEVELOPERS, developer_of, is_control, is_same_model


@pytest.mark.parametrize(
    ("model", "developer"),
    [
        ("anthropic/claude-3-opus-20240229", "Anthropic"),
        ("bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0", "Anthropic"),
        ("vertex/claude-opus-4-5@20251101", "Anthropic"),
        ("openai/gpt-4o", "OpenAI"),
        ("openai/ft:gpt-4o-2024-08-06:lab::AbC1", "OpenAI"),
        ("groq/openai/gpt-oss-120b", "OpenAI"),
        ("google/gemini-2.0-flash", "Google DeepMind"),
        ("hf/google/gemma-3-27b-it", "Google DeepMind"),
        ("together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "Meta"),
        ("openrouter/meta-llama/llama-3.1-405b-instruct:free", "Meta"),
        ("ollama/llama3.1:8b", "Meta"),
        ("vllm/jplhughes2/llama-3.3-70b-af-synthetic-docs-only-higher-r", "Meta"),
        ("openrouter/nousresearch/hermes-3-llama-3.1-405b", "Nous Research"),
        ("hf/NousResearch/Nous-Hermes-2-Mixtral-8x7B-DPO", "Nous Research"),
        ("mistral/mistral-large-latest", "Mistral AI"),
        ("together/mistralai/Mixtral-8x22B-Instruct-v0.1", "Mistral AI"),
        ("together/Qwen/Qwen2.5-72B-Instruct-Turbo", "Alibaba Cloud"),
        ("together/deepseek-ai/DeepSeek-R1", "DeepSeek"),
        ("together/deepseek-ai/DeepSeek-R1-Distill-Llama-70B", "DeepSeek"),
        ("grok/grok-3-beta", "xAI"),
        ("openrouter/moonshotai/kimi-k2", "Moonshot AI"),
        ("openrouter/z-ai/glm-4.5", "Zhipu AI"),
        ("azureai/Phi-4", "Microsoft"),
        ("openrouter/cohere/command-r-plus", "Cohere"),
        ("hf/allenai/OLMo-2-1124-13B-Instruct", "Ai2"),
        ("claude-3-opus", "Anthropic"),
    ],
)
def test_the_first_known_word_of_the_name_tells_who_made_it(model: str, developer: str) -> None:
    assert developer_of(model) == developer


@pytest.mark.parametrize(
    "model",
    [
        pytest.param("control/faker", id="control/faker"),
        pytest.param("mockllm/model", id="mockllm/model"),
        pytest.param("none/none", id="none/none"),
        pytest.param("", id="no name"),
        pytest.param("vllm/", id="no name after the provider"),
        pytest.param("openai/o3-mini", id="a maker that only the provider tells"),
        pytest.param("openrouter/meta-llama/unnamed", id="a maker that only the account tells"),
        pytest.param("hf/cognitivecomputations/dolphin-2.9", id="a word inside a word (dolPHIn)"),
    ],
)
def test_a_name_that_does_not_say_who_made_it(model: str) -> None:
    assert developer_of(model) is None


@pytest.mark.parametrize("word", sorted(DEVELOPERS))
def test_every_word_is_found_whatever_its_case_and_however_it_is_numbered(word: str) -> None:
    assert {developer_of(name) for name in (word, word.upper(), f"lab/{word}4-mini", f"my-{word}:7b", f"1{word}")} == {
        DEVELOPERS[word]
    }


@pytest.mark.parametrize(
    ("model", "ours"),
    [
        ("control/faker", True),
        ("control/grader", True),
        ("control", True),
        ("control/", True),
        ("controls/faker", False),
        ("Control/faker", False),
        ("openai/control", False),
        ("together/control/faker", False),
        ("uncontrol/faker", False),
        ("", False),
    ],
)
def test_a_control_is_known_by_its_provider(model: str, ours: bool) -> None:
    assert is_control(model) is ours


@pytest.mark.parametrize(
    ("asked", "answered", "same"),
    [
        ("openai/gpt-4o", "gpt-4o", True),
        ("openai/gpt-4o", "gpt-4o-2024-08-06", True),
        ("openai/gpt-4o-2024-05-13", "gpt-4o-2024-08-06", True),
        ("openai/gpt-4", "gpt-4-0613", True),
        ("anthropic/claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", True),
        ("vertex/claude-opus-4-5@20251101", "claude-opus-4-5", True),
        ("together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/llama-3.3-70b-instruct-turbo", True),
        ("openrouter/meta-llama/llama-3.1-405b-instruct:free", "meta-llama/llama-3.1-405b-instruct", True),
        ("vllm/my/model", "", True),
        ("openai/gpt-4o", "gpt-4o-mini", False),
        ("openai/gpt-4o", "gpt-4", False),
        ("openai/gpt-4o", "gpt-4o-mini-2024-07-18", False),
        ("anthropic/claude-3-opus-20240229", "claude-3-haiku-20240307", False),
        ("together/meta-llama/Llama-3.3-70B-Instruct-Turbo", "meta-llama/Llama-3.3-70B-Instruct", False),
    ],
)
def test_an_answer_names_the_model_that_was_asked_or_another(asked: str, answered: str, same: bool) -> None:
    assert is_same_model(asked, answered) == same
