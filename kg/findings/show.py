"""A list of findings as a table, as Markdown, or as data for JSON."""

from collections.abc import Iterable
from itertools import groupby

from kg.findings.read import Listed


def as_table(found: Iterable[Listed]) -> str:
    """A table for a terminal: the rule, the sentence, and what it rests on."""
    from prettytable import HRuleStyle, PrettyTable

    table = PrettyTable(["rule", "finding", "rests on"], align="l", max_width=70)
    table.hrules = HRuleStyle.ALL
    for finding in found:
        table.add_row([finding.rule, finding.sentence, "\n".join(finding.statements)])
    return str(table)


def as_markdown(found: Iterable[Listed]) -> str:
    """A section for each rule, an item for each finding, the statements below it."""
    lines: list[str] = []
    for rule, findings in groupby(found, key=lambda finding: finding.rule):
        lines += [f"## {rule}", ""]
        for finding in findings:
            lines += [f"- {_plain(finding.sentence)}", *(f"  - `{name}`" for name in finding.statements)]
        lines.append("")
    return "\n".join(lines).rstrip("\n")


def as_json(found: Iterable[Listed]) -> list[dict[str, object]]:
    """Each finding with its address, its rule, what it is about, its sentence, and what it rests on."""
    return [
        {
            "finding": finding.iri.value,
            "rule": finding.rule,
            "focus": finding.focus,
            "sentence": finding.sentence,
            "restsOn": list(finding.statements),
            "restsOnJudgement": list(finding.judgements),
        }
        for finding in found
    ]


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: an article's words are not markup."""
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>#|!" else character for character in text)
