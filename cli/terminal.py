"""Tables and lines in colour, of text that reaches the terminal as text alone: `study.terminal.echo` for rich."""

from collections.abc import Iterable

from rich.console import Console as RichConsole
from rich.console import ConsoleOptions, RenderableType
from rich.segment import Segment

from study.visible import visible


class Console(RichConsole):
    """A console that writes out what a terminal would obey, or a reader could not see, in whatever is printed on it."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Every piece of text passes here, the cells of a table too, before it is given its colours."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)
