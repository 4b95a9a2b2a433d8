"""The one way a judge is asked: in its own role, with our settings unless the user set others, its failures named."""

import json
import logging
import os
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import partial

from inspect_ai.model import CachePolicy, ChatCompletionChoice, GenerateConfig, Model, ModelOutput, model_roles
from inspect_ai.util import LimitExceededError, collect

from prompts.checkout import wording
from prompts.rubric import Rubric
from prompts.template import digest
from prompts.wording import SUITE, Wording
from scorers.copied_tag import is_contested, verdict_tags
from scorers.judge_messages import judge_messages
from scorers.kept_answer import useful_answer
from scorers.reading import INCOMPLETE
from study.breaker import Breaker, breaker
from study.cell import Cell
from study.endpoint_error import EndpointError, endpoint_error, kind_of_failure
from study.invalid_input import InvalidInputError
from study.model_name import caches_where_told, is_control, is_same_model, takes_temperature
from study.patience import BATCH_PATIENCE, PATIENCE
from study.secret import keep_from
from study.visible import visible

GRADER_ROLE = "grader"

VERDICT_CACHE = "AF_VERDICT_CACHE"
"""Environment variable that, set to anything, has judges keep their verdicts for every run and re-scoring to come."""

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """What came back from one call to a judge."""

    text: str | None
    """The judge's reply; None where there is none that can be trusted, as `failure` then says."""

    failure: str | None = None
    """Why there is no text: the error of the call, or the stop reason that cut the reply off."""

    contested: bool = False
    """Whether its verdict cannot be told from one that it copied out of what it judged: then it has none."""


