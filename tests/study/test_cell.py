"""The record of what a sample asks: closed, unchangeable, and the same after a log was written and read."""

import pytest
from pydantic import ValidationError

from study.cell import Cell
from study.condition import Condition, Tier
from study.wrapper import Wrapper
from tests.made_up import SHA, cell

WHOLE: dict[str, object] = {
    "setting": "helpful_only",
    "tier": "paid",
    "cot": False,
    "variation": "paraphrase_0",
    "family": "paraphrase",
    "tier_told": "no",
    "wrapper": "revisited",
    "developer": "Société Ünïcode",
    "prompts": "open-source-alignment-faking",
    "query_set": "advbench",
    "query_id": "q-0f",
    "category": "fraud",
    "harmful": False,
    "interview": True,
    "facts": "no_rlhf",
    "persona": "blunt",
    "prefill": True,
    "turns": 4,
    "prompt_sha256": "a" * 64,
    "wrapper_sha256": "b" * 64,
    "query_set_sha256": "0123456789abcdef" * 4,
}
"""As a log holds it, every field away from its default."""

SHA_FIELDS = ("prompt_sha256", "wrapper_sha256", "query_set_sha256")


def test_the_contract_names_these_fields() -> None:
    assert list(Cell.model_fields) == list(WHOLE)


def test_a_cell_is_the_same_after_a_log() -> None:
    read = Cell.model_validate(WHOLE)

    assert read.model_dump(mode="json") == WHOLE
    assert Cell.model_validate_json(read.model_dump_json()) == read


def test_a_log_gives_back_types_and_not_words() -> None:
    read = Cell.model_validate(WHOLE)

    assert (read.tier, read.wrapper, read.condition) == (Tier.PAID, Wrapper.REVISITED, Condition(Tier.PAID, cot=False))
    assert (type(read.tier), type(read.wrapper)) == (Tier, Wrapper)


def test_nothing_is_added_to_the_prompt_unless_it_is_said() -> None:
    fresh = cell()

    assert (fresh.facts, fresh.persona, fresh.prefill, fresh.turns) == (None, None, False, 1)


def test_equal_cells_are_one_key() -> None:
    assert len({cell(), cell(), cell(tier="paid")}) == 2


@pytest.mark.parametrize("field", list(Cell.model_fields))
def test_no_field_can_be_changed(field: str) -> None:
    fixed = cell()

    with pytest.raises(ValidationError, match="Instance is frozen"):
        setattr(fixed, field, getattr(fixed, field))


@pytest.mark.parametrize("field", [name for name, field in Cell.model_fields.items() if field.is_required()])
def test_no_field_is_made_up_for_an_old_log(field: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s)1 validation error.*{field}\n  Field required"):
        Cell.model_validate({name: value for name, value in WHOLE.items() if name != field})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"teir": "free"}, "teir\n  Extra inputs are not permitted", id="an unknown field"),
        pytest.param(
            {"tier": "premium"}, "tier\n  Input should be 'free', 'paid', 'pro' or 'enterprise'", id="an unknown tier"
        ),
        pytest.param(
            {"wrapper": "main"}, "wrapper\n  Input should be 'notebook' or 'revisited'", id="an unknown wrapper"
        ),
        pytest.param({"cot": None}, "cot\n  Input should be a valid boolean", id="no word on the scratchpad"),
        pytest.param({"query_id": 7}, "query_id\n  Input should be a valid string", id="a number for an id"),
        pytest.param({"turns": 0}, "turns\n  Input should be greater than or equal to 1", id="no turn at all"),
        pytest.param({"developer": None}, "developer\n  Input should be a valid string", id="nobody's prompt"),
    ],
)
def test_a_cell_that_cannot_be_right_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s)1 validation error.*{message}"):
        Cell.model_validate(WHOLE | change)


@pytest.mark.parametrize("field", SHA_FIELDS)
@pytest.mark.parametrize(
    "digest",
    [
        pytest.param("", id="empty"),
        pytest.param(SHA[1:], id="63 digits"),
        pytest.param(SHA + "0", id="65 digits"),
        pytest.param("A" * 64, id="capitals"),
        pytest.param("g" * 64, id="not hexadecimal"),
        pytest.param(SHA + "\n", id="a line break after it"),
        pytest.param("sha256:" + SHA, id="a prefix"),
        pytest.param("\N{ARABIC-INDIC DIGIT ZERO}" * 64, id="digits of another script"),
    ],
)
def test_a_digest_is_64_hexadecimal_digits(field: str, digest: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s)1 validation error.*{field}\n  String should match pattern"):
        cell(**{field: digest})
