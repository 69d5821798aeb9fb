"""The ``mesobot`` command. Every subcommand is a few lines that call a service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Optional

import typer

from mesobot import paths, settings
from mesobot.insight import commands as insight
from mesobot.insight.conversations import app as conversations_app
from mesobot.knowledge.source import ContentError
from mesobot.publish_cli import publish, release
from mesobot.settings_file import read_settings_file
from mesobot.staff.requests import app as requests_app
from mesobot.staff.whatsapp import app as whatsapp_app

app = typer.Typer(
    pretty_exceptions_enable=False,  # they print local variables: patients' texts, secrets
    add_completion=False,
    no_args_is_help=True,
    help="Mesobot: train, run, measure.",
)

app.add_typer(requests_app, name="requests")
app.add_typer(whatsapp_app, name="whatsapp")
app.add_typer(conversations_app, name="conversations")
app.command()(insight.digest)
app.command()(insight.missed)
app.command()(release)
app.command()(publish)


@app.callback()
def _prepare(context: typer.Context) -> None:
    """Mesobot: train, run, measure."""

    def forget_chats(is_meant: Callable[[str], bool]) -> int:
        from mesobot.chats.forgetting import open_conversations

        return open_conversations(os.environ).forget(is_meant)

    context.obj = forget_chats  # for `requests erase`


def main() -> None:
    """Entry point of the installed command."""
    try:
        read_settings_file(os.environ, lambda line: typer.echo(line, err=True))
    except ValueError as unreadable:
        typer.echo(str(unreadable), err=True)
        sys.exit(2)
    settings.prepare_environment(os.environ)
    try:
        app()
    except ContentError as found:
        for problem in found.problems:
            path = problem.path
            shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
            typer.echo(f"{shown}:{problem.line}: {problem.message}", err=True)
        typer.echo(f"{len(found.problems)} problem(s) to fix in the content.", err=True)
        sys.exit(1)


@app.command()
def check() -> None:
    """Check the clinic's content: facts, answers, examples, contacts."""
    from mesobot.checking import check_content

    content = check_content(paths.CLINIC, paths.DATA, os.environ)
    typer.echo(f"{len(content.topics)} topics rest on {len(content.facts)} facts: all well.")


@app.command()
def train(force: bool = typer.Option(False, help="Train even when nothing changed.")) -> None:
    """Train the assistant, unless nothing has changed since the last time."""
    _train(force)


def _train(force: bool = False) -> None:
    from mesobot import training

    if not training.train(typer.echo, force):
        typer.echo("The trained model is up to date.")


@app.command()
def run() -> None:
    """Run the assistant on this machine until Ctrl-C."""
    from mesobot import running

    _train()
    typer.echo("Starting the assistant ...")
    try:
        sys.exit(running.run())
    except running.PortTakenError as taken:
        typer.echo(str(taken), err=True)
        sys.exit(1)


@app.command()
def serve(server: str = typer.Argument(..., help="rasa, actions or relay.")) -> None:
    """Run one server of an installation for the public (docs/deployment.md)."""
    from mesobot.serving import serve as become

    try:
        become(server)
    except ValueError as unknown:
        typer.echo(str(unknown), err=True)
        sys.exit(2)


@app.command()
def shell() -> None:
    """Talk to the assistant in this terminal (rasa shell)."""
    from mesobot.running import action_server, free_port, shell_command

    _train()
    with action_server():
        sys.exit(subprocess.call(shell_command(free_port()), cwd=paths.ROOT))  # noqa: S603


@app.command()
def replay(
    conversations: Path = typer.Argument(..., exists=True, dir_okay=False, help="JSON Lines in."),
    replies: Path = typer.Argument(..., dir_okay=False, help="JSON Lines out."),
) -> None:
    """Hold the conversations of a file and write down the replies."""
    from mesobot.evaluation.replay import replay as hold

    source_path, target_path = conversations.resolve(), replies.resolve()
    if source_path == target_path:
        typer.echo("The replies need another file than the conversations.", err=True)
        sys.exit(2)
    _train()
    with (
        source_path.open(encoding="utf-8") as source,
        target_path.open("w", encoding="utf-8") as target,
    ):
        skipped = hold(source, target, sys.stderr)
    typer.echo(f"Replies are in {replies}" + (f"; {skipped} line(s) skipped." if skipped else "."))