class Judge:
    """A grader model with a rubric."""

    def __init__(
        self,
        rubric: Rubric,
        config: GenerateConfig,
        subject: str,
        reads: Callable[[str], object | None] = str,
        *,
        repeated: bool = False,
    ) -> None:
        """Bind the model in the grader role.

        Args:
            rubric: What is asked.
            config: Our settings of the call; what the user set on the role wins.
            subject: Name of the model under test, which the control grader must know as one of its own kind.
            reads: What reads a verdict, and gives None of one that it cannot read: such a one is not kept for good.
            repeated: Whether the same is asked more than once.

        Raises:
            InvalidInputError: If no model, or more than one, is in the grader role.
        """
        self._rubric = rubric
        self._subject = subject
        self._reads = reads
        self._repeated = repeated
        self._model = copy(grader())
        self._answered_by: set[str] = set()
        keep_from(self._model.api)
        own = self._model.config
        self._config = config.merge(GenerateConfig(**BATCH_PATIENCE) if own.batch else GenerateConfig()).merge(own)
        self._model.config = GenerateConfig(**PATIENCE).merge(own)  # what the user gave the run wins over ours
        if is_control(str(self._model)):
            self._config.cache = False  # a control is deterministic, and changes with this suite
        elif os.environ.get(VERDICT_CACHE):
            self._config.cache = _kept(self._model)

    async def ask(self, vote: int = 0, /, **material: str) -> Verdict:
        """Ask once.

        Args:
            vote: Which of several equal calls this is. It travels as metadata of the message: no provider sends it, and
                it keeps the votes apart in Inspect's cache, which would else answer all of them with the first.
            **material: What the rubric's user message takes.
        """
        [verdict] = await self._call(vote, 1, material)
        return verdict

    async def ask_for_votes(self, first: int, number: int, choices: bool, /, **material: str) -> list[Verdict]:
        """Ask several times the same.

        Args:
            first: Which vote is the first of them, from 0.
            number: How many, at least 1.
            choices: Whether they are the choices of one request, or each has a request of its own.
            **material: What the rubric's user message takes.
        """
        if choices:
            return await self._call(first, number, material)
        return list(await collect(*(self.ask(first + i, **material) for i in range(number))))

    async def _call(self, first: int, number: int, material: dict[str, str]) -> list[Verdict]:
        """So many verdicts, by one request."""
        if mismatch := control_mismatch(self.name, self._subject):
            # Not raised: in an eval that would throw the subject's reply away.
            return [Verdict(None, mismatch)] * number
        if first + number > 1 and self._temperature == 0:
            again = Verdict(None, "not asked: at temperature 0 every vote is the first one repeated")
            return [again] * number if first else [*await self._call(0, 1, material), *[again] * (number - 1)]
        messages = judge_messages(
            self._rubric,
            _sendable(material),
            {"vote": first},
            marked=caches_where_told(self.name),
            repeated=self._repeated,
        )
        config = self._config if number == 1 else self._config.merge(GenerateConfig(num_choices=number))
        api = self._model.api
        its_breaker = breaker(self.name, api.base_url, GRADER_ROLE, api.api_key_vars)
        try:
            async with its_breaker.call():
                if config.cache:
                    output = await useful_answer(
                        self._model, messages, config, partial(self._is_useful, number, material)
                    )
                else:
                    output = await self._model.generate(messages, config=config)
        except LimitExceededError:
            raise
        except EndpointError as dead:
            _stop_scoring(its_breaker)
            return [Verdict(None, dead.message)] * number
        except Exception as error:  # noqa: BLE001 - providers raise what they like; raising would lose the paid reply
            refused = endpoint_error(error, self.name, api.api_key_vars, api.base_url)
            if refused:
                _warn_once(refused)
                its_breaker.failed(refused)
                _stop_scoring(its_breaker)
            failed = Verdict(None, refused.message if refused else f"{type(error).__name__}: {error}"[:500])
            return [failed] * number
        if not output.choices or output.error is not None:
            return [Verdict(None, f"no reply: {output.error}")] * number
        if not is_control(self.name) and not is_same_model(self.name, output.model):
            self._answered_by.add(visible(output.model))
        verdicts = [self._read(choice, material) for choice in output.choices[:number]]
        missing = Verdict(None, f"not given: of {number} choices that were asked for, {len(verdicts)} came")
        return verdicts + [missing] * (number - len(verdicts))

    @property
    def name(self) -> str:
        """Of the model, with its provider."""
        return str(self._model)

    @property
    def batched(self) -> bool:
        """Whether its calls wait for a batch of the provider's."""
        return bool(self._config.batch)

    @property
    def elsewhere(self) -> bool:
        """Whether an address other than its provider's own is called."""
        return is_elsewhere(self._model)

    def size(self, **material: str) -> int:
        """UTF-8 bytes of one call."""
        return len(((self._rubric.system or "") + self._rubric.user(**_sendable(material))).encode())

    def _is_useful(self, number: int, material: dict[str, str], answer: ModelOutput) -> bool:
        """Whether all that was asked for came and can be read."""
        verdicts = [self._read(choice, material) for choice in answer.choices]
        return (
            len(verdicts) >= number
            and answer.error is None
            and all(
                verdict.text is not None and not verdict.contested and self._reads(verdict.text) is not None
                for verdict in verdicts
            )
        )

    def _read(self, choice: ChatCompletionChoice, material: dict[str, str]) -> Verdict:
        if choice.stop_reason in INCOMPLETE:
            return Verdict(None, f"stopped by {choice.stop_reason}")
        text = choice.message.text
        instructions = self._rubric.system or self._rubric.user(**dict.fromkeys(material, ""))
        tags = verdict_tags(instructions)
        if tags and choice.stop_reason == "unknown" and not text.rstrip().endswith(">"):
            return Verdict(None, "broke off: no known reason why the judge stopped, and no verdict at the end")
        return Verdict(text, contested=is_contested(text, material.values(), tags))

    @property
    def _temperature(self) -> float | None:
        """As it reaches the model; None where its provider takes none."""
        return self._config.temperature if takes_temperature(self.name) else None

    @property
    def metadata(self) -> dict[str, object]:
        """What every score keeps about its judge: a re-score is recorded nowhere else in the log."""
        return {
            "judge": self.name,
            "rubric": self._rubric.name,
            "rubric_sha256": self._rubric.sha256,
            "judge_temperature": self._temperature,
            **({"judge_answered_by": ", ".join(sorted(self._answered_by))} if self._answered_by else {}),
        }


