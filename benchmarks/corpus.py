"""A synthetic corpus as curators' files: `python benchmarks/corpus.py --articles 2000 DIR`.

All people, places, groups and outlets are made of meaningless syllables. Articles come in blocks of twenty that share
a province: its towns, armed groups, people, posts and events. So an article is the same in a corpus of any size, and
the events of one are told, and denied, in others. Outlets and what they relay are shared by all. An article is about
550 quads of the built record, findings included.
"""

import argparse
import hashlib
import json
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

BLOCK = 20  # articles that share a province
OUTLETS = 40
SYLLABLES = (
    ("ba", "با", "ба"), ("ru", "رو", "ру"), ("mi", "مي", "ми"), ("ta", "تا", "та"), ("sho", "شو", "шо"),
    ("na", "نا", "на"), ("li", "لي", "ли"), ("fa", "فا", "фа"), ("za", "زا", "за"), ("ku", "كو", "ку"),
    ("de", "دي", "де"), ("ha", "ها", "ха"), ("jo", "جو", "джо"), ("sa", "سا", "са"), ("wi", "وي", "ви"),
    ("qa", "قا", "ка"), ("mo", "مو", "мо"), ("ne", "ني", "не"), ("ri", "ري", "ри"), ("da", "دا", "да"),
)  # fmt: skip
VIOLENCE = ("shooting", "attack", "raid", "arrest", "abduction", "killing", "clash", "crackdown")
MEANS = ("firearms", "live-ammunition", "tear-gas", "batons", "vehicles", "explosives")
SUPPORT = ("backing", "funding", "arms", "training", "control")
FILLER = (
    "Shops in the centre stayed shut for most of the day.",
    "The road to the north was reported open again by the evening.",
    "A curfew has been in force in parts of the province since last month.",
    "Telephone lines in the area were down for several hours.",
    "Residents said the market would reopen when the streets were calm.",
)


@dataclass(frozen=True)
class Name:
    """One name in three scripts, and as others spell it."""

    latin: str
    arabic: str
    cyrillic: str
    variant: str

    @classmethod
    def of(cls, rng: random.Random, words: int = 2) -> "Name":
        picked = [[rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3, 3)))] for _ in range(words)]
        scripts = [" ".join("".join(s[script] for s in word) for word in picked) for script in range(3)]
        latin = scripts[0].title()
        variant = latin.replace("ou", "u").replace("q", "k").replace("sh", "sch").replace("i", "y")
        return cls(latin, scripts[1], scripts[2].title(), variant if variant != latin else latin + "h")


@dataclass
class Province:
    """What the articles of one block share."""

    number: int
    name: Name
    towns: list[tuple[str, Name]]
    groups: list[tuple[str, Name]]
    people: list[tuple[str, Name]]
    posts: list[tuple[str, Name]]
    events: list[tuple[str, str, int]]  # id, type, town
    start: date

    @classmethod
    def of(cls, seed: int, number: int) -> "Province":
        rng = random.Random(f"{seed}:province:{number}")

        def several(what: str, count: int, words: int) -> list[tuple[str, Name]]:
            return [(f"{what}-{number}-{i}", Name.of(rng, words)) for i in range(count)]

        events = [(f"event-{number}-{i}", rng.choice(VIOLENCE), i % 3) for i in range(6)]
        start = date(2012, 1, 1) + timedelta(days=rng.randrange(4000))
        parts = several("town", 3, 1), several("group", 4, 1), several("person", 12, 2), several("post", 3, 1)
        return cls(number, Name.of(rng, 1), *parts, events, start)

    def entities(self) -> list[str]:
        """Their entries in the file that articles share."""
        place = f"province-{self.number}"
        lines = [_entity(place, "Region", f"{self.name.latin} province", self.name)]
        lines += [_entity(key, "Settlement", name.latin, name) for key, name in self.towns]
        kinds = ("Militia", "SecurityForce", "MilitaryUnit", "ArmedGroup")
        lines += [
            _entity(key, kind, f"{name.latin} Brigade", name)
            for kind, (key, name) in zip(kinds, self.groups, strict=True)
        ]
        lines += [_entity(key, "Person", name.latin, name) for key, name in self.people]
        for key, name in self.posts:
            lines.append(_plain(key, "Post", f"Governor of {name.latin}", "singleSeat: true"))
        for key, kind, town in self.events:
            label = f"{kind.title()} in {self.towns[town][1].latin} ({key})"
            lines.append(_plain(key, "Event", label))
        return lines


