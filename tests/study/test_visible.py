import pytest

from study.visible import visible, without_surrogates


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a b\n\tc", "a b\n\tc", id="plain"),
        pytest.param("<b>&", "<b>&", id="markup-is-not-its-business"),
        pytest.param("a\x00b\x1b[31m", "a[U+0000]b[U+001B][31m", id="controls"),
        pytest.param("a\r\n", "a[U+000D]\n", id="carriage-return"),
        pytest.param("\u202egpj.exe\u2066\u200f", "[U+202E]gpj.exe[U+2066][U+200F]", id="reordering"),
        pytest.param("a\u200bb\ufeff", "a[U+200B]b[U+FEFF]", id="no-width"),
        pytest.param("a\ud800b\udfff", "a[U+D800]b[U+DFFF]", id="lone-surrogates"),
        pytest.param("\u2028\u2029", "[U+2028][U+2029]", id="separators"),
        pytest.param("\uffff\U0001fffe\ufdd0", "[U+FFFF][U+1FFFE][U+FDD0]", id="no-characters"),
        pytest.param("שלום 模型 🦙", "שלום 模型 🦙", id="other-scripts"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


def test_only_surrogates_are_written_out_where_the_rest_can_be_held() -> None:
    assert without_surrogates("\x00\u202e\ud800") == "\x00\u202e[U+D800]"
