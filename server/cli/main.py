"""``marketing-minds``: one command, and one clear sentence when it can't do what it was asked."""

import argparse
import asyncio
import re
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import uvloop
from pydantic import ValidationError

from core.errors import AppError, NotConfigured
from core.settings import Settings, load_settings
from server.cli.terminal import complain

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        return uvloop.run(_command(asked, _settings()))
    except AppError as error:
        complain(error.message)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED


def _command(asked: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    """Return the command's work. What it needs is imported only now: a command should not wait for another's parts."""
    match asked.command:
        case "chat":
            from server.cli.chat import chat

            return chat(settings, asked.url, asked.conversation)
        case "doctor":
            from server.cli.doctor import doctor

            return doctor(settings)
        case "export":
            from server.cli.export import export_archive

            return export_archive(settings, asked.file)
        case "bench":
            from server.cli.bench import bench_memory

            return bench_memory(settings, asked.path)
        case "memory" if asked.memory_command == "hygiene":
            from server.cli.memory import hygiene

            return hygiene(settings)
        case "memory":
            from server.cli.reindex import reindex

            return reindex(settings, again=asked.again)
        case "worker":
            from server.cli.worker import work

            return work(settings)
        case _:
            from server.cli.serve import serve

            return serve(settings)


def _settings() -> Settings:
    try:
        return load_settings()
    except ValidationError as error:
        problems = "; ".join(f"{entry['loc'][0]}: {entry['msg']}" for entry in error.errors(include_input=False))
        raise NotConfigured(
            f"Some settings can't be used: {problems}. Correct them in the environment or .env."
        ) from None
    except ValueError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = Settings.model_fields[field.group(1)].alias if field else "A setting"
        raise NotConfigured(f'{name} takes a list. Write it as JSON: ["first", "second"].') from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="marketing-minds",
        description="A marketing team you talk to: strategist, writer, publisher and analyst in one conversation.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="start the server and print a link that logs you in")
    commands.add_parser("worker", help="run campaigns and scheduled jobs beside the servers")
    talk = commands.add_parser("chat", help="talk to the running server in this terminal")
    talk.add_argument("--url", help="address of the server; the one of this data folder by default")
    talk.add_argument("--conversation", help="go on with this conversation instead of a new one")
    commands.add_parser("doctor", help="check the machine and the settings, and say what to do")
    archive = commands.add_parser("export", help="write everything the local owner has to a zip file")
    archive.add_argument("file", type=Path, nargs="?", default=Path("marketing-minds-export.zip"))
    measured = commands.add_parser("bench", help="measure how well and how fast memory recalls").add_subparsers(
        dest="measured", required=True
    )
    recalled = measured.add_parser("memory", help="recall of the evidence of questions about conversations")
    recalled.add_argument("path", type=Path, help="JSON in the LoCoMo layout: a file, or a folder of files")
    kept = commands.add_parser("memory", help="look after what is remembered").add_subparsers(
        dest="memory_command", required=True
    )
    kept.add_parser("hygiene", help="tidy it: duplicates, contradictions, secrets, echoes; with a report")
    rebuilt = kept.add_parser("reindex", help="fill the index of memories again; goes on where it was interrupted")
    rebuilt.add_argument("--again", action="store_true", help="begin again from the start")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
