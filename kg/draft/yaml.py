"""Printing drafted statements in the form of claims.yaml, for a curator to go on with."""

import json
import re
from collections.abc import Iterable

from kg.draft.quotes import DraftStatement

_BREAKS = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")


def to_yaml(drafts: Iterable[DraftStatement], publisher: str) -> str:
    """The drafts as `statements:` with `status: draft`, offsets filled in and `says` left to the curator.

    `publisher` is the id of the outermost voice. A voice's id is made of its name; its entity is yet to be written.
    """
    lines = ["statements:"]
    for number, draft in enumerate(drafts, 1):
        lines += [f"  quote-{number}:", *_entry(draft, publisher)]
    return "\n".join(lines) + "\n" if len(lines) > 1 else "statements: {}\n"


def _entry(draft: DraftStatement, publisher: str) -> Iterable[str]:
    if not draft.closed:
        yield "    # its quotation mark never closes: the voice may end earlier"
    yield f"    quote: {_quoted(draft.quote)}"
    yield f"    at: {draft.span[0]}-{draft.span[1]}"
    voice = _identifier(draft.voice or "")
    if voice and draft.cue and draft.cue_words:
        link = f"{{voice: {voice}, cue: {_quoted(draft.cue_words)}, at: {draft.cue[0]}-{draft.cue[1]}}}"
        yield f"    chain: [{publisher}, {link}]"
    else:
        yield f"    chain: [{publisher}]  # who speaks?"
    yield "    wording: direct"
    yield "    status: draft"


def _quoted(text: str) -> str:
    """A double-quoted scalar: JSON's, with the characters escaped that YAML would fold or refuse."""
    escaped = json.dumps(text, ensure_ascii=False)
    return _BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", escaped)


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower().replace("’", "").replace("'", "")).strip("-")
