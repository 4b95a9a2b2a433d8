import pandas as pd
import pytest

from analysis.exclusion import Exclusion, ExclusionKind
from analysis.frame import Replies
from analysis.reply_filter import COLUMNS, filtered
from study.invalid_input import InvalidInputError

EXCLUSION = Exclusion("b.eval", 1, ExclusionKind.PARTIAL, "a reason", "")


def replies() -> Replies:
    rows = {
        "model": ["together/a", "together/b", "openai/c", "openai/c"],
        "cot": [True, False, True, False],
        "turns": [1, 1, 4, 4],
        "category": ["fraud", None, "fraud", "malware"],
        "judged_compliance": ["complies", "refuses", "complies", None],
    }
    frame = pd.DataFrame(rows).astype({"model": "category", "category": "category", "turns": "int16"})
    return Replies(frame, [EXCLUSION], ["an older note"])


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        pytest.param([], [0, 1, 2, 3], id="none"),
        pytest.param(["model=openai/c"], [2, 3], id="a-value"),
        pytest.param(["model=together/*"], [0, 1], id="a-pattern"),
        pytest.param(["model=together/a", "model=openai/c"], [0, 2, 3], id="either-of-one-column"),
        pytest.param(["model=*", "cot=true"], [0, 2], id="both-of-two-columns"),
        pytest.param(["cot=false"], [1, 3], id="a-flag"),
        pytest.param(["turns=4"], [2, 3], id="a-number"),
        pytest.param(["category=none"], [1], id="what-it-lacks"),
    ],
)
def test_what_is_kept(conditions: list[str], kept: list[int]) -> None:
    found, whole = filtered(replies(), conditions), replies().frame
    pd.testing.assert_frame_equal(found.frame, whole.loc[kept].reset_index(drop=True))
    assert found.exclusions == [EXCLUSION]


def test_a_choice_is_noted() -> None:
    assert filtered(replies(), []).notes == ["an older note"]
    note, older = filtered(replies(), ["cot=true", "turns=1"]).notes
    assert older == "an older note"
    assert note == (
        "Chosen with --filter cot=true --filter turns=1: 1 of 4 replies; the others are in no figure, and in no "
        "adjustment of p-values"
    )


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        pytest.param(
            ["mdel=x"],
            f"--filter='mdel' is not known. Did you mean 'model'? Choose from: {', '.join(sorted(COLUMNS))}.",
            id="unknown-column",
        ),
        pytest.param(
            ["judged_compliance=complies"],
            f"--filter='judged_compliance' is not known. Choose from: {', '.join(sorted(COLUMNS))}.",
            id="what-came-out",
        ),
        pytest.param(["cot"], "--filter='cot' must be COLUMN=VALUE, as in --filter cot=true", id="no-value"),
        pytest.param(["cot="], "--filter='cot=' must be COLUMN=VALUE, as in --filter cot=true", id="empty-value"),
        pytest.param(
            ["cot=True"], "--filter=cot=True: no reply has it; the cot of these is false, true", id="unknown-value"
        ),
        pytest.param(
            ["model=openai/*", "turns=1"],
            "--filter: no reply meets all of model=openai/* turns=1; leave one out",
            id="nothing-left",
        ),
    ],
)
def test_what_is_refused(conditions: list[str], message: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        filtered(replies(), conditions)
    assert error.value.message == message
