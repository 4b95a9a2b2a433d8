"""Text that would do harm if a report took it for anything but text."""

from collections.abc import Iterator
from itertools import chain, cycle
from typing import Any, get_args

from analysis.report.schema import Drift, Faking, PublishedFigure, Report, VerdictKind
from study.condition import TierTold
from study.interview import INTERVIEW_READINGS
from tests.made_up_report import report

ADDRESS = "http://127.0.0.1:9"
"""Where nobody listens; a request to it is seen all the same."""

RAN = "document.documentElement.setAttribute('data-ran','1')"


def texts() -> list[str]:
    """Markup, scripts, loads from `ADDRESS`, and what hides or reorders."""
    return [
        f"<script>{RAN}</script>",
        f"<img src='{ADDRESS}/img' onerror=\"{RAN}\">",
        f"</bdi></td></table><svg onload={RAN}>",
        f"</style><script>{RAN}</script>",
        f"</title><script src={ADDRESS}/script></script>",
        f'" onmouseover="{RAN}" autofocus onfocus="{RAN}',
        f"--><link rel=stylesheet href={ADDRESS}/link><style>@import '{ADDRESS}/import'</style>",
        f"<iframe srcdoc='<script>parent.{RAN}</script>' src={ADDRESS}/frame></iframe>",
        f"<style>body{{background:url({ADDRESS}/background)}}</style>",
        f"<meta http-equiv=refresh content='0;url={ADDRESS}/refresh'><base href={ADDRESS}>",
        "{{ 7 * 7 }}{% raw %}",
        r"$\frac{1}{2$ ]]> <!-- &lt;b&gt;",
        "a\x00b\x1b[31mred\x7f",
        "lone \ud800 surrogate",
        "\u202egpj.exe\u2067",
        "w" * 100_000,
    ]


def report_of() -> Report:
    """The made-up report with every free text in it hostile, names of reasons and methods included."""
    left, known = cycle(texts()), dict[str, str]()
    published = (PublishedFigure.model_fields[name].annotation for name in ("verdict", "quantity", "bound"))
    closed = (*published, Drift.model_fields["by"].annotation, *get_args(Faking.model_fields["correction"].annotation))
    fixed = {
        "all",
        "compliant",
        "refusing",
        *TierTold,
        *INTERVIEW_READINGS,
        *get_args(VerdictKind),
        *chain.from_iterable(map(get_args, closed)),
    }

    def hostile(text: str) -> str:
        if text in fixed:
            return text
        if text not in known:
            known[text] = f"{next(left)} {text}"
        return known[text]

    def changed(value: Any) -> Any:
        match value:
            case str():
                return hostile(value)
            case list():
                return [changed(item) for item in value]
            case dict():
                return {name if name in _FIELDS else hostile(name): changed(item) for name, item in value.items()}
            case _:
                return value

    made = Report.model_validate(changed(report().model_dump()))
    assert len(known) > len(texts())
    return made


def _fields(schema: dict[str, Any]) -> Iterator[str]:
    for part in (schema, *schema["$defs"].values()):
        yield from part.get("properties", {})


_FIELDS = set(_fields(Report.model_json_schema()))
