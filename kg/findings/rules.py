"""The rules of `findings/`: one SPARQL file each, with a title, a sentence, what it means and does not mean, examples.

    # title: Single voice
    # sentence: One voice alone, {voice}, affirms it as certain: {about}.
    # means: …            what a finding says
    # does-not-mean: …    what nobody should read into it
    # found: …            an example
    # not-found: …        a look-alike
    # about: ?statement at:expresses ?about .
    # key: ?about ?voice
    …
      VALUES ?about { UNDEF }

Lines that begin with `#` and two spaces go on from the line before. The query gives `?about`, what a finding is about;
the statements that it rests on, in variables whose names begin with `statement`; and whatever the sentence names.
`about` is the pattern by which a statement leads to everything whose findings it can change: a rule is run anew for
those alone. Rows with one `key` make one finding. `ring` (optional) names the variables of what stands in a circle;
`every` (optional) is a cheaper pattern of all that there is to be about, for a run over all.
`judgement` (optional, as is the variable of that name) says what a curator judged, and no voice said, on which the
finding rests too.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import Unreadable
from kg.iri import ID, Iris
from kg.vocab import AT, OWL, RDF, RDFS, SKOS

HEADINGS = ("title", "sentence", "means", "does-not-mean", "found", "not-found", "about", "key")
OPTIONAL = ("every", "judgement", "ring")
ABOUT = "VALUES ?about { UNDEF }"
_CODE = Path(__file__).resolve().parent
_HEADER = re.compile(r"# ([a-z-]+): (.+)")
_PREFIX = re.compile(r"^PREFIX .*$", re.MULTILINE)
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name (that of its file), what its header says, and its query, which runs as it stands.

    `version` is a digest of the file and of the code that runs it: with another one, everything is found anew.
    """

    name: str
    title: str
    sentence: str
    means: str
    does_not_mean: str
    found: str
    not_found: str
    about: str
    key: tuple[str, ...]
    every: str
    judgement: str
    ring: tuple[str, ...]
    query: str
    version: str

    def for_all(self, units: Iterable[NamedNode]) -> str:
        """The query for these units alone; the engine's own serializer writes them."""
        return self.query.replace(ABOUT, f"VALUES ?about {{ {' '.join(map(str, units))} }}")

    def units(self, statements: Iterable[NamedNode] | None) -> str:
        """The query for the units that these statements lead to, None: for every unit that there is."""
        prefixes = "\n".join(_PREFIX.findall(self.query))
        if statements is None:
            return f"{prefixes}\nSELECT DISTINCT ?about WHERE {{ {self.every or self.about} }}"
        values = f"VALUES ?statement {{ {' '.join(map(str, statements))} }}"
        return f"{prefixes}\nSELECT DISTINCT ?about WHERE {{ {values} {self.about} }}"

    def describe(self, iris: Iris) -> Iterator[Triple]:
        """The rule as triples: its title, what it means and does not mean, its examples and its version."""
        node = iris.rule(self.name)
        yield Triple(node, RDF.type, AT.FindingRule)
        yield Triple(node, OWL.versionInfo, Literal(self.version))
        texts = (
            (RDFS.label, self.title),
            (SKOS.definition, self.means),
            (SKOS.scopeNote, self.does_not_mean),
            (SKOS.example, f"Found: {self.found}"),
            (SKOS.example, f"Not found: {self.not_found}"),
        )
        yield from (Triple(node, term, Literal(text, language="en")) for term, text in texts)


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Every rule of a folder, by name; raises Unreadable, with the line, for a file that is none."""
    return tuple(read_rule(path) for path in sorted(folder.glob("*.rq")))


def read_rule(path: Path) -> Rule:
    """Read one rule; raises Unreadable for a file that does not keep to the form."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"cannot be read: {error}", str(path)) from error
    if not ID.fullmatch(path.stem):
        raise Unreadable("expected a name of lower-case letters and digits joined by hyphens", str(path))
    header = _header(text, str(path))
    if missing := [name for name in HEADINGS if name not in header]:
        raise Unreadable(f"expected a line `# {missing[0]}: …`", str(path))
    key = tuple(name.removeprefix("?") for name in header.pop("key").split())
    every, judgement = header.pop("every", ""), header.pop("judgement", "")
    ring = tuple(name.removeprefix("?") for name in header.pop("ring", "").split())
    words = {name.replace("-", "_"): value for name, value in header.items()}
    rule = Rule(
        path.stem, **words, key=key, every=every, judgement=judgement, ring=ring, query=text, version=_version(text)
    )
    _check(rule, str(path))
    return rule


def _header(text: str, file: str) -> dict[str, str]:
    header: dict[str, str] = {}
    last = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#"):
            break
        if line.startswith("#  ") and last:
            header[last] += f" {line[1:].strip()}"
        elif (match := _HEADER.fullmatch(line)) and match[1] in (*HEADINGS, *OPTIONAL) and match[1] not in header:
            last, header[match[1]] = match[1], match[2]
        else:
            raise Unreadable(f"expected one line each of `# {': …`, `# '.join(HEADINGS)}: …`", file, number)
    return header


def _check(rule: Rule, file: str) -> None:
    """Raise Unreadable for a query that the engine does not take, or that gives less than its header names."""
    if ABOUT not in rule.query:
        raise Unreadable(f"expected the query to hold `{ABOUT}`", file)
    store = ox.Store()
    try:
        for statements in ((), None):
            store.query(rule.units(statements), base_iri="https://example.org/")
        solutions = store.query(rule.for_all(()), base_iri="https://example.org/")
    except SyntaxError as error:
        raise Unreadable(f"expected SPARQL: {error}", file) from error
    if not isinstance(solutions, ox.QuerySolutions):
        raise Unreadable("expected a SELECT query", file)
    given = {variable.value for variable in solutions.variables}
    named = {"about", *rule.key, *rule.ring, *_FIELD.findall(rule.sentence), *_FIELD.findall(rule.judgement)}
    if lacking := sorted(named - given):
        raise Unreadable(f"expected the query to give {', '.join(f'?{name}' for name in lacking)}", file)
    if "about" not in rule.key or not any(name.startswith("statement") for name in given):
        raise Unreadable("expected ?about in the key, and a variable ?statement… that a finding rests on", file)


def _version(text: str) -> str:
    """A digest of a rule's file and of the code beside this module."""
    digest = hashlib.sha256(text.encode())
    for path in sorted(_CODE.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
