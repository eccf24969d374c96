"""Setting one key of a YAML file and leaving every other byte of it alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kg.corpus.tree import Mapping, Node, Scalar, parse


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """Replace the code points from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


def apply(yaml: str, splices: Iterable[Splice]) -> str:
    """The text with all splices made; they must not overlap."""
    for splice in sorted(splices, reverse=True):
        yaml = yaml[: splice.start] + splice.text + yaml[splice.end :]
    return yaml


def setting(yaml: str, owner: Mapping, name: str, value: str, after: str) -> Splice:
    """The splice that gives `owner` the entry `name: value`: in its old place, else after the key `after`."""
    if owner.has(name):
        return _replacement(yaml, owner, name, value)
    key, node = next((key, node) for key, node in owner.entries if key.text == after)
    end = key.end if isinstance(node, Scalar) and node.empty else _end(node)
    if owner.flow:
        end = node.end if end is None else end
        return Splice(end, end, f", {name}: {value}")
    return _line(yaml, key, f"{name}: {value}", end)


def _replacement(yaml: str, owner: Mapping, name: str, value: str) -> Splice:
    key, old = next((key, node) for key, node in owner.entries if key.text == name)
    if isinstance(old, Scalar) and old.start == old.end:  # nothing was typed there
        colon = re.compile(r"\s*:").match(yaml, key.end)
        place = colon.end() if colon else key.end
        return Splice(place, place, f" {value}" if colon else f": {value}")
    end = _end(old)
    return Splice(old.start, old.end if end is None else end, value)


def _line(yaml: str, key: Scalar, entry: str, end: int | None) -> Splice:
    """A line of its own, aligned with `key`: after the line of `end`, or before the key when that is unknown."""
    indent = " " * key.column
    newline = "\r\n" if "\r\n" in yaml else "\n"
    if end is None:
        return Splice(key.start, key.start, entry + newline + indent)
    stop = yaml.find("\n", end)
    if stop < 0:
        return Splice(len(yaml), len(yaml), newline + indent + entry)
    return Splice(stop + 1, stop + 1, indent + entry + newline)


def _end(node: Node) -> int | None:
    """Where a value ends; None for | and > texts, whose end YAML puts beyond the comments that follow."""
    if isinstance(node, Scalar):
        return None if node.style in {"|", ">"} else node.end
    if node.flow:
        return node.end
    children = [value for _, value in node.entries] if isinstance(node, Mapping) else list(node.items)
    return _end(children[-1])


def is_faithful(before: Mapping, after: str, names: frozenset[str]) -> bool:
    """Whether a text still says what `before` says, but for the keys in `names`."""
    node, refusals = parse(after)
    return not refusals and node is not None and _plain(node, names) == _plain(before, names)


def _plain(node: Node, without: frozenset[str]) -> object:
    if isinstance(node, Scalar):
        return node.text, node.plain
    if isinstance(node, Mapping):
        return [(key.text, _plain(value, without)) for key, value in node.entries if key.text not in without]
    return tuple(_plain(item, without) for item in node.items)
