"""Published query sets: where each is, which bytes it is, and fetching it.

A set is one file at a pinned revision, known by its SHA-256. The client libraries keep what they fetch, and a copy that
the user brings along is the same set.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from study.bounded_file import TABLE, read_bounded
from study.invalid_input import InvalidInputError

GITHUB = "https://raw.githubusercontent.com"
HUB = "https://huggingface.co/datasets"


@dataclass(frozen=True)
class PublishedSet:
    """A row of ``evals/data/published.toml``."""

    name: str
    title: str
    host: str
    """``github`` or ``hub`` (Hugging Face)."""
    repository: str
    revision: str
    """Commit."""
    path: str
    """File inside the repository."""
    sha256: str
    """Of the bytes of that file."""
    column: str
    """Column of requests."""
    licence: str
    category: str | None = None
    """Column of categories."""
    keep: Mapping[str, str] = field(default_factory=dict)
    """Columns and the value that a row must have in each to belong to the set."""

    @property
    def columns(self) -> list[str]:
        """The columns that are read; others may hold harmful answers."""
        return [self.column, *([self.category] if self.category else []), *self.keep]

    @property
    def url(self) -> str:
        """Where a browser finds the file."""
        if self.host == "github":
            return f"{GITHUB}/{self.repository}/{self.revision}/{self.path}"
        return f"{HUB}/{self.repository}/resolve/{self.revision}/{self.path}"

    @property
    def suffix(self) -> str:
        """Ending that tells the format."""
        return PurePosixPath(self.path).suffix


def _published() -> dict[str, PublishedSet]:
    rows = tomllib.loads((Path(__file__).parent / "data" / "published.toml").read_text("utf-8"))
    return {name: PublishedSet(name=name, **row) for name, row in rows.items()}


PUBLISHED = _published()
"""Every published set, by the name that the user types."""


def fetch(published: PublishedSet) -> Path:
    """The file of a published set, from the network or from what was fetched before.

    Raises:
        InvalidInputError: If it cannot be fetched, or is not the file that is pinned.
    """
    path = _fetched(published)
    found = sha256(path.read_bytes()).hexdigest()
    if found != published.sha256:
        raise InvalidInputError(
            f"queries={published.name!r}: {published.url} has the SHA-256 {found}, where {published.sha256} is pinned; "
            f"remove {path.resolve()} and try again, or give a file of your own with -T queries=FILE"
        )
    return path


def copy_of(path: Path) -> PublishedSet | None:
    """The published set whose file this is, byte by byte, whatever it is called."""
    try:
        found = sha256(read_bounded(path, TABLE)).hexdigest()
    except (
        OSError,
        InvalidInputError,
    ):  # no copy of anything; whoever reads it as a file of the user's says what is wrong with it
        return None
    return next((published for published in PUBLISHED.values() if published.sha256 == found), None)


def _fetched(published: PublishedSet) -> Path:
    remedy = "download that file where you can, and give its path with -T queries=FILE (a copy is known by its content)"
    with fetching(f"queries={published.name!r}", published.url, published.repository, remedy):
        return Path(_FETCH[published.host](published))


@contextmanager
def fetching(named: str, url: str, repository: str, remedy: str) -> Iterator[None]:
    """Say why something cannot be fetched, and what to do, where a client raises what it likes.

    Args:
        named: Argument and value that name it, as in ``queries='advbench'``.
        url: Where a browser finds it.
        repository: On its host.
        remedy: What the user can do.

    Raises:
        InvalidInputError: If what happens inside fails for want of the network, the file or the right to it.
    """
    from aiohttp import ClientError  # the client of datasets
    from httpx2 import HTTPError  # the client of huggingface_hub
    from huggingface_hub.errors import EntryNotFoundError, XetDownloadError

    try:
        yield
    except (OSError, ClientError, HTTPError, EntryNotFoundError, XetDownloadError) as error:
        raise InvalidInputError(
            f"{named} cannot be fetched from {url}: {_reason(error, repository)}; {remedy}"
        ) from error


def _from_github(published: PublishedSet) -> str:
    from datasets import DownloadConfig, DownloadManager

    # Without the ETag, a file that is there is used without asking: at a pinned commit it cannot change.
    return str(DownloadManager(download_config=DownloadConfig(use_etag=False)).download(published.url))


def _from_hub(published: PublishedSet) -> str:
    from huggingface_hub import hf_hub_download

    # What `datasets` fetches with, but without its first question to the hub: with a commit, a file that is there is
    # used offline too.
    return hf_hub_download(published.repository, published.path, repo_type="dataset", revision=published.revision)


_FETCH: dict[str, Callable[[PublishedSet], str]] = {"github": _from_github, "hub": _from_hub}


def _reason(error: BaseException, repository: str) -> str:
    from aiohttp import ClientResponseError
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, OfflineModeIsEnabled, RepositoryNotFoundError

    if isinstance(error, FileNotFoundError) and error.__cause__ is not None:
        return _reason(error.__cause__, repository)  # both clients say "not found" whatever kept them from looking
    if isinstance(error, OfflineModeIsEnabled):
        return "offline mode is on (HF_HUB_OFFLINE)"
    if isinstance(error, GatedRepoError):
        return f"its terms must be accepted at {HUB}/{repository}, and HF_TOKEN set"
    if isinstance(error, RepositoryNotFoundError):
        return "there is no such repository, or it asks for a login (HF_TOKEN)"
    if isinstance(error, HfHubHTTPError):
        return f"it answers {error.response.status_code}"
    if isinstance(error, ClientResponseError):
        return f"it answers {error.status}"
    return (str(error).splitlines() or [type(error).__name__])[0]
