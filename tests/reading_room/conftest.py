"""What the tests of the site share: a site takes seconds to make."""

import pytest

from tests.made_up_site import MadeSite, write_logs, write_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> MadeSite:
    """A redacted site of four policies. Tests that take it belong to the group ``site``, and change nothing in it."""
    folder = tmp_path_factory.mktemp("reading_room")
    logs = write_logs(folder / "logs", "faker", "tag_glitcher", "malformer", "random")
    return write_site(logs, folder / "site")


@pytest.fixture(scope="session")
def full_site(site: MadeSite) -> MadeSite:
    """A site of the same logs that withholds nothing."""
    return write_site(site.logs, site.folder.with_name("full"), "--outputs", "full", "--no-transcripts")
