"""`data.nq` is made from its parent's and the change, and is what sorting everything would give."""

import random

import pytest
from pyoxigraph import Literal, Quad

from kg.store import nquads

from .support import iri


def quads(dice, count):
    return {
        Quad(iri(f"s{dice.randrange(300)}"), iri("p"), Literal("w" * dice.randrange(50)), iri(f"g{dice.randrange(9)}"))
        for _ in range(count)
    }


@pytest.mark.parametrize("block", [1, 500, 256 * 1024])
@pytest.mark.parametrize("seed", range(5))
def test_merging_gives_what_sorting_gives(tmp_path, monkeypatch, block, seed):
    monkeypatch.setattr(nquads, "_BLOCK", block)
    dice = random.Random(seed)
    held: set[Quad] = set()
    parent = None
    for step, size in enumerate([400, 3, 0, 200]):
        removed = set(dice.sample(sorted(held, key=str), min(size, len(held))))
        added = quads(dice, size) - held
        held = held - removed | added
        target = tmp_path / f"{step}.nq"
        nquads.write(target, parent, nquads.lines(added), nquads.lines(removed))
        lines = [f"{quad} .\n".encode() for quad in held]
        assert target.read_bytes() == b"".join(sorted(lines, key=lambda line: (line.rsplit(b" ", 2)[1], line)))
        parent = target
    nquads.write(tmp_path / "empty.nq", parent, (), nquads.lines(held))
    assert (tmp_path / "empty.nq").read_bytes() == b""