def outlets(seed: int) -> list[tuple[str, Name]]:
    rng = random.Random(f"{seed}:outlets")
    return [(f"outlet-{i}", Name.of(rng, 1)) for i in range(OUTLETS)]


def write(folder: Path, articles: int, seed: int = 1) -> None:
    """Write the files of a corpus into a folder that is new or empty."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder}: expected a new or empty folder")
    press = outlets(seed)
    shared = ["format: 1", "language: en", "", "entities:"]
    shared.append(_plain("curators", "Organization", "Curators"))
    shared += [_entity(key, "MediaOutlet", f"{name.latin} News", name) for key, name in press]
    for number in range((articles + BLOCK - 1) // BLOCK):
        province = Province.of(seed, number)
        shared += province.entities()
        for index in range(number * BLOCK, min(articles, (number + 1) * BLOCK)):
            _write_article(folder, seed, index, province, press)
    (folder / "entities.yaml").write_text("\n".join(shared) + "\n", "utf-8")


def _plain(key: str, kind: str, label: str, more: str = "") -> str:
    return f"  {key}: {{is: {kind}, label: {json.dumps(label)}{', ' + more if more else ''}}}"


def _entity(key: str, kind: str, label: str, name: Name) -> str:
    forms = (
        ("en", name.latin, "full", "Latn"),
        ("en", name.variant, "short", "Latn"),
        ("ar", name.arabic, "full", "Arab"),
        ("ru", name.cyrillic, "full", "Cyrl"),
    )
    lines = [f"  {key}:", f"    is: {kind}", f"    label: {json.dumps(label)}", "    hasName:"]
    lines += [
        f"      - {{nameForm: {{{tag}: {_quoted(text)}}}, nameKind: {how}, script: {script}}}"
        for tag, text, how, script in forms
    ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@dataclass
class Draft:
    """An article's text as it grows, and the statements that quote it."""

    text: str = ""
    statements: list[str] = field(default_factory=list)

    def add(self, words: str, end: str = " ") -> str:
        """Append words; where they stand, as `start-end`."""
        start = len(self.text)
        self.text += words + end
        return f"{start}-{start + len(words)}"

    def state(self, key: str, quote: tuple[str, str], chain: str, says: list[str], more: tuple[str, ...] = ()) -> None:
        """Add a statement; `quote` is the words and where they stand."""
        lines = [f"  {key}:", f"    quote: {_quoted(quote[0])}", f"    at: {quote[1]}", f"    chain: {chain}"]
        self.statements += [*lines, *(f"    {line}" for line in more), "    says:", *(f"      - {s}" for s in says)]


def _write_article(root: Path, seed: int, index: int, province: Province, press: list[tuple[str, Name]]) -> None:
    rng = random.Random(f"{seed}:article:{index}")
    folder = root / f"article-{index:06}"
    folder.mkdir()
    text, claims = Story(rng, index, province, press).told()
    data = text.encode()
    (folder / "article.txt").write_bytes(data)
    (folder / "claims.yaml").write_text(claims.replace("SHA256", hashlib.sha256(data).hexdigest()), "utf-8")


