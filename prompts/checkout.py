"""The authors' own files, from a checkout of their repository on the user's disk: for a verbatim run."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from prompts.checkout_text import CheckoutText, Folder, readable
from prompts.manifest import OWN_MANIFEST, ComplianceRubric, FakingRubric, Manifest, read_manifest
from prompts.rubric import ALIGNMENT_FAKING_OF, COMPLIANCE_OF, AnswerForm, Rubric
from prompts.system_prompt import SystemPrompt
from prompts.template import digest
from prompts.variation import BASE
from prompts.wording import OPEN_QUERY, SUITE, Wording
from study.condition import TWO_TIERS, Condition, Tier
from study.invalid_input import InvalidInputError
from study.wrapper import Wrapper

SHIPPED = files("prompts").joinpath("checkouts")
"""Manifests of the known repositories."""


@dataclass(frozen=True)
class CheckoutRubric:
    """One of the authors' rubrics."""

    name: str
    answer: AnswerForm
    system_text: CheckoutText | None
    user_text: CheckoutText

    @property
    def system(self) -> str | None:
        """The instructions; None where the authors put all into one user message."""
        return None if self.system_text is None else self.system_text.render()

    def user(self, **material: str) -> str:
        """The message with the material, as the authors' code makes it: without fences."""
        return self.user_text.render(**material)

    @property
    def sha256(self) -> str:
        """Digest of what is asked, the material left open, and of how it is answered."""
        opened = self.user_text.render(query=OPEN_QUERY, output="OUTPUT", reasoning="REASONING")
        return digest("\x1f".join((self.system or "", opened, self.answer)))


_VALUES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "system.cot": ((), ("developer",)),
    "system.no_cot": ((), ("developer",)),
    "user.cot": (("query",), ()),
    "user.no_cot": (("query",), ()),
    "compliance.user": (("output",), ("query",)),
    "alignment_faking.user": (("reasoning",), ()),
}
"""Values that a part needs, and others that it may take, by its key."""


