"""Names of earlier generations."""

from pathlib import Path

from kg.store.generations import Generations
from kg.store.past import names_before

BASE = "https://example.org/id/"


def kept(root: Path, number: int, *lines: str) -> None:
    folder = root / "generations" / str(number)
    folder.mkdir(parents=True)
    (folder / "data.nq").write_text("".join(f"{line} .\n" for line in lines), "utf-8")


def test_subjects_and_graphs_count_with_the_newest_generation_and_words_do_not(tmp_path: Path) -> None:
    kept(
        tmp_path,
        1,
        f"<{BASE}old> <http://x/p> <{BASE}other> <{BASE}graph.a>",
        f'<{BASE}b> <http://x/p> "<{BASE}c> ." <{BASE}graph.a>',
    )
    kept(
        tmp_path,
        3,
        f"<{BASE}b> <http://x/p> <http://x/o> <{BASE}graph.b>",
        f"<http://x/s> <{BASE}p> <http://x/o> <{BASE}graph.b>",
    )
    kept(tmp_path, 4, f"<{BASE}new> <http://x/p> <http://x/o> <{BASE}graph.c>")
    found = names_before(Generations(tmp_path), 4, BASE)
    assert {name: found[name] for name in ("old", "b", "graph.a", "graph.b")} == {
        "old": 1,
        "b": 3,
        "graph.a": 1,
        "graph.b": 3,
    }
    assert "c" not in found
    assert "new" not in found


def test_no_more_is_read_than_allowed_newest_first(tmp_path: Path) -> None:
    kept(tmp_path, 1, f"<{BASE}old> <http://x/p> <http://x/o> <{BASE}g>")
    kept(tmp_path, 2, f"<{BASE}late> <http://x/p> <http://x/o> <{BASE}g>")
    assert names_before(Generations(tmp_path), 3, BASE, most=10) == {"late": 2, "g": 2}
