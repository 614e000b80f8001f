"""The command line's front door: groups are loaded only when called, usage errors follow the
contract, help and errors speak the language that the line or the environment asks for.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import AbstractContextManager, nullcontext

import click

from sealane.base.errors import SealaneError
from sealane.cli.frame.answer import USAGE, Speaker, default_language, internal

GROUPS = {
    "label": "sealane.cli.labels.label:label",
    "scheme": "sealane.cli.labels.scheme:scheme",
    "agreement": "sealane.cli.agreements.agreement:agreement",
    "decide": "sealane.cli.agreements.decide:decide",
    "seal": "sealane.cli.sealing.commands:seal",
    "open": "sealane.cli.sealing.commands:open_",
    "inspect": "sealane.cli.sealing.commands:inspect",
    "node": "sealane.cli.node.commands:node",
    "db": "sealane.cli.node.database:database",
    "people": "sealane.cli.registry.people:people",
    "client": "sealane.cli.node.client:client",
    "login": "sealane.cli.registry.login:login",
    "logout": "sealane.cli.registry.login:logout",
    "home": "sealane.cli.registry.home:home",
    "access": "sealane.cli.registry.home:access",
    "act": "sealane.cli.registry.act:act",
    "reminders": "sealane.cli.registry.reminders:reminders",
    "release": "sealane.cli.registry.release:release",
    "desk": "sealane.cli.registry.desk:desk",
    "item": "sealane.cli.registry.item:item",
    "suspense": "sealane.cli.registry.suspense:suspense",
    "duty": "sealane.cli.registry.suspense:duty",
    "inventory": "sealane.cli.registry.inventory:inventory",
    "post": "sealane.cli.registry.post:post",
    "room": "sealane.cli.registry.post:room",
    "export": "sealane.cli.registry.export:export",
    "case": "sealane.cli.registry.case:case",
    "exercise": "sealane.cli.registry.exercise:exercise",
    "feed": "sealane.cli.registry.feed:feed",
    "pack": "sealane.cli.packs.pack:pack",
    "ledger": "sealane.cli.ledgers.ledger:ledger",
    "evidence": "sealane.cli.ledgers.evidence:evidence",
    "assess": "sealane.cli.ledgers.assess:assess",
    "audit": "sealane.cli.ledgers.audit:audit",
    "demo": "sealane.cli.demo.command:demo",
}
HELP = frozenset({"-h", "--help"})
LANGUAGES = ("en", "ja")


class Lazy(click.Group):
    """A group whose commands are imported when they are called, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from sealane import shipped

        return [*GROUPS, *(kind for kind in shipped.case_titles() if kind not in GROUPS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = GROUPS.get(cmd_name)
        if place is None:
            return _of_kind(cmd_name)
        module, _, name = place.partition(":")
        found = getattr(importlib.import_module(module), name)
        assert isinstance(found, click.Command)
        return found


def _of_kind(name: str) -> click.Command | None:
    """The verbs of a kind of case, for each kind that ships."""
    from sealane import shipped

    title = shipped.case_titles().get(name)
    if title is None:
        return None
    from sealane.cli.registry.case_verbs import KindVerbs

    return KindVerbs(name, title)


@click.command(
    cls=Lazy,
    context_settings={"help_option_names": sorted(HELP, key=len), "max_content_width": 110},
    epilog="Every command takes --json, and --lang en or --lang ja, after its name.",
)
@click.version_option(package_name="sealane")
def cli() -> None:
    """Sealane: share sealed documents under an agreement that executes, and prove what happened."""


def chosen(arguments: list[str]) -> tuple[str, list[str]]:
    """The language that a line asks for, by `--lang` or by the environment, and the line without
    it.
    """
    language, others, words = default_language(), [], iter(arguments)
    for word in words:
        if word == "--":
            others += [word, *words]
            break
        name, given, value = word.partition("=")
        if name != "--lang":
            others.append(word)
            continue
        value = value if given else next(words, "")
        language = value if value in LANGUAGES else language
    return language, others


def _help(arguments: list[str], language: str) -> AbstractContextManager[None]:
    """What makes help pages speak Japanese, where one is asked for in it; nothing else pays."""
    if language != "ja" or HELP.isdisjoint(arguments):
        return nullcontext()
    from sealane.cli.frame import help_page

    return help_page.shown()


def _wrong(error: click.ClickException) -> SealaneError:
    """What click finds wrong, in both languages; a group without a verb says which there are."""
    from sealane.cli.frame import help_page
    from sealane.cli.frame.japanese import japanese

    why = error.format_message()
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        told = f"{japanese('Missing command.')}\n\n{help_page.page(error.ctx)}"
    else:
        told = japanese(why)
    return USAGE(why=why, why_ja=told, command=context.command_path if context else "sealane")


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit with the contract's status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    language, others = chosen(arguments)
    speaker = Speaker("--json" in arguments, language)
    try:
        with _help(arguments, language):
            # A group's help is asked for in a language too, though a group has no such option.
            typed = arguments if HELP.isdisjoint(arguments) else others
            cli.main(typed, prog_name="sealane", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        sys.exit(2)
    except click.ClickException as error:
        sys.exit(speaker.fail(_wrong(error)))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if os.environ.get("SEALANE_TRACE"):
            raise
        sys.exit(speaker.fail(internal(error)))


if __name__ == "__main__":
    main()