@app.command()
def doctor(
    as_json: bool = typer.Option(False, "--json", help="For programs instead of people."),
) -> None:
    """Say what is configured, what is missing and what would fail."""
    from mesobot.staff import findings, terminal
    from mesobot.staff.doctor import diagnose
    from mesobot.staff.installation import this_installation

    found = diagnose(this_installation())
    if as_json:
        typer.echo(findings.as_json(found))
    else:
        terminal.show(findings.as_table(found))
        typer.echo(findings.summary(found))
    if findings.something_fails(found):
        sys.exit(1)


@app.command()
def evaluate(
    cross_validation: bool = typer.Option(True, help="Also train on four fifths, five times."),
    write_known_misses: bool = typer.Option(
        False, "--write-known-misses", help="Take what is right by now off the list of misses."
    ),
    allow_growth: bool = typer.Option(
        False, "--allow-growth", help="... and put what is newly missed on it."
    ),
    development: bool = typer.Option(
        False, "--development", help="On the messages that may be tuned on; lists what is wrong."
    ),
) -> None:
    """Measure the assistant on all held-out messages; writes a report."""
    from mesobot.evaluation import known_misses
    from mesobot.evaluation.evaluate import DEVELOPMENT, KNOWN_MISSES, wrong
    from mesobot.evaluation.evaluate import evaluate as measure

    if development and write_known_misses:
        raise typer.BadParameter("the known misses are those of the held-out messages")
    _train()
    if development:
        for line in wrong(measure(typer.echo, with_cross_validation=False, folder=DEVELOPMENT)):
            typer.echo(line)
        return
    outcomes = measure(typer.echo, cross_validation)
    if not write_known_misses:
        return
    refused = known_misses.write_known_misses(KNOWN_MISSES, list(outcomes), allow_growth)
    typer.echo(f"Known misses: {KNOWN_MISSES}")
    if refused:
        typer.echo(
            f"{len(refused)} new misses were not added (--allow-growth adds them):", err=True
        )
        for message in refused:
            typer.echo(f"  {message.file}: {message.text}", err=True)
        sys.exit(1)


@app.command("benchmark-nlu")
def benchmark_nlu(
    train: Path = typer.Option(..., help="CSV with the columns sentence,label."),
    test: Path = typer.Option(..., help="CSV with the same columns."),
    out_of_scope: Optional[str] = typer.Option(None, help="Label of sentences of no class."),
    background: Optional[Path] = typer.Option(
        None, help="Sentences of no class to learn from, one a line; default: some of ours."
    ),
    json_file: Optional[Path] = typer.Option(None, "--json", help="Write all figures here."),
) -> None:
    """Measure the topic classifier on another intent data set."""
    from mesobot.evaluation.benchmark_nlu import benchmark, read_labelled, read_sentences, thinned
    from mesobot.knowledge.dialogue_data import off_topic_examples
    from mesobot.nlu.encoder import SentenceEncoder
    from mesobot.training import build_language_parts

    try:
        training_set, test_set = read_labelled(train), read_labelled(test)
        build_language_parts(typer.echo)
        if background:
            others = read_sentences(background)
        else:
            others = thinned(off_topic_examples(paths.DATA), training_set) if out_of_scope else []
        result = benchmark(
            training_set, test_set, SentenceEncoder(paths.ENCODER_FOLDER), out_of_scope, others
        )
    except ContentError:
        raise
    except ValueError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    typer.echo("threshold  accuracy  in scope  out of scope  Matthews")
    for row in (*result.thresholds[::5], result.best):
        mark = "  <- best" if row is result.best else ""
        figures = (row.accuracy, row.in_scope_accuracy, row.out_of_scope_recall, row.matthews)
        shown = ("     -" if value is None else f"{value:6.3f}" for value in figures)
        typer.echo(f"{row.threshold:9.2f}  " + "    ".join(shown) + mark)
    if json_file:
        json_file.write_text(json.dumps(result.as_json(), indent=2) + "\n", encoding="utf-8")
