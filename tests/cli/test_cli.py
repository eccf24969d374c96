"""The commands, run as a user runs them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg.cli import COMMANDS
from tests.conftest import CLAIMS, Project
from tests.live import environment

ROOT = Path(__file__).resolve().parents[2]


def kg(project: Project, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    s = project.settings
    env = environment(articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=s.data)
    command = [sys.executable, "-m", "kg", *arguments]
    return subprocess.run(command, env=env, cwd=project.root, capture_output=True, text=True, check=False, input=stdin)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_has_help_with_examples(project: Project, name: str) -> None:
    shown = kg(project, name, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "Examples:" in shown.stdout


def test_the_group_lists_every_command_and_the_exit_codes(project: Project) -> None:
    shown = kg(project, "--help").stdout
    assert all(name in shown for name in COMMANDS)
    assert "Exit codes: 0 ok, 1 findings, 2 usage, 3 input unreadable, 4 store or endpoint unavailable." in shown


def test_help_imports_nothing_heavy() -> None:
    script = "import sys; sys.argv = ['kg', '--help']\nfrom kg.cli import main\ntry: main()\nexcept SystemExit: pass\nprint(sorted(m for m in ('rdflib', 'pyshacl', 'pyoxigraph', 'flask', 'ruamel.yaml', 'owlready2', 'granian') if m in sys.modules), file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"


def test_each_command_is_in_the_docs() -> None:
    told = "".join(p.read_text("utf-8") for p in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert [name for name in COMMANDS if f"kg {name}" not in told] == []


def test_build_tells_what_it_did_and_is_quick_to_see_that_nothing_changed(project: Project) -> None:
    first = kg(project, "build")
    assert first.returncode == 0, first.stderr
    assert first.stdout == ""
    assert first.stderr.startswith("Generation 1: 1 article, 3 statements, ")
    assert "0 violations" in first.stderr
    assert kg(project, "build").stderr == "Nothing has changed since the last build.\n"


def test_validate_prints_one_line_for_each_problem(project: Project) -> None:
    line = project.edit("inRole: injured", "inRole: injurd")
    told = kg(project, "validate", "norwick")
    assert told.returncode == 1
    assert (
        told.stdout
        == f"articles/norwick/claims.yaml:{line}: statement denial: unknown Role 'injurd'; did you mean injured?\n"
    )
    assert told.stderr == "1 violation, 0 warnings\n"


def test_validate_of_no_such_article(project: Project) -> None:
    told = kg(project, "validate", "nowhere")
    assert (told.returncode, told.stdout) == (2, "")
    assert "no article 'nowhere'" in told.stderr


def test_anchor_writes_offsets_once(project: Project) -> None:
    first = kg(project, "anchor")
    assert first.returncode == 0, first.stdout
    assert "filled" in first.stderr
    once = project.claims.read_bytes()
    assert b"at: " in once
    second = kg(project, "anchor", "norwick")
    assert "not touched" in second.stderr
    assert project.claims.read_bytes() == once
    assert kg(project, "build").returncode == 0


def test_query_here(project: Project) -> None:
    assert kg(project, "build").returncode == 0
    text = "SELECT ?words { ?p <https://w3id.org/attest/ontology#exact> ?words FILTER(STRSTARTS(?words, 'Nobody')) }"
    assert kg(project, "query", text, "--format", "csv").stdout.splitlines() == ["words", "Nobody was hurt"]
    bindings = json.loads(kg(project, "query", "-f", "-", "--format", "json", stdin=text).stdout)["results"]["bindings"]
    assert bindings[0]["words"]["value"] == "Nobody was hurt"
    table = kg(project, "query", text).stdout
    assert "| Nobody was hurt |" in table
    assert kg(project, "query", "ASK {}").stdout == "true\n"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "expected a query"),
        (("-f", "missing.rq"), 3, "missing.rq"),
        (("SELECT * {",), 2, "line 1, column 11"),
        (("ASK {}", "--endpoint", "http://127.0.0.1:1/sparql"), 4, "127.0.0.1:1"),
        (("ASK {}", "--data", "empty"), 4, "run `kg build`"),
        (("ASK {}", "--format", "png"), 2, "png"),
    ],
)
def test_query_errors(project: Project, arguments: tuple[str, ...], code: int, sentence: str) -> None:
    assert kg(project, "build").returncode == 0
    told = kg(project, "query", *arguments)
    assert told.returncode == code, told.stderr
    assert sentence in told.stderr
    assert told.stdout == ""


def test_export_is_sorted_and_reifies_only_when_asked(project: Project) -> None:
    project.write(
        CLAIMS.replace(
            "says: {Event: {event: shooting, participant: crowd, inRole: injured}}",
            "says: {Command: {commander: captain, commandedGroup: guards, inCapacity: head}}",
        )
    )
    assert kg(project, "build").returncode == 0
    plain, twelve = kg(project, "export").stdout, kg(project, "export", "--rdf12").stdout
    assert plain.splitlines() == sorted(plain.splitlines())
    assert "reifies" not in plain
    added = set(twelve.splitlines()) - set(plain.splitlines())
    assert added
    assert all("#reifies> <<( " in line for line in added)
    base = "https://w3id.org/attest/id/"
    commands = f"<<( <{base}captain> <https://w3id.org/attest/ontology#commands> <{base}guards> )>>"
    assert len([line for line in added if commands in line]) == 1


def test_an_unknown_setting_in_the_file_is_told(project: Project) -> None:
    (project.root / "kg.toml").write_text("prot = 1\n", "utf-8")
    told = kg(project, "build")
    assert (told.returncode, "unknown setting prot" in told.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "value", "code", "sentence"),
    [
        ("articles", "nope", 3, "nope: expected a folder of articles"),
        ("ontology", "nope", 3, "nope: expected a folder of Turtle files (*.ttl), found none"),
        ("shapes", "nope", 3, "nope: expected a folder of Turtle files (*.ttl), found none"),
        ("data", "/proc/nope", 4, "/proc/nope: No such file or directory"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told(
    project: Project, name: str, value: str, code: int, sentence: str
) -> None:
    s = project.settings
    folders = {"articles": s.articles, "ontology": s.ontology, "shapes": s.shapes, "data": s.data, name: value}
    command = [sys.executable, "-m", "kg", "build"]
    told = subprocess.run(
        command, env=environment(**folders), cwd=project.root, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr.strip()) == (
        code,
        f"kg: {sentence}" + (": No such file or directory" if name == "articles" else ""),
    )


WRONG = """\
@prefix at: <https://w3id.org/attest/ontology#> .
<https://w3id.org/attest/id/mayor> a at:Place .
"""


@pytest.mark.parametrize("java", [True, False], ids=["java", "no-java"])
def test_check_finds_the_corpus_consistent_and_explains_a_contradiction(project: Project, java: bool) -> None:
    if java and shutil.which("java") is None:
        pytest.skip("the OWL reasoner needs Java, and there is none here")
    options = [] if java else ["--no-java"]
    told = kg(project, "check", *options)
    assert (told.returncode, told.stdout) == (0, ""), told.stderr
    (project.root / "ontology" / "wrong.ttl").write_text(WRONG, "utf-8")
    told = kg(project, "check", *options)
    assert told.returncode == 1
    assert told.stdout.startswith("articles/entities.yaml:5: entity mayor: cannot be so: ")
    assert "wrong.ttl:2" in told.stdout


def test_check_without_java_says_so(project: Project) -> None:
    s = project.settings
    env = environment(articles=s.articles, ontology=s.ontology, shapes=s.shapes, data=s.data) | {"PATH": "/nowhere"}
    command = [sys.executable, "-m", "kg", "check"]
    told = subprocess.run(command, env=env, cwd=project.root, capture_output=True, text=True, check=False)
    assert (told.returncode, "Java" in told.stderr) == (0, True), told.stderr
