"""An S3 on loopback, for the real clients."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import fsspec
import pytest
from botocore import session
from botocore.loaders import create_loader
from moto.server import ThreadedMotoServer

BUCKET = "made-up"


@contextmanager
def local_s3() -> Iterator[str]:
    """Serve until the block ends, and give the address of a bucket that is there; the environment leads to it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        # Inspect makes a client for each log that it reads, and each reads the description of all services anew.
        environment.setattr(session, "create_loader", cache(create_loader))
        for name, value in (
            ("AWS_ENDPOINT_URL", f"http://{host}:{port}"),
            ("AWS_ACCESS_KEY_ID", "made-up"),
            ("AWS_SECRET_ACCESS_KEY", "made-up"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
        ):
            environment.setenv(name, value)
        fsspec.get_filesystem_class("s3").clear_instance_cache()  # each keeps the address that it began with
        fsspec.filesystem("s3").mkdir(BUCKET)
        try:
            yield f"s3://{BUCKET}"
        finally:
            fsspec.get_filesystem_class("s3").clear_instance_cache()
            server.stop()
