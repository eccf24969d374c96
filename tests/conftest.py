"""A small corpus of its own for each test that wants one, and the settings to go with it."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kg import resources
from kg.settings import Settings

TEXT = """\
Guards fire on crowd in Norwick

Norwick, 8 June 2020—The town guards fired on a crowd on Sunday, the mayor told the Gazette.

Witnesses said that the guards used tear gas. “Nobody was hurt,” the captain said.
"""

ENTITIES = """\
format: 1
language: en
entities:
  gazette: {is: MediaOutlet, label: Gazette}
  mayor: {is: Person, label: The mayor of Norwick}
  captain: {is: Person, label: The captain of the guards}
  guards: {is: SecurityForce, label: Town guards}
"""

CLAIMS = """\
format: 1
article:
  title: Guards fire on crowd in Norwick
  publisher: gazette
  published: "2020-06-08"
  language: en
entities:
  crowd: {is: Collective, label: The crowd}
  witnesses: {is: Collective, label: Witnesses, placeholder: true, anonymousSource: true}
  shooting: {is: Event, label: Shooting in Norwick}
statements:
  fired:
    quote: The town guards fired on a crowd
    chain: [gazette, {voice: mayor, cue: the mayor told the Gazette}]
    wording: indirect
    says:
      - Event: {event: shooting, participant: guards, inRole: perpetrator}
      - Event: {event: shooting, participant: crowd, inRole: victim}
    when: {written: on Sunday, on: "2020-06-07"}
  tear-gas:
    quote: the guards used tear gas
    chain: [gazette, {voice: witnesses, cue: Witnesses said that}]
    wording: indirect
    says: {Event: {event: shooting, participant: guards, inRole: perpetrator, means: tear-gas}}
  denial:
    quote: Nobody was hurt
    chain: [gazette, {voice: captain, cue: the captain said}]
    wording: direct
    polarity: negated
    says: {Event: {event: shooting, participant: crowd, inRole: injured}}
"""


@dataclass(frozen=True)
class Project:
    """A corpus with one article, copies of the ontology and the shapes, and an empty data folder."""

    root: Path
    settings: Settings

    @property
    def folder(self) -> Path:
        return self.root / "articles" / "norwick"

    @property
    def claims(self) -> Path:
        return self.folder / "claims.yaml"

    def write(self, claims: str = CLAIMS, *, slug: str = "norwick", text: str = TEXT) -> None:
        folder = self.root / "articles" / slug
        folder.mkdir(exist_ok=True)
        (folder / "article.txt").write_bytes(text.encode())
        (folder / "claims.yaml").write_text(claims, "utf-8")

    def edit(self, old: str, new: str) -> int:
        """Replace a text that stands once in claims.yaml; its line, from 1."""
        claims = self.claims.read_text("utf-8")
        assert claims.count(old) == 1, f"{old!r} stands {claims.count(old)} times"
        self.claims.write_text(claims.replace(old, new), "utf-8")
        return claims[: claims.index(old)].count("\n") + 1

    def moved(self, **changes: object) -> Settings:
        return replace(self.settings, **changes)  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return write_project(tmp_path)


def write_project(tmp_path: Path) -> Project:
    """The corpus, in a folder of its own."""
    for name in ("ontology", "shapes"):
        shutil.copytree(resources.find(name), tmp_path / name)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "entities.yaml").write_text(ENTITIES, "utf-8")
    settings = Settings(
        articles=tmp_path / "articles",
        ontology=tmp_path / "ontology",
        shapes=tmp_path / "shapes",
        data=tmp_path / "kg-data",
    )
    made = Project(tmp_path, settings)
    made.write()
    return made
