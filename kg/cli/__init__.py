"""The command line: each command in a module of its own, imported only when it runs."""

import importlib
import sys

import click

from kg.errors import KgError

COMMANDS = {
    "anchor": "Find where quotes stand, and write the offsets into claims.yaml.",
    "backup": "Copy the current generation and the journal.",
    "build": "Publish the corpus as a new generation of the knowledge graph.",
    "check": "Ask the OWL reasoner whether ontology and record are consistent.",
    "diff": "Tell what differs between two generations.",
    "draft": "Print draft claims for an article's quotations.",
    "erase": "Take a document out of every generation, for good.",
    "export": "Write the record as RDF.",
    "findings": "List what the rules noticed in what was said.",
    "generations": "List what was published when, and what of it is kept.",
    "perspective": "Tell what holds by a perspective, and why.",
    "query": "Ask a SPARQL query, here or of any endpoint.",
    "restore": "Make a backup the data directory again.",
    "rollback": "Make what an earlier generation held the current state again.",
    "stats": "Tell how much of each text its claims account for.",
    "serve": "Build what is stale, then serve the endpoint.",
    "token": "Manage the tokens that writing to a server needs.",
    "validate": "Report what is wrong with the curators' files.",
}


class Commands(click.Group):
    """A group that imports a command's module only when it is called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command, sorted."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"kg.cli.{cmd_name}").command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


EPILOG = """\b
Examples:
  kg serve                       build what is stale, serve on http://127.0.0.1:8000
  kg validate                    what is wrong, each thing with its file and line
  kg query -f queries/who-said-what.rq

\b
Exit codes: 0 ok, 1 findings, 2 usage, 3 input unreadable, 4 store or endpoint unavailable.
Settings: a flag, then KG_NAME in the environment, then kg.toml, then the default."""


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="attest-kg", prog_name="kg")
def cli() -> None:
    """Attest: news articles as a knowledge graph of who said what, in which words, through whom, and when."""


def main() -> None:
    """Run a command; an error of ours is a sentence on stderr and an exit code."""
    try:
        cli()
    except KgError as error:
        click.echo(f"kg: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has stopped: no traceback about that
        sys.exit(0)
    except OSError as error:  # the outer edge: a folder that cannot be made, a disk that is full
        click.echo(f"kg: {error.filename or 'input or output'}: {error.strerror or error}", err=True)
        sys.exit(4)
