"""What search engines and link previews read in a page: schema.org as JSON-LD, without any claim as fact."""

from collections.abc import Sequence

from kg.web.claims import Claim
from kg.web.ids import Thing

TYPES = (  # the first that fits
    ("Person", "Person"),
    ("MediaOutlet", "NewsMediaOrganization"),
    ("GovernmentBody", "GovernmentOrganization"),
    ("Organization", "Organization"),
    ("Place", "Place"),
    ("Event", "Event"),
    ("Work", "CreativeWork"),
)


def schema_org(iri: str, thing: Thing, label: str, names: Sequence[str]) -> dict[str, object]:
    """A thing by its label and names alone."""
    kind = next((theirs for ours, theirs in TYPES if thing.is_a(ours)), "Thing")
    others = [name for name in names if name != label]
    made: dict[str, object] = {"@context": "https://schema.org", "@type": kind, "@id": iri, "name": label}
    return made | ({"alternateName": others} if others else {})


def schema_org_claim(claim: Claim) -> dict[str, object]:
    """A statement as a Claim: its words, who holds it and who published it."""
    return {
        "@context": "https://schema.org",
        "@type": "Claim",
        "@id": claim.iri,
        "text": " … ".join(passage.exact for passage in claim.passages),
        "author": {"@type": "Thing", "@id": claim.voice.agent.iri, "name": claim.voice.agent.text},
        "appearance": {"@type": "NewsArticle", "@id": claim.passages[0].document},
        "publisher": {"@type": "Thing", "@id": claim.chain[0].agent.iri, "name": claim.chain[0].agent.text},
    }
