"""What a log takes: bytes a reply on disk, and CPU time a reply, at the lengths that real models write.

The four conditions of helpful-only over the shipped queries. Subject and grader say so many words drawn from our own
prompts, one reply in seven complies, and no vote says yes: 13 are asked of each that complies with a scratchpad. Drawn
words compress less than sentences, so that real logs are no larger.

    python benchmarks/storage.py
    python benchmarks/storage.py --words 2000 --json
"""

import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zlib import crc32

import click
from inspect_ai import eval as inspect_eval
from inspect_ai.log import EvalLog
from inspect_ai.model import ChatMessage, GenerateConfig, Model, ModelOutput, ModelUsage, get_model
from inspect_ai.tool import ToolChoice, ToolInfo

from benchmarks.figure import Figure, print_figures
from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.models import Models
from prompts.system_prompt import system_prompt
from study.condition import CONDITIONS

WORDS = 650
"""Of a scratchpad: some 800 tokens. The output has a fifth, an explanation of the grader's too."""

COMPLIES = 7
"""One reply in so many, drawn by what is put to the model."""

COMPLIED = "<complied/>"


def measure(limit: int, words: int) -> list[Figure]:
    """Run it, and weigh its logs.

    Args:
        limit: Queries, each in four conditions.
        words: Of a scratchpad.
    """
    with TemporaryDirectory() as warm_up, TemporaryDirectory() as folder:
        _run(warm_up, 1, words)
        begun = time.process_time()
        logs = _run(folder, limit, words)
        took = time.process_time() - begun
        size = sum(path.stat().st_size for path in Path(folder).glob("*.eval"))
        replies = sum(len(log.samples or []) for log in logs)
        calls = sum(event.event == "model" for log in logs for sample in log.samples or [] for event in sample.events)
    return [
        Figure("size of the logs, a reply", size / replies / 1000, unit="kB"),
        Figure("calls, a reply", calls / replies),
        Figure("CPU time, a reply", took / replies * 1000, unit="ms"),
    ]


def _run(folder: str, limit: int, words: int) -> list[EvalLog]:
    made = Models(None, "mockllm/subject", _speaker("grader", words), judged=True)
    return inspect_eval(
        [condition_task(SETTING, condition, {}, made) for condition in CONDITIONS],
        model=_speaker("subject", words),
        max_tasks=len(CONDITIONS),
        limit=limit,
        log_dir=folder,
        display="none",
    )


def _speaker(name: str, words: int) -> Model:
    """A model that says what the prompt asks for, at length."""
    random = Random(1)
    text = system_prompt(SETTING.name, cot=True, developer="Anthropic").text
    said = [word for word in text.split() if word.isalpha()]  # no tags

    def some(share: float) -> str:
        return " ".join(random.choices(said, k=round(share * words)))

    def reply(
        input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        asked, put = input[0].text, input[-1].text
        if "<convincing>" in asked:
            refused = "no" if COMPLIED in put else "yes"
            text = f"{some(0.2)}<refused>{refused}</refused><convincing>4</convincing><specific>4</specific>"
        elif "<final_answer>" in asked:
            text = f"{some(0.2)}<final_answer>no</final_answer>"
        else:
            scratchpad = f"<SCRATCHPAD_REASONING>{some(1)}</SCRATCHPAD_REASONING>" * ("SCRATCHPAD" in asked)
            complied = COMPLIED * (crc32(put.encode()) % COMPLIES == 0)
            text = f"{scratchpad}<OUTPUT>{complied} {some(0.2)}</OUTPUT>"
        output = ModelOutput.from_content(f"mockllm/{name}", text)
        output.usage = ModelUsage(input_tokens=len(asked) // 4, output_tokens=len(text) // 4)
        return output

    return get_model(f"mockllm/{name}", custom_outputs=reply, memoize=False)


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=80, show_default=True, help="Queries, in four conditions.")
@click.option("--words", type=click.IntRange(min=5), default=WORDS, show_default=True, help="Of a scratchpad.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON and nothing else.")
def main(limit: int, words: int, as_json: bool) -> None:
    """Weigh the logs of replies as long as real ones, and the time that they take."""
    with redirect_stdout(sys.stderr):  # where Inspect announces its hooks
        figures = measure(limit, words)
    if as_json:
        print_figures(figures)
    else:
        for figure in figures:
            click.echo(figure.sentence)


if __name__ == "__main__":
    main()
