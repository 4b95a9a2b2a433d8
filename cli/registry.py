"""Entry point: makes the hooks known to Inspect. Imports nothing heavy."""

from cli.call_limits import CallLimits
from cli.failure_notice import FailureNotice
from cli.folder_guard import FolderGuard
from cli.hook import TierGap
from cli.unknown_provider import explain_unknown_providers

__all__ = ["CallLimits", "FailureNotice", "FolderGuard", "TierGap"]

explain_unknown_providers()
