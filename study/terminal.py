"""What is printed: text of models, endpoints and files reaches a terminal as text, and never as an order to it."""

import click

from study.visible import visible


def echo(text: object = "", *, err: bool = False) -> None:
    """Print a text, with what a terminal would obey, or a reader could not see, written out.

    Args:
        text: Of anybody.
        err: Whether to print to standard error.
    """
    click.echo(visible(str(text)), err=err)