def _kept(model: Model) -> CachePolicy:
    """Inspect's cache, by content: rubric, material, vote, settings and base URL are in its key, and here the rest."""
    arguments = json.dumps(model.model_args, sort_keys=True, default=str)
    return CachePolicy(expiry=None, per_epoch=False, scopes={"verdict of": digest(arguments)})


def _stop_scoring(of_the_grader: Breaker) -> None:
    """Judge nothing again without a grader: labels that the log has would be overwritten with failures.

    Raises:
        InvalidInputError: If this is no run, whose replies are still to be kept, and the grader gave no answer.
    """
    if of_the_grader.ends_scoring:
        raise InvalidInputError(f"{of_the_grader.dead}; scoring has stopped, and the log is left as it was")


_warned: set[str] = set()


def _warn_once(refused: EndpointError) -> None:
    """Say, while a run still spends money, that nobody judges it; the scores hold every failure."""
    if (kind := kind_of_failure(refused.message)) not in _warned:
        _warned.add(kind)
        _LOGGER.warning("The grader fails. %s", refused.message)


class Words:
    """Whose rubric a judge is asked with: the one that is named, else the suite's, for replies to the suite's prompts.

    Replies to the prompts of a checkout are not judged by our rubric unless somebody says so.
    """

    def __init__(self, prompts: str | Wording | None) -> None:
        """Take what a scorer is given.

        Args:
            prompts: Words; or as a user names them, ``suite`` or the root of a checkout; None where nothing is said.

        Raises:
            InvalidInputError: If what the user names cannot be right.
        """
        self._given = wording(prompts) if isinstance(prompts, str) else prompts

    def judging(self, cell: Cell) -> Wording:
        """The words for one reply.

        Raises:
            InvalidInputError: If nothing is said, and the reply is to the prompts of a checkout.
        """
        if self._given is None and cell.prompts != SUITE.name:
            raise InvalidInputError(
                f"these replies are to the prompts of {cell.prompts}; score them by its rubric with "
                f"-S prompts=CHECKOUT (the folder), or by ours with -S prompts={SUITE.name}"
            )
        return self._given or SUITE


def _sendable(material: dict[str, str]) -> dict[str, str]:
    """Without lone surrogates, which no request can carry: a log stores them, so a reply may hold them."""
    return {name: text.encode("utf-8", "replace").decode("utf-8") for name, text in material.items()}


def grader() -> Model:
    """The model in the grader role.

    Raises:
        InvalidInputError: As `Judge` does.
    """
    bound = model_roles().get(GRADER_ROLE)
    if bound is None:
        raise InvalidInputError(
            f"no model is in the role {GRADER_ROLE!r}; name one with --model-role {GRADER_ROLE}=PROVIDER/MODEL"
        )
    if isinstance(bound, list) and len(bound) > 1:
        raise InvalidInputError(
            f"--model-role {GRADER_ROLE}={','.join(map(str, bound))} names {len(bound)} models; name one, and add the "
            "labels of another later with inspect score --action append"
        )
    return bound[0] if isinstance(bound, list) else bound


def is_elsewhere(model: Model) -> bool:
    """Whether an address was given for a model of OpenAI's, or for all models, so that who knows who answers."""
    return bool(model.api.base_url or any(map(os.environ.get, ("OPENAI_BASE_URL", "INSPECT_EVAL_MODEL_BASE_URL"))))


def control_mismatch(grader: str, subject: str) -> str | None:
    """Why a model may not grade this subject; None where it may. A control knows the truth of controls only."""
    if not is_control(grader) or is_control(subject):
        return None
    return (
        f"--model-role {GRADER_ROLE}={grader} grades control models only, and the subject is {subject}; name a real "
        "grader, or leave the role out to run the prefix scorer alone"
    )
