"""The events of YAML's two parsers: one in C, twenty times as fast, and the one whose messages curators are told.

Both tell the same of a text, in the same places, but for what `quick_events` does not vouch for.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml import events as exact

Event = Any  # of either parser: a value, style, anchor, tag, and the marks where it starts and ends
ALIAS = (exact.AliasEvent, yaml.AliasEvent)
COLLECTION_END = (exact.CollectionEndEvent, yaml.CollectionEndEvent)
COLLECTION_START = (exact.CollectionStartEvent, yaml.CollectionStartEvent)
DOCUMENT_START = (exact.DocumentStartEvent, yaml.DocumentStartEvent)
MAPPING_START = (exact.MappingStartEvent, yaml.MappingStartEvent)
NODE = (exact.NodeEvent, yaml.NodeEvent)
SCALAR = (exact.ScalarEvent, yaml.ScalarEvent)
# What the one takes and the other does not: tabs, byte order marks, a key in quotation marks with no space before its
# value, a comment at once after the head of a block, a block that begins with an empty line. And ends of line that only
# one counts.
_UNSURE = re.compile(
    r"""[\t\x85\u2028\u2029\ufeff\ud800-\udfff] | ["']:\S | [|>][-+0-9]*\# | [|>][^\n]*\n[ ]*\r?\n""", re.VERBOSE
)


class Unsure(Exception):
    """The quick parser refuses the text, or might read something in it otherwise than the other."""


def events(text: str) -> Iterator[Event]:
    """What a text holds, in its order; raises what ruamel.yaml raises."""
    yield from YAML(typ="safe", pure=True).parse(text)


def quick_events(text: str) -> Iterator[Event]:
    """The same; raises Unsure."""
    if not yaml.__with_libyaml__ or _UNSURE.search(text):
        raise Unsure
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.ScalarEvent) and not (event.value or event.style):
                raise Unsure  # where nothing was typed, each puts it in another place
            yield event
    except yaml.YAMLError as error:
        raise Unsure from error
