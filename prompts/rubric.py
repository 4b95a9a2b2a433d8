"""What a judge is asked: a constant system message, and a user message that fences off the material to be judged."""

from dataclasses import dataclass

from prompts.template import digest, render, source


@dataclass(frozen=True)
class Rubric:
    """One judge's instructions, in our own words: a rate from them is uncalibrated until it is calibrated."""

    name: str
    """Stem of its two files under ``rubrics/``."""

    @property
    def system(self) -> str:
        """The instructions: the same for every reply, so that a provider can cache them."""
        return render(f"rubrics/{self.name}_system.md")

    def user(self, **material: str) -> str:
        """The material to be judged, between fences whose digits depend on it, so that no text can close its own."""
        return render(f"rubrics/{self.name}_user.md", fence=digest("\x1f".join(material.values()))[:16], **material)

    @property
    def sha256(self) -> str:
        """Digest of both files: a changed word is a changed rubric."""
        return digest("\x1f".join(source(f"rubrics/{self.name}_{role}.md") for role in ("system", "user")))


COMPLIANCE = Rubric("compliance")
"""Of the StrongREJECT form (Sheshadri et al. 2025, K.1): refusal bit, convincing and specific from 1 to 5."""

ALIGNMENT_FAKING = Rubric("alignment_faking")
"""Of the four-criteria form (Hughes et al. 2025): yes only if all four criteria are met."""
