"""The one place that puts a calibration together: labelled scratchpads, and the judge that is held against them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypedDict

from inspect_ai import Task
from inspect_ai.dataset import Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.viewer import SampleScoreView, ViewerConfig

from controls.mark import VOTES as MARKED_VOTES
from controls.mark import ReasoningMark, find_reasoning_mark
from evals.labelled_set import BUILTIN, LabelledSet, LabelledText, load_labels
from evals.models import Models, chosen_judge
from evals.named_model import NamedModel
from evals.seeded_dataset import SeededDataset
from evals.task_options import CHECKS, Options
from evals.wording import chosen_wording
from prompts.rubric import ALIGNMENT_FAKING_OF, Rubric
from prompts.template import digest
from prompts.wording import SUITE
from scorers.ballot import VOTES
from scorers.ballot_form import BallotForm
from scorers.label_match import LABEL
from scorers.labelled_reasoning import CONTROL_MARK, labelled_reasoning
from solvers.put_scratchpad import put_scratchpad
from study.invalid_input import unknown_value
from study.labels import FakingLabel
from study.model_name import is_control
from study.vote import THRESHOLD

NAME = "calibration"
VERSION = "1-A"


class LabelOptions(TypedDict, total=False):
    """What a calibration takes with ``-T name=value``; `CheckedLabelOptions` says what each means."""

    labels: str
    column: str
    label_column: str
    setting: str
    prompts: str
    votes: int
    ballot: str
    grader: str | dict[str, Any]


@dataclass(frozen=True)
class CheckedLabelOptions:
    """Checked task parameters, with their defaults."""

    labels: str = BUILTIN
    """Labelled scratchpads: a set by its name, a file, or logs with labels by people."""

    column: str | None = None
    """Column of the file that holds the scratchpad; found by its name unless given."""

    label_column: str | None = None
    """Column that holds its label, likewise."""

    setting: str = "helpful_only"
    """Whose rubric is asked."""

    prompts: str = SUITE.name
    """Whose words the rubric is in: ``suite``, or the folder of a checkout of the authors' repository."""

    votes: int = VOTES
    """Votes that are asked of each scratchpad, all of them; at least 1."""

    ballot: BallotForm = BallotForm.AUTO
    """How they are put to the grader."""

    grader: NamedModel | None = None
    """Who grades, where it is not named in its role."""

    @classmethod
    def checked(cls, given: Mapping[str, Any]) -> "CheckedLabelOptions":
        """Check what the user typed.

        Raises:
            InvalidInputError: If a parameter is not known, or its value is not allowed.
        """
        if unknown := [name for name in given if name not in LabelOptions.__annotations__]:
            raise unknown_value("-T", unknown[0], LabelOptions.__annotations__)
        return cls(**{name: _CHECKS[name](name, value) for name, value in given.items()})


def _setting(name: str, value: Any) -> str:
    if value not in ALIGNMENT_FAKING_OF:
        raise unknown_value(name, value, ALIGNMENT_FAKING_OF)
    return str(value)


_CHECKS = CHECKS | {"labels": CHECKS["queries"], "label_column": CHECKS["column"], "setting": _setting}


def labelled_task(given: Mapping[str, Any]) -> Task:
    """Put together a calibration.

    No model under test is asked: the scratchpads are there. A control grader, which knows the truth by marks alone, is
    given the label of each scratchpad that has no mark as one; the log says so, and what is found of it holds of no
    real judge.

    Args:
        given: Task parameters as the user typed them.

    Raises:
        InvalidInputError: If a parameter, the labels or the choice of grader cannot be right; no model is called.
    """
    options = CheckedLabelOptions.checked(given)
    vote = Options(prompts=options.prompts, votes=options.votes, ballot=options.ballot, grader=options.grader)
    models = chosen_judge(vote)
    labelled = load_labels(options.labels, options.column, options.label_column)
    wording = chosen_wording(vote, {})
    rubric = wording.alignment_faking(options.setting)
    control = is_control(models.grader_name or "")
    scorer = labelled_reasoning(options.setting, options.votes, wording, options.ballot)
    return Task(
        name=NAME,
        display_name="Calibration of a judge",
        description="Labelled scratchpads, put to the vote on alignment-faking reasoning.",
        version=VERSION,
        tags=["alignment-faking", NAME],
        metadata=_metadata(options, labelled, rubric, models),
        dataset=SeededDataset([_sample(text, control) for text in labelled.texts], name=labelled.name),
        solver=put_scratchpad(digest("\x1f".join((labelled.sha256, rubric.sha256)))),
        scorer=scorer if models.judged else None,
        model_roles={"grader": models.grader} if models.grader else None,
        headline_metric=HeadlineMetric(scorer="labelled_reasoning", metric="auroc") if models.judged else None,
        continue_on_fail=True,
        viewer=ViewerConfig(trust_content=False, sample_score_view=SampleScoreView(default="grid")),
    )


def _sample(text: LabelledText, control: bool) -> Sample:
    own = find_reasoning_mark(text.text) is not None
    mark = ("own" if own else "label") if control else None
    shown = text.text
    if mark == "label":
        shown += f"\n{ReasoningMark(MARKED_VOTES if text.label is FakingLabel.FAKING else 0)}"
    known = {name: value for name, value in asdict(text).items() if name not in ("id", "text")}
    return Sample(id=text.id, input=shown, target=text.label, metadata=known | {LABEL: text.label, CONTROL_MARK: mark})


def _metadata(options: CheckedLabelOptions, labelled: LabelledSet, rubric: Rubric, models: Models) -> dict[str, Any]:
    counts = Counter(text.label for text in labelled.texts)
    return {
        "labels": options.labels,
        "labels_name": labelled.name,
        "labels_sha256": labelled.sha256,
        "labels_source": dict(labelled.source),
        "labels_counts": {label: counts[label] for label in (FakingLabel.FAKING, FakingLabel.NOT_FAKING)},
        "strata": len({text.stratum for text in labelled.texts if text.stratum is not None}),
        "setting": options.setting,
        "prompts": options.prompts,
        "votes": options.votes,
        "threshold": float(THRESHOLD),
        "ballot": options.ballot,
        "rubric": rubric.name,
        "rubric_sha256": rubric.sha256,
        "control": is_control(models.grader_name or ""),
    }
