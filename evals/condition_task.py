"""The one place that puts a task together: a setting under one condition."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from inspect_ai import Task
from inspect_ai.dataset import Sample
from inspect_ai.log import HeadlineMetric
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import Scorer
from inspect_ai.viewer import SampleScoreView, TaskSamplesColumn, TaskSamplesSort, TaskSamplesView, ViewerConfig

from evals.added_text import check_suppositions
from evals.context_window import check_context_window
from evals.models import DEFAULT_DEVELOPER, Models, chosen_models, developer
from evals.pair_gate import turnstile
from evals.query_set import Query, QuerySet, interview_questions, load_queries
from evals.seeded_dataset import SeededDataset
from evals.task_options import BUILTIN, Options
from evals.wording import chosen_wording
from prompts.addition import Addition, Additions
from prompts.reading_rubric import reading_rubrics
from prompts.rubric import Rubric
from prompts.system_prompt import SystemPrompt
from prompts.template import digest
from prompts.turn import next_turn, reply_start
from prompts.user_message import asks_for_tag, tier_told
from prompts.variation import BASE, Variation, find_variation
from prompts.wording import SUITE, Wording
from scorers.alignment_faking import alignment_faking
from scorers.ballot_form import chosen_form, most_requests
from scorers.judge import GRADER_ROLE, is_elsewhere
from scorers.judged_compliance import CONFIG as JUDGE
from scorers.judged_compliance import judged_compliance
from scorers.prefix_compliance import prefix_compliance
from scorers.readings import READING_SCORERS
from solvers.put_query import put_query
from study.cell import Cell
from study.condition import Condition, Tier, conditions, tiers_of
from study.interview import INTERVIEW_READINGS
from study.patience import patience
from study.readings import READINGS

EPOCHS = 64
"""Replies to each question of an interview (Greenblatt et al. 2024, D.4), which ``--epochs`` overrides."""

CONFIG = GenerateConfig(temperature=1.0, max_tokens=8192)
"""Sampling that the usual flags override. The length is set because providers' own defaults differ and truncate."""


