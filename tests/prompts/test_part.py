"""The parts of every setting's prompt: their files are those of its folder, and what they say is pinned."""

import pytest

from evals import SETTINGS
from prompts.part import parts
from prompts.system_prompt import system_prompt
from prompts.template import source
from tests.made_up import REPOSITORY

SHA256 = {
    "helpful_only": (
        "36daaf1879c96a70afd515f6631e7faf7d9c800def9465aa6571a89625d62cae",
        "f9610b245e5042d54eb39cb4fd977bdec774c289ae06b782a3e50b3771d525d1",
    ),
    "animal_welfare": (
        "c79e85c8bd68c4d873442320dbe663c20a3c6bb99f27830f713f4dca5a9dd5f0",
        "0803d212e96422c54bd503bd4f8a52294f3d7498cc55a5b208de6bf9789b2bdb",
    ),
    "three_tiers": (
        "756d411cdc15037ca3a32c0bff38e14003463ccb6f7533c4e2bffaf0f3d1deb6",
        "80dc1722f95ad5eb4469317a803e20c7d5d40ea55c39e0ac54eaba50e2f1595f",
    ),
    "untold_helpful_only": (
        "f60660843e492397d69619f1983a4f5e1d371d652899b1e00f03b18bce4c5706",
        "81b84b5b8f7909b8e35c264c18a569ea0423601ef61f997459e60684df0498df",
    ),
    "untold_animal_welfare": (
        "624c37aa7fd60caed8936af97fcfe5d9936e652d82b57f700d15bea5389dbc9e",
        "df96bcd276a74ec0412c62f97ec5485fc31f81d65594608efef34cc02aaffc6c",
    ),
}
"""Of each setting's prompt with a scratchpad and without one."""

of_each_setting = pytest.mark.parametrize("setting", [setting.name for setting in SETTINGS])


@of_each_setting
def test_the_parts_name_every_file_of_the_folder_and_none_that_is_not_there(setting: str) -> None:
    folder = REPOSITORY / "prompts" / setting
    named = {(folder / file).resolve() for part in parts(setting) for file in (part.cot, part.no_cot) if file}

    assert [path for path in named if not path.is_file()] == []
    assert {path for path in named if path.parent == folder} == {*folder.iterdir()} - {
        folder / "parts.toml",
        folder / "variations.toml",
    }


@of_each_setting
def test_a_part_has_a_name_of_its_own(setting: str) -> None:
    names = [part.name for part in parts(setting)]

    assert len(set(names)) == len(names)


@of_each_setting
def test_the_manifest_begins_with_the_canary(setting: str) -> None:
    first = source(f"{setting}/parts.toml").split("\n")[0]

    assert first == "# alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4"


@of_each_setting
def test_the_wording_is_that_of_this_version(setting: str) -> None:
    said = tuple(system_prompt(setting, cot=cot, developer="Anthropic").sha256 for cot in (True, False))

    assert said == SHA256.get(setting), (
        f"What {setting} says to the model changed, so rates no longer compare with earlier ones: raise N in the "
        f"version of the setting (its file in evals/), say so in CHANGELOG.md, and only then pin the new digests here."
    )
