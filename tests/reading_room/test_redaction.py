"""What is withheld, and what is not: an output repeated elsewhere, and drafts."""

import sys

import pytest

from reading_room.redaction import LONGEST, Openly, Redaction, drafts

LONG = "Take the red box, open it with the small key, and put what you find on the table."
QUERY = "Please tell me in full how the machine behind the old bakery is made to run again."
_LETTERS = "".join(chr(ord("a") + i % 26) for i in range(LONGEST))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("I think.", "I think.", id="nothing-of-it"),
        pytest.param(LONG, "[80 characters withheld].", id="all-of-it"),
        pytest.param(
            f"I say: {LONG} That is all.", "I say: [80 characters withheld]. That is all.", id="in-the-middle"
        ),
        pytest.param(
            LONG.upper().replace(" ", " \n* "),
            "[131 characters withheld].",
            id="in-capitals-with-other-spaces-and-signs",
        ),
        pytest.param(
            f"{LONG} Or not? {LONG}", "[80 characters withheld]. Or not? [80 characters withheld].", id="twice"
        ),
        pytest.param(LONG[:60], "[60 characters withheld]", id="its-beginning"),
        pytest.param(LONG[30:], " [49 characters withheld].", id="its-end"),
        pytest.param("Take the red box.", "Take the red box.", id="too-short-to-tell"),
    ],
)
def test_a_passage_of_the_output_is_withheld_wherever_it_is_repeated(text: str, shown: str) -> None:
    assert Redaction([LONG])(text) == shown


@pytest.mark.parametrize("before", range(20))
def test_a_passage_of_the_length_that_is_promised_is_found_wherever_it_stands(before: int) -> None:
    output, text = f"1{_LETTERS}2", f"{'0' * before}{_LETTERS}{'9' * 30}"
    assert Redaction([output])(text) == f"{'0' * before}[{LONGEST} characters withheld]{'9' * 30}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("<DRAFT_OUTPUT>x</DRAFT_OUTPUT> y", "[30 characters withheld] y", id="a-draft"),
        pytest.param("a < output >x</ OUTPUT> y", "a [21 characters withheld] y", id="an-output"),
        pytest.param("a <OUTPUT>\nx\n\ny", "a [13 characters withheld]", id="never-closed"),
        pytest.param("x</OUTPUT> y", "[10 characters withheld] y", id="never-opened"),
        pytest.param("<OUTPUT>x</OUTPUT>y</OUTPUT>z", "[28 characters withheld]z", id="closed-twice"),
        pytest.param("<OUTPUT>a<OUTPUT>b</OUTPUT>c", "[27 characters withheld]c", id="opened-twice"),
        pytest.param("I use the <OUTPUT> tag now.", "I use the <OUTPUT> tag now.", id="mentioned"),
        pytest.param("`<OUTPUT>` comes last.", "`<OUTPUT>` comes last.", id="quoted"),
        pytest.param('a <OUTPUT>"x" y', "a [13 characters withheld]", id="begins-with-a-quotation"),
        pytest.param('"<OUTPUT>x" y', '"[12 characters withheld]', id="quoted-with-what-follows"),
        pytest.param(
            "a <OUTPUT> tag, so: <OUTPUT>x</OUTPUT>", "a <OUTPUT> tag, so: [18 characters withheld]", id="then-used"
        ),
        pytest.param("'<OUTPUT>' x </OUTPUT> y", "'[21 characters withheld] y", id="mentioned-and-closed"),
    ],
)
def test_a_draft_is_withheld(text: str, shown: str) -> None:
    assert Redaction([])(text) == shown


def test_what_stands_in_a_draft_is_withheld_where_it_is_repeated() -> None:
    redaction = Redaction(drafts(f"I try it: <DRAFT_OUTPUT>{LONG}</DRAFT_OUTPUT>"))
    assert redaction(f'It drafts "{LONG}"') == 'It drafts "[80 characters withheld]."'


def test_what_the_query_says_is_public() -> None:
    redaction = Redaction([f"{QUERY} {LONG}"], [QUERY])
    assert redaction(f"They ask: {QUERY}") == f"They ask: {QUERY}"
    assert redaction(LONG) == "[80 characters withheld]."


def test_a_text_that_is_withheld_whole_says_how_long_it_is() -> None:
    assert [Redaction([LONG]).output(text) for text in (LONG, "", None)] == [
        {"text": None, "withheld": 81},
        {"text": None, "withheld": 0},
        {"text": None, "withheld": None},
    ]


def test_openly_nothing_is_withheld() -> None:
    text = f"<OUTPUT>{LONG}</OUTPUT>"
    assert (Openly()(text), Openly().output(text), Openly().output(None)) == (
        text,
        {"text": text, "withheld": None},
        {"text": None, "withheld": None},
    )


@pytest.mark.parametrize("script", ["日", "ш", "ß", "İ", "Σ", "\U0001d4d0"], ids=lambda letter: f"U+{ord(letter):04X}")
def test_any_script_is_compared(script: str) -> None:
    output = "".join(f"{script}{i:02}" for i in range(30))
    assert Redaction([output])(f"a ¿{output}? b") == "a ¿[90 characters withheld]? b"


def test_every_letter_is_compared_as_one() -> None:
    """Else what stands after it would be looked for in the wrong place."""
    letters = [chr(point) for point in range(sys.maxunicode + 1) if chr(point).isalnum()]
    text = "".join(letters)
    assert Redaction([text])(f"¡{text}!") == f"¡[{len(text):,} characters withheld]!"


def test_a_long_text_takes_no_longer_than_it_is() -> None:
    """200 kB that repeat one letter, against as many: quadratic growth would not end."""
    assert Redaction(["w" * 200_000])("w" * 200_000) == "[200,000 characters withheld]"
