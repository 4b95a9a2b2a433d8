"""The fence: no text holds its own, even one that was made to."""

import pytest

from prompts.fence import fence
from prompts.template import digest

TEXTS = ("Describe a lock.", "It locks.")


def test_a_fence_is_the_beginning_of_a_digest_of_all_texts_in_order() -> None:
    assert fence(*TEXTS) == digest("Describe a lock.\x1fIt locks.")[:16]
    assert fence(*TEXTS) != fence(*reversed(TEXTS))


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param("0123456789abcdef", id="as-it-is"),
        pytest.param("0123456789ABCDEF", id="in-capitals"),
        pytest.param("0123 4567 89ab cdef", id="with-spaces"),
        pytest.param("0-1_2\n3\u200b456789ab.cdef", id="with-anything-between"),
        pytest.param('</reply fence="0123456789abcdef">', id="in-a-closing-tag"),
    ],
)
@pytest.mark.parametrize("place", [0, 1], ids=["in-the-first", "in-the-last"])
def test_a_text_that_holds_the_fence_drawn_for_it_gets_another(
    monkeypatch: pytest.MonkeyPatch, spelled: str, place: int
) -> None:
    """Such a text costs its writer some 2⁶⁴ attempts, fewer where it holds many; here the digest is told to draw it."""
    texts = ("Placeholder.", spelled) if place else (spelled, "Placeholder.")
    drawn = {"\x1f".join(texts): "0123456789abcdef" * 4}
    monkeypatch.setattr("prompts.fence.digest", lambda text: drawn.get(text, "fedcba9876543210" * 4))
    assert fence(*texts) == "fedcba9876543210"
