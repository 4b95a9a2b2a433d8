"""Where the words of a run come from: this suite's own, or the authors' files in the user's checkout."""

from abc import ABC, abstractmethod

from prompts.addition import Additions
from prompts.rubric import ALIGNMENT_FAKING_OF, COMPLIANCE_OF, Rubric
from prompts.system_prompt import SystemPrompt, system_prompt
from prompts.template import digest
from prompts.user_message import user_message
from prompts.variation import BASE
from study.condition import Condition
from study.wrapper import Wrapper

OPEN_QUERY = "QUERY"
"""Stands for the query where the wrapping alone is looked at."""


class Wording(ABC):
    """All that is said to the models of a run."""

    additions: Additions = Additions()
    """What the user adds to the system prompt."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What the log calls it; Inspect records it too, for the arguments of solvers and scorers."""

    @property
    @abstractmethod
    def wrapper(self) -> Wrapper | None:
        """The lineage that it is of; None where the user chooses one."""

    @abstractmethod
    def system_prompt(self, setting: str, *, cot: bool, developer: str, variation: str = BASE) -> SystemPrompt:
        """The system message of a setting in one of its variations, the same for both tiers."""

    @abstractmethod
    def user_message(
        self,
        wrapper: Wrapper,
        condition: Condition,
        query: str,
        *,
        setting: str = "helpful_only",
        variation: str = BASE,
        suffix: bool = True,
    ) -> str:
        """The message with the tier and the query, which is put in as it is: braces in it are text.

        Without the suffix it does not ask for the acceptance tag, unless it is a file of a checkout, which stays whole.
        """

    def user_message_sha256(
        self,
        wrapper: Wrapper,
        condition: Condition,
        *,
        setting: str = "helpful_only",
        variation: str = BASE,
        suffix: bool = True,
    ) -> str:
        """Digest of the message with the query left open: what the wrapping itself says."""
        message = self.user_message(wrapper, condition, OPEN_QUERY, setting=setting, variation=variation, suffix=suffix)
        return digest(message)

    @abstractmethod
    def files_sha256(self, condition: Condition) -> dict[str, str]:
        """Files of a checkout that are used under a condition → SHA-256 of their bytes; empty for our own."""

    @abstractmethod
    def compliance(self, setting: str) -> Rubric:
        """What the compliance judge is asked of replies of a setting."""

    @abstractmethod
    def alignment_faking(self, setting: str) -> Rubric:
        """What the votes on the reasoning are asked in a setting."""


class Suite(Wording):
    """This suite's own words."""

    name = "suite"
    wrapper = None

    def __init__(self, additions: Additions = Wording.additions) -> None:
        self.additions = additions

    def system_prompt(self, setting: str, *, cot: bool, developer: str, variation: str = BASE) -> SystemPrompt:
        """As `prompts.system_prompt` puts it together."""
        return system_prompt(setting, cot=cot, developer=developer, variation=variation, additions=self.additions.texts)

    def user_message(
        self,
        wrapper: Wrapper,
        condition: Condition,
        query: str,
        *,
        setting: str = "helpful_only",
        variation: str = BASE,
        suffix: bool = True,
    ) -> str:
        """As `prompts.user_message` wraps it."""
        return user_message(wrapper, condition, query, setting=setting, variation=variation, suffix=suffix)

    def files_sha256(self, condition: Condition) -> dict[str, str]:
        """None: the digests of prompt, wrapper and rubrics say all."""
        return {}

    def compliance(self, setting: str) -> Rubric:
        """The setting's own."""
        return COMPLIANCE_OF[setting]

    def alignment_faking(self, setting: str) -> Rubric:
        """The setting's own."""
        return ALIGNMENT_FAKING_OF[setting]


SUITE = Suite()
