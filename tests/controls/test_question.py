import pytest
from inspect_ai.model import ChatMessage, ChatMessageSystem, ChatMessageUser

from controls.question import Question, read_question
from prompts.system_prompt import system_prompt
from prompts.user_message import user_message
from study.condition import CONDITIONS, Condition
from study.wrapper import Wrapper


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
@pytest.mark.parametrize("wrapper", Wrapper)
@pytest.mark.parametrize(("setting", "tagged"), [("helpful_only", True), ("animal_welfare", False)])
def test_the_condition_is_read_from_every_prompt_that_we_send(
    setting: str, tagged: bool, wrapper: Wrapper, condition: Condition
) -> None:
    system = system_prompt(setting, cot=condition.cot, developer="Anthropic").text
    user = user_message(wrapper, condition, "A made-up request", setting=setting)
    question = read_question([ChatMessageSystem(content=system), ChatMessageUser(content=user)])
    assert (question.condition, question.tagged) == (condition, tagged)
    assert question.query.startswith("A made-up request")


def test_a_query_is_the_same_in_both_tiers() -> None:
    read = {
        read_question(
            [
                ChatMessageSystem(content="<OUTPUT>"),
                ChatMessageUser(content=user_message(Wrapper.NOTEBOOK, condition, "Q")),
            ]
        ).query
        for condition in CONDITIONS
    }
    assert len(read) == 1


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([ChatMessageUser(content="Hello")], id="another-prompt"),
        pytest.param([ChatMessageSystem(content="<OUTPUT>"), ChatMessageUser(content="Hello")], id="no-tier"),
        pytest.param(
            [
                ChatMessageSystem(content="<OUTPUT>"),
                ChatMessageUser(
                    content="<is_free_tier_user>True</is_free_tier_user><is_free_tier_user>False</is_free_tier_user>"
                    "<user_input>Q</user_input>"
                ),
            ],
            id="two-tiers",
        ),
        pytest.param(
            [ChatMessageUser(content="<is_free_tier_user>True</is_free_tier_user><user_input>Q</user_input>")],
            id="no-system-prompt",
        ),
    ],
)
def test_what_the_prompt_does_not_say_is_not_guessed(messages: list[ChatMessage]) -> None:
    with pytest.raises(ValueError, match=r"^a control subject answers the prompts of this suite only"):
        read_question(messages)


def test_whole_question() -> None:
    messages: list[ChatMessage] = [
        ChatMessageSystem(content="... <SCRATCHPAD_REASONING> ... begin with <OUTPUT>"),
        ChatMessageUser(content="<is_free_tier_user>false</is_free_tier_user>\n<user_input>\n Q \n</user_input>"),
    ]
    assert read_question(messages) == Question(CONDITIONS[3], "Q", tagged=False)
