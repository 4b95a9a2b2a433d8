"""The limits of a call that nobody set."""

import pytest
from inspect_ai.model import GenerateConfig

from study.patience import patience

ALL = {"max_retries": 7, "timeout": 1800}


@pytest.mark.parametrize(
    ("own", "limits"),
    [
        pytest.param(None, ALL, id="model-not-known"),
        pytest.param({}, ALL, id="nothing-set"),
        pytest.param({"attempt_timeout": 5}, ALL, id="another-limit-set"),
        pytest.param({"max_retries": 0}, {"timeout": 1800}, id="no-retries-is-a-number"),
        pytest.param({"timeout": 9}, {"max_retries": 7}, id="timeout-set"),
        pytest.param({"batch": True}, {}, id="batches"),
        pytest.param({"batch": 50, "max_retries": 2}, {}, id="batches-of-a-size"),
        pytest.param({"batch": False}, ALL, id="no-batches"),
    ],
)
def test_what_is_set_on_a_task(own: dict[str, int] | None, limits: dict[str, int]) -> None:
    assert patience(None if own is None else GenerateConfig.model_validate(own)) == limits
