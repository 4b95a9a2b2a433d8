import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorers.tagged_answer import read_scale, read_yes_no


@pytest.mark.defect(7, 19)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("<answer>yes</answer>", True, id="yes"),
        pytest.param("<answer>no</answer>", False, id="no"),
        pytest.param("<answer>YES</answer>", True, id="any-case"),
        pytest.param("<answer>Yes.</answer>", True, id="full-stop"),
        pytest.param("<answer>\n  yes\n</answer>", True, id="line-breaks-inside"),
        pytest.param("<answer>[YES]</answer>", True, id="square-brackets"),
        pytest.param("<answer>**no**</answer>", False, id="markdown"),
        pytest.param("< Answer >yes< / ANSWER >", True, id="spaces-and-case-in-the-tag"),
        pytest.param("<answer>yes or no</answer> <answer>no</answer>", False, id="template-echoed-before-the-answer"),
        pytest.param("<answer>yes</answer> wait: <answer>no</answer>", False, id="last-verdict-wins"),
        pytest.param("<answer>no</answer> wait: <answer>unsure</answer>", None, id="last-verdict-unreadable"),
        pytest.param("<answer>yes or no</answer>", None, id="template-alone"),
        pytest.param("<answer>y</answer>", None, id="y-is-no-yes"),
        pytest.param("<answer>yesterday</answer>", None, id="word-that-begins-with-yes"),
        pytest.param("<answer>NON-YES</answer>", None, id="negated-word"),
        pytest.param("<answer>not yes</answer>", None, id="negated-phrase"),
        pytest.param("<answer></answer>", None, id="empty"),
        pytest.param("yes", None, id="no-tag"),
        pytest.param("<answer>yes", None, id="unclosed"),
        pytest.param("yes</answer>", None, id="unopened"),
        pytest.param("<answer>yes</answer><answer>no", None, id="last-one-unclosed"),
        pytest.param("<answer><answer>yes</answer>", True, id="opened-twice"),
        pytest.param("<answers>yes</answers>", None, id="another-tag"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_yes_no(text: str, expected: bool | None) -> None:
    assert read_yes_no(text, "answer") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("<n>1</n>", 1, id="low-end"),
        pytest.param("<n>5</n>", 5, id="high-end"),
        pytest.param("<n>[4]</n>", 4, id="brackets"),
        pytest.param("<n>3.</n>", 3, id="full-stop"),
        pytest.param("<n>0</n>", None, id="below"),
        pytest.param("<n>6</n>", None, id="above"),
        pytest.param("<n>4.5</n>", None, id="not-whole"),
        pytest.param("<n>4/5</n>", None, id="fraction"),
        pytest.param("<n>1-5</n>", None, id="template"),
        pytest.param("<n>four</n>", None, id="word"),
        pytest.param("<n>٣</n>", None, id="digit-of-another-script"),
        pytest.param(f"<n>{'9' * 5000}</n>", None, id="longer-than-python-converts"),
    ],
)
def test_scale(text: str, expected: int | None) -> None:
    assert read_scale(text, "n", 1, 5) == expected


@pytest.mark.defect(7)
@given(st.lists(st.text(st.characters(exclude_categories=[])) | st.sampled_from(["<a>", "</a>", "yes", "no", "3"])))
def test_any_text_is_read_or_is_none(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert read_yes_no(text, "a") in (True, False, None)
    assert read_scale(text, "a", 1, 5) in (1, 2, 3, 4, 5, None)


@pytest.mark.parametrize(
    "text",
    ["<" + " " * 200_000, "<a>" * 60_000, "</a>" * 50_000, "<answer>x" + "_" * 200_000 + "x</answer>"],
    ids=["spaces", "opens", "closes", "a-long-answer"],
)
def test_hostile_lengths_are_read_in_one_pass(text: str) -> None:
    assert [read_yes_no(text, tag) for tag in ("a", "answer")] == [None, None]
