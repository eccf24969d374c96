"""Reading a curator's files: one article's folder, and the entities that articles share."""

from dataclasses import dataclass
from pathlib import Path

from kg.corpus.chains import Desk, check_id, named_chains
from kg.corpus.document import KEYS, document, language
from kg.corpus.entities import entities
from kg.corpus.files import open_text, open_yaml
from kg.corpus.folders import CLAIMS
from kg.corpus.furniture import masked_text
from kg.corpus.mentions import mentions
from kg.corpus.notes import Notes, demand, known_entries
from kg.corpus.statements import statements
from kg.corpus.text import shown
from kg.corpus.tree import Mapping, Node, Scalar
from kg.model import Article, Entity
from kg.report import Problem

_TOP = ("format", "article", "entities", "mentions", "chains", "statements")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one folder holds: the article with everything that could be read, and what is wrong with the rest.

    `article` is None when a file cannot be read at all, or the text's title, publisher, date or language is wrong.
    """

    article: Article | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class EntitiesReading:
    """What a file of shared entities holds; `language` (BCP 47) is that of the labels, `und` if not known.

    `refused` holds the ids of those that could not be read.
    """

    entities: tuple[Entity, ...]
    language: str
    problems: tuple[Problem, ...]
    refused: frozenset[str] = frozenset()


def read_article(folder: Path) -> Reading:
    """Read and anchor one article; every problem is reported, and a thing with a problem is left out.

    A statement with `status: draft` that says nothing yet is left out without a problem.
    """
    folder = folder.absolute()
    notes = Notes(shown(folder / CLAIMS, folder.parent))
    check_id(folder.name, 1, "", "the folder's name", notes)
    text = open_text(folder, notes)
    claims = open_yaml(folder / CLAIMS, notes)
    if text is None or claims is None:
        return Reading(None, tuple(notes.problems))
    return Reading(_article(folder.name, *text, claims.tree, notes), tuple(notes.problems))


def shared_entries(path: Path, what: str, notes: Notes) -> tuple[dict[str, Node], str]:
    """What a file that articles share holds at its top (`what` is its own key), and the language of its texts.

    The language is BCP 47, `und` if not known; nothing is there when the file cannot be read.
    """
    file = open_yaml(path.absolute(), notes)
    if file is None:
        return {}, "und"
    top = known_entries(file.tree, "", "the file", ("format", "language", what), notes)
    check_format(file.tree, notes)
    demand(file.tree, "the file", ("language",), notes)
    return top, language(top.get("language"), notes) or "und"


def read_entities(path: Path) -> EntitiesReading:
    """Read the entities that articles share; every problem is reported, and an entity with one is left out."""
    notes = Notes(shown(path.absolute(), path.absolute().parent))
    top, tag = shared_entries(path, "entities", notes)
    read, refused = entities(top.get("entities"), notes)
    return EntitiesReading(read, tag, tuple(notes.problems), refused)


def _article(slug: str, raw: str, sha256: str, tree: Mapping, notes: Notes) -> Article | None:
    top = known_entries(tree, "", "the file", _TOP, notes)
    check_format(tree, notes)
    demand(tree, "the file", ("article",), notes)
    article = top.get("article")
    about = known_entries(article, "", "article", KEYS, notes)
    text = masked_text(raw, about.get("furniture"), notes)
    found = document(slug, text, sha256, article, about, notes) if isinstance(article, Mapping) else None
    own, refused = entities(top.get("entities"), notes)
    publisher = about.get("publisher")
    desk = Desk(
        text,
        publisher.text.strip() if isinstance(publisher, Scalar) else None,
        notes,
    )
    named = named_chains(top.get("chains"), frozenset(entity.id for entity in own), desk)
    read = statements(top.get("statements"), named, desk)
    if isinstance(publisher, Scalar) and not read:
        _tell_if_all_disagree(publisher, notes)
    mentioned = mentions(top.get("mentions"), text, notes)
    _tell_if_changed(about.get("sha256"), sha256, notes)
    return Article(found, own, mentioned, read, refused) if found else None


def check_format(tree: Mapping, notes: Notes) -> None:
    """Report a file that does not begin with the format that this version reads."""
    node = tree.get("format")
    if not tree.has("format"):
        notes.add(tree.line, "", "format", "the file must begin with format: 1")
    elif node is not None and not (isinstance(node, Scalar) and node.text == "1"):
        notes.add(node.line, "", "format", "expected format: 1; this version reads no other")


def _tell_if_all_disagree(publisher: Scalar, notes: Notes) -> None:
    """Where no statement could be read, tell of the publisher once, not again for each chain."""
    wrong = [problem for problem in notes.problems if problem.rule == "publisher"]
    if len(wrong) > 1:
        notes.problems = [problem for problem in notes.problems if problem.rule != "publisher"]
        message = f"{len(wrong)} chains begin with another voice than the publisher {publisher.text}, and none with it"
        notes.add(publisher.line, "", "publisher", message)


def _tell_if_changed(node: Node | None, sha256: str, notes: Notes) -> None:
    """Tell it once for the text as a whole, not again for each of the words that moved with it."""
    if node is None or (isinstance(node, Scalar) and node.text == sha256):
        return
    moved = [problem for problem in notes.problems if problem.rule == "stale"]
    notes.problems = [problem for problem in notes.problems if problem.rule != "stale"]
    message = "the text has changed since it was anchored"
    if moved:
        parts = f"the words of {len(moved)} quotes or cues are not where at: says"
        notes.add(node.line, "", "stale", f"{message}: {parts}: run kg anchor, and read them in their new place")
    else:
        notes.add(node.line, "", "stale", f"{message}: run kg anchor", "warning")