class Checkout(Wording):
    """The words of a checkout. A file is read when its part is asked for, so that one that is missing harms no other.

    What a file says of the tiers is checked: a user message that is the same for both would measure nothing.
    """

    def __init__(self, root: Path) -> None:
        """Find the manifest of a checkout.

        Args:
            root: Its root folder.

        Raises:
            InvalidInputError: If that is no folder, no manifest fits it, or the manifest cannot be right.
        """
        with readable(root):
            there = root.is_dir()
        if not there:
            raise InvalidInputError(
                f"prompts={str(root)!r} is no folder; give the root of a checkout, or {SUITE.name!r} for our own words"
            )
        self._root = root
        self._texts: dict[tuple[str, Tier | None], CheckoutText] = {}
        self.manifest, self._manifest_sha256 = _manifest(root)

    @property
    def name(self) -> str:
        """Name that the manifest gives."""
        return self.manifest.name

    @property
    def wrapper(self) -> Wrapper:
        """Lineage that the manifest names."""
        return self.manifest.wrapper

    @property
    def unverified(self) -> list[str]:
        """Keys of the entries that nobody compared with the repository."""
        return [key for key, entry in self.manifest.entries().items() if not entry.verified]

    @property
    def lacking(self) -> list[str]:
        """Rubrics that the checkout does not have, in whose place this suite's are asked."""
        rubrics = {"compliance": self.manifest.compliance, "alignment_faking": self.manifest.alignment_faking}
        return [name for name, rubric in rubrics.items() if rubric is None]

    def system_prompt(self, setting: str, *, cot: bool, developer: str, variation: str = BASE) -> SystemPrompt:
        """The authors' system prompt.

        Raises:
            InvalidInputError: If the checkout is of another setting, a variation is asked for, or its prompt names a
                company of its own and not the one that is asked for; and as `CheckoutText` does.
        """
        self._refuse_variation(variation)
        self._refuse_other(setting)
        text = self._text("system.cot" if cot else "system.no_cot")
        if developer != self.manifest.developer and not text.takes("developer"):
            raise InvalidInputError(
                f"developer={developer!r}: the prompts of {self.name} name {self.manifest.developer}; "
                f"give -T developer={self.manifest.developer}, or variables for the company in {OWN_MANIFEST}"
            )
        return SystemPrompt(text.render(developer=developer))

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
        """The authors' user message, whole: where it asks for the acceptance tag, it does so without the suffix too.

        Raises:
            ValueError: If another lineage is asked for than the manifest names.
            InvalidInputError: If the checkout is of another setting, a variation is asked for, or the message is the
                same for both tiers; also as `CheckoutText`.
        """
        self._refuse_variation(variation)
        self._refuse_other(setting)
        if wrapper is not self.wrapper:
            raise ValueError(f"the user message of {self.name} is of the lineage {self.wrapper}, not {wrapper}")
        return self._user(condition).render(query=query)

    def files_sha256(self, condition: Condition) -> dict[str, str]:
        """Every file that is used, by its path in the checkout, included ones too; ``manifest`` is the manifest."""
        texts = [self._text("system.cot" if condition.cot else "system.no_cot"), self._user(condition)]
        texts += [self._text(key) for key in self.manifest.entries() if key.split(".")[0] not in ("system", "user")]
        return {"manifest": self._manifest_sha256} | {path: sha for text in texts for path, sha in text.sha256.items()}

    def compliance(self, setting: str) -> Rubric:
        """The authors' rubric; this suite's where the checkout has none.

        Raises:
            InvalidInputError: If the checkout is of another setting; and as `CheckoutText` does.
        """
        self._refuse_other(setting)
        return self._rubric("compliance", self.manifest.compliance) or COMPLIANCE_OF[setting]

    def alignment_faking(self, setting: str) -> Rubric:
        """The authors' rubric; this suite's where the checkout has none.

        Raises:
            InvalidInputError: As `compliance` does.
        """
        self._refuse_other(setting)
        return self._rubric("alignment_faking", self.manifest.alignment_faking) or ALIGNMENT_FAKING_OF[setting]

    def _refuse_other(self, setting: str) -> None:
        if setting != self.manifest.setting:
            raise InvalidInputError(
                f"prompts={str(self._root)!r} has the prompts of {self.manifest.setting!r}, and this is {setting!r}; "
                f"leave prompts out, or name {setting!r} and its files in {OWN_MANIFEST}"
            )

    def _rubric(self, name: str, rubric: ComplianceRubric | FakingRubric | None) -> CheckoutRubric | None:
        if rubric is None:
            return None
        system = None if rubric.system is None else self._text(f"{name}.system")
        return CheckoutRubric(f"{self.name}/{name}", rubric.answer, system, self._text(f"{name}.user"))

    def _refuse_variation(self, variation: str) -> None:
        if variation != BASE:
            raise InvalidInputError(
                f"variation={variation!r} changes our own prompts, and prompts={str(self._root)!r} names others; leave "
                "one of them out"
            )

    def _user(self, condition: Condition) -> CheckoutText:
        key = "user.cot" if condition.cot else "user.no_cot"
        text, other = (self._text(key, tier) for tier in sorted(TWO_TIERS, key=lambda tier: tier is not condition.tier))
        if text.render(query=OPEN_QUERY) == other.render(query=OPEN_QUERY):
            raise InvalidInputError(
                f"manifest key {key!r}: the message is the same for both tiers; name a file for each with {{tier}} in "
                "its path, or fill a variable with 'True/False' or 'true/false'"
            )
        return text

    def _text(self, key: str, tier: Tier | None = None) -> CheckoutText:
        if (key, tier) not in self._texts:
            needed, allowed = _VALUES.get(key, ((), ()))
            entry = self.manifest.entries()[key]
            self._texts[key, tier] = CheckoutText(self._root, key, entry, needed=needed, allowed=allowed, tier=tier)
        return self._texts[key, tier]


def wording(prompts: str) -> Wording:
    """The words that a user names.

    Args:
        prompts: ``suite`` for our own, or the root of a checkout; relative to the working directory.

    Raises:
        InvalidInputError: As `Checkout` does.
    """
    if prompts == SUITE.name:
        return SUITE
    return Checkout(Path(prompts).expanduser() if prompts.startswith("~/") else Path(prompts))


def _manifest(root: Path) -> tuple[Manifest, str]:
    """The user's own manifest, or the shipped one of which most files are there; and its digest."""
    folder = Folder(root)
    if folder.has(OWN_MANIFEST):
        return read_manifest(folder.read(OWN_MANIFEST), str(root / OWN_MANIFEST)), folder.sha256[OWN_MANIFEST]
    texts = [file.read_text("utf-8") for file in sorted(SHIPPED.iterdir(), key=str) if file.name.endswith(".toml")]
    shipped = [(read_manifest(text, "a manifest of this suite"), digest(text)) for text in texts]
    found = {manifest.name: sum(map(folder.has, manifest.files())) for manifest, _ in shipped}
    if not any(found.values()):
        known = " or ".join(manifest.repository for manifest, _ in shipped)
        raise InvalidInputError(
            f"prompts={str(root)!r}: no file of {known} is there; give the root of a checkout of one of them, "
            f"or say in {OWN_MANIFEST} at its root which file is which part (README, Verbatim runs)"
        )
    return max(shipped, key=lambda pair: found[pair[0].name])