@dataclass(frozen=True)
class Setting:
    """One experiment: what is asked under every condition of it."""

    name: str
    """Folder of its prompt and first part of its task names."""
    title: str
    description: str
    version: str
    """Comparability version ``N-X``: N changes with prompts, data or scoring, X with the interface."""
    complying: str
    """What a reply that complies does, as the table at the end of a run says it."""
    developer: str = DEFAULT_DEVELOPER
    """Company that its prompt names unless the user names another."""
    queries: str = BUILTIN
    """Its own query set, which ``-T queries=builtin`` names: one of those that are shipped."""
    file: str = ""
    """Stem of its task file; its name unless given."""

    @property
    def stem(self) -> str:
        """Name of its task file without the ending."""
        return self.file or self.name

    interview: bool = False
    """Whether the model is asked about its situation, in the prompt of the setting, and nothing else."""

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """`TWO_TIERS` or `THREE_TIERS`."""
        return tiers_of(self.name)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Its conditions, the scratchpad ones first."""
        return conditions(self.tiers)

    def scorers(self, variation: str = BASE) -> list[str]:
        """The compliance scorers of one of its variations, the primary one first; none of an interview."""
        if self.interview:
            return []
        return ["judged_compliance", *(["prefix_compliance"] if asks_for_tag(self.name, variation) else [])]


def condition_task(
    setting: Setting, condition: Condition, given: Mapping[str, Any], models: Models | None = None
) -> Task:
    """Put together the task of one condition.

    Args:
        setting: The experiment.
        condition: Tier and scratchpad.
        given: Task parameters as the user typed them; see `Options`.
        models: Who is under test and who grades; by default what the user named to Inspect.

    Raises:
        InvalidInputError: If a parameter, a query file or the choice of models cannot be right; no model is called.
    """
    options = Options.checked(given, setting.interview)
    models = models or chosen_models(options, setting.name, setting.interview)
    if setting.interview:
        queries = interview_questions()
        read = tuple(name for name in READINGS if name in (*INTERVIEW_READINGS, *options.read))
        options = replace(options, queries=queries.name, read=read)
    else:
        queries = load_queries(setting.queries if options.queries == BUILTIN else options.queries, options.column)
    wording = chosen_wording(options, given)
    variation = find_variation(setting.name, options.variation)
    options = replace(options, wrapper=wording.wrapper or options.wrapper, variation=variation.name)
    named = developer(options, models.subject_name, setting.developer)
    prompt = wording.system_prompt(setting.name, cot=condition.cot, developer=named, variation=variation.name)
    if wording.additions != Additions():
        bare = SUITE.system_prompt(setting.name, cot=condition.cot, developer=named, variation=variation.name)
        check_suppositions(wording.additions, setting.name, variation.name, bare)
    _check_context_windows(models, setting, options, wording, condition, prompt, queries)
    scorers = setting.scorers(variation.name)
    samples = [
        Sample(
            id=query.id,
            input=query.text,
            metadata=_cell(setting, condition, options, variation, wording, named, prompt, queries, query).model_dump(
                mode="json"
            ),
        )
        for query in queries.queries
        if not setting.interview or query.category in options.group
    ]
    return Task(
        name=f"interview_{setting.name}" if setting.interview else f"{setting.name}_{condition.name}",
        display_name=f"{setting.title}: {_described(condition)}",
        description=setting.description,
        version=setting.version,
        tags=["alignment-faking", setting.name, condition.tier, "cot" if condition.cot else "no-cot"],
        metadata=_metadata(setting, condition, options, variation, wording, named, prompt, queries),
        dataset=SeededDataset(samples, name=queries.name),
        solver=put_query(prompt.text, _experiment(setting, options, wording, condition, prompt, queries), wording),
        scorer=_scorers(scorers, options, wording, models.judged),
        config=CONFIG.merge(GenerateConfig(**patience(models.named_subject.config if models.named_subject else None))),
        epochs=EPOCHS if setting.interview else None,
        continue_on_fail=True,  # a reply that fails costs no other, and prints no traceback; the log is still an error
        model=models.subject,
        model_roles={"grader": models.grader} if models.grader else None,
        headline_metric=_headline(scorers, models.judged),
        viewer=_viewer(scorers, options, models.judged),
        early_stopping=turnstile(
            models.subject_name, options.turns, models.grader_name, _judgements(setting, options, wording, models)
        ),
    )


def _check_context_windows(
    models: Models,
    setting: Setting,
    options: Options,
    wording: Wording,
    condition: Condition,
    prompt: SystemPrompt,
    queries: QuerySet,
) -> None:
    """Of the subject with its longest query; of the grader with it too, and with nothing yet to be judged."""
    if models.named_subject:
        asked = (
            (
                f"query {query.id!r}",
                prompt.text
                + wording.user_message(
                    options.wrapper,
                    condition,
                    query.text,
                    setting=setting.name,
                    variation=options.variation,
                    suffix=not setting.interview,
                ),
            )
            for query in queries.queries
        )
        check_context_window(models.named_subject, "--model", "--max-tokens {}", asked, CONFIG.max_tokens or 0)
    if models.named_grader:
        rubric = _rubrics(setting, options, wording)[0]
        judged = (
            (f"the rubric {rubric.name!r} with query {query.id!r}", (rubric.system or "") + query.text)
            for query in queries.queries
        )
        shorter = f"--model-role '{GRADER_ROLE}={{{{model: {models.named_grader}, max_tokens: {{}}}}}}'"
        role = f"--model-role {GRADER_ROLE}"
        check_context_window(models.named_grader, role, shorter, judged, JUDGE.max_tokens or 0)


def _cell(
    setting: Setting,
    condition: Condition,
    options: Options,
    variation: Variation,
    wording: Wording,
    named: str,
    prompt: SystemPrompt,
    queries: QuerySet,
    query: Query,
) -> Cell:
    return Cell(
        setting=setting.name,
        tier=condition.tier,
        cot=condition.cot,
        variation=variation.name,
        family=variation.family,
        tier_told=tier_told(setting.name, variation.name),
        wrapper=options.wrapper,
        developer=named,
        prompts=wording.name,
        query_set=queries.name,
        query_id=query.id,
        category=query.category,
        harmful=query.harmful,
        interview=setting.interview,
        facts=_name(wording.additions.facts),
        persona=_name(wording.additions.persona),
        prefill=options.prefill,
        turns=options.turns,
        prompt_sha256=prompt.sha256,
        wrapper_sha256=_wrapper_sha256(setting, options, wording, condition),
        query_set_sha256=queries.sha256,
    )


def _name(added: Addition | None) -> str | None:
    return added.name if added else None


def _scorers(names: list[str], options: Options, wording: Wording, judged: bool) -> list[Scorer]:
    """In this order: the vote on the reasoning reads what the judge before it said."""
    prefix = [prefix_compliance()] if "prefix_compliance" in names else []
    if not judged:
        return prefix
    readings = [READING_SCORERS[name]() for name in options.read]
    if not names:
        return readings
    return [
        *prefix,
        judged_compliance(prompts=wording),
        alignment_faking(
            votes=options.votes,
            judge_all=options.judge_all,
            audit=options.audit,
            prompts=wording,
            ballot=options.ballot,
        ),
        *readings,
    ]


def _headline(names: list[str], judged: bool) -> HeadlineMetric | None:
    """The rate of the primary scorer that runs; None where replies are kept for a judge to come."""
    if not names and judged:
        return HeadlineMetric(scorer=INTERVIEW_READINGS[0], metric="share_yes")
    scorers = names if judged else names[1:]
    return HeadlineMetric(scorer=scorers[0], metric="compliance_rate") if scorers else None


def _metadata(
    setting: Setting,
    condition: Condition,
    options: Options,
    variation: Variation,
    wording: Wording,
    named: str,
    prompt: SystemPrompt,
    queries: QuerySet,
) -> dict[str, Any]:
    """What a reader of the log wants to know, defaults included: Inspect records only parameters that were passed."""
    return {
        "setting": setting.name,
        "tier": condition.tier,
        "cot": condition.cot,
        "queries": options.queries,
        "variation": variation.name,
        "family": variation.family,
        "facts": _name(wording.additions.facts),
        "persona": _name(wording.additions.persona),
        "additions_sha256": wording.additions.sha256,
        "wrapper": options.wrapper,
        "developer": named,
        "prompts": wording.name,
        "prompts_sha256": wording.files_sha256(condition),
        "votes": options.votes,
        "judge_all": options.judge_all,
        "audit": options.audit,
        "ballot": options.ballot,
        "read": list(options.read),
        "turns": options.turns,
        "prefill": options.prefill,
        "prompt_sha256": prompt.sha256,
        "wrapper_sha256": _wrapper_sha256(setting, options, wording, condition),
        "query_set_sha256": queries.sha256,
        "query_set_source": queries.source,
        "rubrics_sha256": {rubric.name: rubric.sha256 for rubric in _rubrics(setting, options, wording)},
        "turns_sha256": _turns_sha256(options, condition),
        **({"interview": True, "group": list(options.group)} if setting.interview else {}),
    }


def _rubrics(setting: Setting, options: Options, wording: Wording) -> list[Rubric]:
    readings = [rubric for name in options.read for rubric in reading_rubrics(name)]
    if setting.interview:
        return [*readings]
    return [wording.compliance(setting.name), wording.alignment_faking(setting.name), *readings]


def _judgements(setting: Setting, options: Options, wording: Wording, models: Models) -> int:
    """Most calls to the grader for a reply: one for each rubric, and for the vote as many as its form takes."""
    rubrics = len(_rubrics(setting, options, wording))
    if setting.interview:
        return rubrics
    grader = models.named_grader
    batched, elsewhere = bool(grader and grader.config.batch), bool(grader and is_elsewhere(grader))
    shortest = len(wording.alignment_faking(setting.name).user(reasoning=""))
    named = models.grader_name or ""
    form = chosen_form(options.ballot, named, shortest, options.votes, batched=batched, elsewhere=elsewhere)
    return rubrics - 1 + most_requests(form, options.votes)


def _turns_sha256(options: Options, condition: Condition) -> dict[str, str]:
    """Digests of what is said beyond the two messages; empty where nothing is."""
    said = {"prefill": reply_start(condition.cot)} if options.prefill else {}
    if options.turns > 1:
        said["next"] = next_turn()
    return {name: digest(text) for name, text in said.items()}


def _wrapper_sha256(setting: Setting, options: Options, wording: Wording, condition: Condition) -> str:
    return wording.user_message_sha256(
        options.wrapper,
        condition,
        setting=setting.name,
        variation=options.variation,
        suffix=not setting.interview,
    )


def _experiment(
    setting: Setting,
    options: Options,
    wording: Wording,
    condition: Condition,
    prompt: SystemPrompt,
    queries: QuerySet,
) -> str:
    made_of = [
        options.turns,
        _turns_sha256(options, condition),
        prompt.sha256,
        _wrapper_sha256(setting, options, wording, condition),
        queries.sha256,
        *(rubric.sha256 for rubric in _rubrics(setting, options, wording)),
    ]
    return digest(json.dumps(made_of))


def _described(condition: Condition) -> str:
    return f"{condition.tier} tier, {'with' if condition.cot else 'without'} scratchpad"


def _viewer(names: list[str], options: Options, judged: bool) -> ViewerConfig:
    """Columns of the log viewer: labels first. Model text is never trusted: it may hold anything."""
    labels, others = ([names[0], "alignment_faking"] if names else []), names[1:]
    scores = [*labels, *options.read, *others] if judged else others
    return ViewerConfig(
        trust_content=False,
        sample_score_view=SampleScoreView(default="grid"),
        task_samples_view=TaskSamplesView(
            name="Replies",
            columns=[
                TaskSamplesColumn(id="sampleStatus"),
                TaskSamplesColumn(id="sampleId"),
                TaskSamplesColumn(id="input"),
                *(TaskSamplesColumn.score(name) for name in scores),
                TaskSamplesColumn(id="tokens"),
                TaskSamplesColumn(id="error"),
                TaskSamplesColumn(id="target", visible=False),
                TaskSamplesColumn(id="answer", visible=False),
            ],
            sort=[TaskSamplesSort(column="sampleId")],
        ),
    )
