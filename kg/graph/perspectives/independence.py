"""Which voices are independent of each other: those whose chains share nothing but the publisher."""

from collections.abc import Callable, Iterable
from functools import cache

from pyoxigraph import NamedNode

from kg.graph.perspectives.said import Said, nodes
from kg.graph.recorded import Recorded
from kg.vocab import AT

Apart = Callable[[NamedNode, NamedNode], bool]


def independent_voices(said: Iterable[Said], least: int) -> int:
    """How many voices of these statements of one thing are independent, each of each other; counted up to `least`.

    Two voices are independent where each has a statement of which the chains share no voice but the publisher, point
    to no work in common, neither has its evidence from the other, and a curator does not hold the two for one.
    """
    by_voice: dict[NamedNode, list[Said]] = {}
    for one in said:
        if one.voice is not None:
            by_voice.setdefault(one.voice, []).append(one)
    voices = sorted(by_voice, key=str)

    @cache
    def apart(one: NamedNode, other: NamedNode) -> bool:
        return any(are_independent(a, b) for a in by_voice[one] for b in by_voice[other])

    size = min(1, len(voices))
    while size < least and _can_choose(voices, apart, size + 1, ()):
        size += 1
    return size


def are_independent(one: Said, other: Said) -> bool:
    """True when the chains of two statements, of two voices, share nothing but the publisher."""
    if one.voice is None or other.voice is None or _share_a_voice(one, other):
        return False
    works = [frozenset(work for link in said.chain for work in link.basis) for said in (one, other)]
    if not works[0].isdisjoint(works[1]) or _perhaps_one(one.record, one.voice, other.voice):
        return False
    return not (_given(one.record, works[0], other.voice) or _given(one.record, works[1], one.voice))


def _share_a_voice(one: Said, other: Said) -> bool:
    """True when both pass through a voice that is not the publisher of both, or one passes on the other."""
    voices = (one.voice, other.voice)
    pairs = ((a, b) for a in one.chain for b in other.chain if a.agent == b.agent)
    return any(a.depth > 0 or b.depth > 0 or a.agent in voices for a, b in pairs)


def _perhaps_one(record: Recorded, one: NamedNode, other: NamedNode) -> bool:
    pairs = ((one, other), (other, one))
    return any(record.has(a, AT.possiblySame, b) for a, b in pairs)


def _given(record: Recorded, works: Iterable[object], giver: NamedNode) -> bool:
    """True when somebody affirms that one of these works was first obtained by this voice."""
    sourcings = (q.subject for w in works for q in record.quads(None, AT.evidence, w))
    by_giver = (s for s in sourcings if record.has(s, AT.obtainedBy, giver))
    told = (q.subject for s in by_giver for q in record.quads(None, AT.expresses, s))
    return any(
        AT.affirmed in nodes(Said(record, s).values.get(AT.polarity, ())) for s in told if isinstance(s, NamedNode)
    )


def _can_choose(voices: list[NamedNode], apart: Apart, size: int, chosen: tuple[NamedNode, ...]) -> bool:
    """True when so many voices can be chosen that each two of them are apart."""
    if size == 0:
        return True
    return any(
        all(apart(other, voice) for other in chosen)
        and _can_choose(voices[place + 1 :], apart, size - 1, (*chosen, voice))
        for place, voice in enumerate(voices)
    )
