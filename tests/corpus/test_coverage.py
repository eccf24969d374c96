from pathlib import Path

import pytest

from kg.corpus.coverage import coverage
from tests.conftest import CLAIMS, TEXT, Project

from kg.corpus.claims import read_article  # isort: skip


def found(project: Project, claims: str = CLAIMS, text: str = TEXT):
    project.write(claims, text=text)
    article = read_article(project.folder).article
    assert article is not None
    return coverage(article)


def test_what_no_claim_accounts_for_is_listed_with_its_line(project: Project) -> None:
    cover = found(project)
    assert [(gap.line, gap.words) for gap in cover.gaps] == [
        (3, "Norwick, 8 June 2020"),
        (3, "on Sunday"),
    ]
    assert TEXT[cover.gaps[0].start :].startswith("Norwick, 8 June")
    missing = sum(sum(c.isalnum() for c in gap.words) for gap in cover.gaps)
    assert cover.total - cover.covered == missing
    assert cover.share == pytest.approx(1 - missing / cover.total)


def test_furniture_is_not_counted(project: Project) -> None:
    plain = found(project)
    claims = CLAIMS.replace("  language: en\n", '  language: en\n  furniture: ["Read more: nothing"]\n', 1)
    assert found(project, claims, TEXT + "\nRead more: nothing\n") == plain


def test_all_of_it(project: Project) -> None:
    claims = CLAIMS.replace("  language: en\n", "  language: en\n  dateline: Norwick, 8 June 2020\n", 1)
    claims = claims.replace(
        "quote: The town guards fired on a crowd\n", "quote: The town guards fired on a crowd on Sunday\n"
    )
    cover = found(project, claims)
    assert (cover.share, cover.gaps) == (1.0, ())


def test_mentions_of_names_do_not_count(project: Project) -> None:
    mentioning = CLAIMS.replace("statements:\n", "mentions:\n  crowd: [Norwick]\nstatements:\n")
    assert found(project, mentioning) == found(project)


def test_the_command_tells_it(project: Project, tmp_path: Path) -> None:
    from tests.cli.test_cli import kg

    told = kg(project, "stats", "--gaps")
    assert told.returncode == 0, told.stderr
    first, *gaps = told.stdout.splitlines()
    assert first.startswith("norwick: 3 statements, 3 voices, ")
    assert gaps == ["  line 3: Norwick, 8 June 2020", "  line 3: on Sunday"]