class Story:
    """One article: a headline, an event as witnesses and a spokesman have it, and who leads, holds and backs whom."""

    def __init__(self, rng: random.Random, index: int, province: Province, press: list[tuple[str, Name]]):
        self.rng, self.index, self.province, self.draft = rng, index, province, Draft()
        weights = [1 / (i + 1) for i in range(len(press))]  # few outlets publish most
        self.publisher, self.agency = rng.choices(press, weights)[0], rng.choices(press[::-1], weights)[0]
        self.day = province.start + timedelta(days=rng.randrange(60))
        self.event, self.kind, town = rng.choice(province.events)
        self.town = province.towns[town]
        self.group = rng.choice(province.groups)
        self.officer, self.spokesman = rng.sample(province.people, 2)
        self.witnesses = f"witnesses-{index}"

    def told(self) -> tuple[str, str]:
        """The article's text, and its claims with `SHA256` in place of the text's hash."""
        title = f"{self.kind.title()} reported in {self.town[1].latin}, brigade of {self.group[1].latin} blamed"
        title_at = self.draft.add(title, "\n")
        dateline = f"{self.province.name.latin}, {self.day:%d %B %Y}"
        self.draft.add(dateline, "\n\n")
        self._headline(title, title_at)
        for step in (self._witnesses, self._denial, self._casualties, self._command, self._post, self._support,
                     self._position, self._naming, self._relayed):  # fmt: skip
            step()
            self.draft.add(self.rng.choice(FILLER), "\n\n")
        return self.draft.text, "\n".join(self._head(title, dateline) + self.draft.statements) + "\n"

    def _head(self, title: str, dateline: str) -> list[str]:
        witnesses = (
            f"is: Collective, label: Witnesses of article {self.index}, placeholder: true, anonymousSource: true"
        )
        return [
            "format: 1",
            "article:",
            f"  title: {_quoted(title)}",
            f"  publisher: {self.publisher[0]}",
            f'  published: "{self.day}"',
            "  language: en",
            f"  dateline: {_quoted(dateline)}",
            "  sha256: SHA256",
            "entities:",
            f"  {self.witnesses}: {{{witnesses}}}",
            "mentions:",
            f"  {self.town[0]}: [{self.town[1].latin}]",
            f"  {self.officer[0]}: [{self.officer[1].latin}]",
            "statements:",
        ]

    def _date(self, offset: int = 0) -> str:
        return f'when: {{on: "{self.day - timedelta(days=offset)}"}}'

    def _headline(self, title: str, at: str) -> None:
        says = [f"Event: {{event: {self.event}, ofType: {self.kind}, atPlace: {self.town[0]}}}"]
        self.draft.state("headline", (title, at), f"[{self.publisher[0]}]", says)

    def _witnesses(self) -> None:
        means = self.rng.choice(MEANS)
        cue = f"Witnesses in {self.town[1].latin} told {self.agency[1].latin} News that"
        cue_at = self.draft.add(cue)
        words = f"fighters of the {self.group[1].latin} Brigade came with {means.replace('-', ' ')} on that day"
        quote = words, self.draft.add(words, ". ")
        place = self.rng.choice((f", atPlace: {self.town[0]}", ""))
        says = [
            f"Event: {{event: {self.event}, ofType: {self.kind}, means: {means}{place}}}",
            f"Event: {{event: {self.event}, participant: {self.group[0]}, inRole: perpetrator}}",
        ]
        link = f"{{voice: {self.witnesses}, cue: {_quoted(cue)}, at: {cue_at}}}"
        chain = f"[{', '.join(dict.fromkeys((self.publisher[0], self.agency[0])))}, {link}]"
        self.draft.state("witnesses", quote, chain, says, ("wording: indirect", self._date(1)))

    def _denial(self) -> None:
        words = f"Nobody of the {self.group[1].latin} Brigade had any part in it"
        quote = words, self.draft.add(words, ", ")
        cue = f"said {self.spokesman[1].latin}, who speaks for the brigade"
        link = f"{{voice: {self.spokesman[0]}, cue: {_quoted(cue)}, at: {self.draft.add(cue, '. ')}}}"
        says = [f"Event: {{event: {self.event}, participant: {self.group[0]}, inRole: perpetrator}}"]
        more = ("wording: indirect", "polarity: negated")
        self.draft.state("denial", quote, f"[{self.publisher[0]}, {link}]", says, more)

    def _casualties(self) -> None:
        victim = self.rng.choice(self.province.people)
        role = self.rng.choice(("injured", "detained", "abducted", "released"))
        words = f"{victim[1].latin} was among the {role} in {self.town[1].latin}"
        quote = words, self.draft.add(words, ". ")
        says = [f"Event: {{event: {self.event}, participant: {victim[0]}, inRole: {role}}}"]
        modality = self.rng.choice(("certain", "certain", "probable"))
        self.draft.state("casualties", quote, f"[{self.publisher[0]}]", says, (f"modality: {modality}",))

    def _command(self) -> None:
        capacity = self.rng.choice(("commander-in-full", "head", "deputy"))
        since = self.day - timedelta(days=self.rng.randrange(30, 900))
        words = f"{self.officer[1].latin} has led the {self.group[1].latin} Brigade since {since:%B %Y}"
        quote = words, self.draft.add(words, ". ")
        roles = f"commander: {self.officer[0]}, commandedGroup: {self.group[0]}, inCapacity: {capacity}"
        when = f'when: {{written: "since {since:%B %Y}", from: "{since:%Y-%m}"}}'
        self.draft.state("command", quote, f"[{self.publisher[0]}]", [f"Command: {{{roles}}}"], (when,))

    def _post(self) -> None:
        seat = self.rng.randrange(len(self.province.posts))
        post, name = self.province.posts[seat]
        holder = self.rng.choice(self.province.people[2 * seat : 2 * seat + 2])
        until = self.day - timedelta(days=self.rng.randrange(200))
        since = until - timedelta(days=self.rng.randrange(100, 700))
        words = f"The governor of {name.latin} from {since} to {until}, {holder[1].latin}"
        quote = words, self.draft.add(words, " declined to comment. ")
        when = f'when: {{from: "{since}", to: "{until}"}}'
        says = [f"Post: {{postHolder: {holder[0]}, postHeld: {post}}}"]
        self.draft.state("post", quote, f"[{self.publisher[0]}]", says, ("speechAct: presupposed", when))

    def _support(self) -> None:
        supporter = self.rng.choice([g for g in self.province.groups if g != self.group])
        form = self.rng.choice(SUPPORT)
        words = f"The {supporter[1].latin} Brigade gives {form} to the {self.group[1].latin} Brigade"
        quote = words, self.draft.add(words, ". ")
        roles = f"supporter: {supporter[0]}, supported: {self.group[0]}, supportForm: {form}"
        chain = list(dict.fromkeys((self.publisher[0], self.agency[0])))
        more = ("wording: indirect",) if len(chain) > 1 else ()
        self.draft.state("support", quote, f"[{', '.join(chain)}]", [f"Support: {{{roles}}}"], more)

    def _position(self) -> None:
        town = self.rng.choice(self.province.towns)
        self.draft.add("According to the witnesses,")
        words = f"{self.officer[1].latin} was in {town[1].latin} on {self.day}"
        quote = words, self.draft.add(words, ". ")
        says = [f"Positioning: {{positioned: {self.officer[0]}, position: {town[0]}}}"]
        chain = f"[{self.publisher[0]}, {self.witnesses}]"
        self.draft.state("position", quote, chain, says, ("wording: indirect", self._date()))

    def _naming(self) -> None:
        name = self.officer[1]
        words = f"{name.latin} ({name.arabic})"
        quote = words, self.draft.add(words, " is the name on the list. ")
        form = f"{{nameForm: {{ar: {_quoted(name.arabic)}}}, nameKind: full, script: Arab}}"
        says = [f"Naming: {{named: {self.officer[0]}, bearsName: {form}}}"]
        self.draft.state("naming", quote, f"[{self.publisher[0]}]", says)

    def _relayed(self) -> None:
        words = f"the {self.kind} in {self.town[1].latin} had been ordered by {self.officer[1].latin}"
        cue = f"A cousin of {self.spokesman[1].latin} was quoted by {self.agency[1].latin} News as saying that"
        cue_at = self.draft.add(cue)
        quote = words, self.draft.add(words, ". ")
        says = [f"Event: {{event: {self.event}, participant: {self.officer[0]}, inRole: organizer}}"]
        link = f"{{voice: {self.spokesman[0]}, cue: {_quoted(cue)}, at: {cue_at}}}"
        chain = f"[{', '.join(dict.fromkeys((self.publisher[0], self.agency[0])))}, {link}]"
        self.draft.state("relayed", quote, chain, says, ("wording: indirect", "modality: possible"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="DIR", help="new or empty; for kg build --articles DIR")
    parser.add_argument("--articles", type=int, default=200, help="20, 200, 2000: about 10k, 100k, 1M quads")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.folder, given.articles, given.seed)


if __name__ == "__main__":
    main()
