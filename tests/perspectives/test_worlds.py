"""What a policy accepts, what comes of it, and what never does."""

from pathlib import Path
from typing import Any

import pytest

from tests.perspectives.support import by, commands, generation, says, shelf, told, world, written

ALL = {"all": {"title": "All"}}
STATEMENTS: dict[str, Any] = {
    "own": commands("captain", "guards"),
    "radio-own": by("radio", **commands("captain", "guards")),
    "mayor-by-radio": by("mayor", "radio", **says("Membership", member="sergeant", group="guards")),
    "likely": by("mayor", modality="probable", **commands("mayor", "band")),
    "presupposed": by("mayor", speechAct="presupposed", **says("Part", part="guards", whole="band")),
    "denied": by("mayor", polarity="negated", **commands("sergeant", "guards")),
    # never facts
    "ordered": {"speechAct": "ordered", **says("Membership", member="captain", group="band")},
    "intended": {"modality": "intended", **says("Membership", member="mayor", group="band")},
    "disputed": {"modality": "disputed", **says("Membership", member="mayor", group="guards")},
    "limited": says("Membership", member="sergeant", group="band", condition="if he is let go"),
    "judged": says("Characterization", characterized="guards", asWhat="brutal"),
    "deputy": says("Command", commander="sergeant", commandedGroup="band", inCapacity="deputy"),
    "draft": {"status": "draft", **says("Part", part="band", whole="guards")},
}  # fmt: skip
CASES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "everything that is usual": (
        {},
        {
            "accepted captain commands guards",
            "accepted sergeant memberOf guards",
            "accepted guards partOf band",
            "accepted sergeant deputizesIn band",
        },
    ),
    "one voice": (
        {"acceptsVoice": "mayor"},
        {"accepted sergeant memberOf guards", "accepted guards partOf band"},
    ),
    "two voices": (
        {"acceptsVoice": ["radio", "mayor"]},
        {"accepted captain commands guards", "accepted sergeant memberOf guards", "accepted guards partOf band"},
    ),
    "anywhere in the chain": (
        {"acceptsInChain": "radio"},
        {"accepted captain commands guards", "accepted sergeant memberOf guards"},
    ),
    "said and passed on": (
        {"acceptsVoice": "mayor", "acceptsInChain": "radio"},
        {"accepted sergeant memberOf guards"},
    ),
    "a speech act": ({"acceptsSpeechAct": "presupposed"}, {"accepted guards partOf band"}),
    "doubt": ({"acceptsModality": ["probable", "possible"]}, {"accepted mayor commands band"}),
    "denials": ({"acceptsPolarity": "negated"}, {"denied sergeant commands guards"}),
    "what two say": ({"independentVoices": 2}, set()),
    "another article": ({"acceptsArticle": "other"}, set()),
}


@pytest.mark.parametrize(("policy", "expected"), CASES.values(), ids=CASES)
def test_what_a_policy_accepts(tmp_path: Path, policy: dict[str, Any], expected: set[str]) -> None:
    articles = {
        "mini": {},
        "other": {"statements": {"nothing": says("Characterization", characterized="band", asWhat="x")}},
    }
    settings = written(tmp_path, STATEMENTS, {"one": {"title": "One", **policy}}, articles=articles)
    held = told(world(generation(settings), "one"))
    assert {triple for triple in held if not triple.startswith("inferred")} == expected


def test_each_triple_rests_on_all_that_say_it_and_an_inferred_one_on_a_proof(tmp_path: Path) -> None:
    statements = {**STATEMENTS, "part": says("Part", part="crowd", whole="guards")}
    made = generation(written(tmp_path, statements, ALL))
    held = told(world(made, "all"))
    assert held["accepted captain commands guards"] == {"own", "radio-own"}
    assert held["inferred captain leads guards"] == {"own", "radio-own"}
    assert held["inferred captain commandsIndirectly crowd"] == {"own", "radio-own", "part"}
    assert held["inferred crowd partOf band"] == {"part", "presupposed"}
    assert "inferred sergeant leads band" not in held, "a deputy leads nobody"
    (about,) = shelf(made).perspectives
    assert (about.triples, about.denials, about.inferred) == (5, 0, 4)
    assert (about.statements, about.barren) == (8, 2), "what is limited or judges is accepted, and yields nothing"
    assert about.is_consistent


DENIALS: dict[str, tuple[dict[str, Any], bool]] = {
    "of just that": (commands("captain", "guards"), True),
    "of a closer thing": (
        says("Command", commander="captain", commandedGroup="guards", inCapacity="commander-in-full"),
        False,
    ),
    "of what the capacity says": (
        says("Command", commander="captain", commandedGroup="guards", inCapacity="deputy"),
        True,
    ),
    "of a role in an event": (says("Event", event="rally", participant="captain", inRole="injured"), False),
    "of a bundle": (says("Event", event="rally", means="tear-gas", atPlace="square"), False),
    "of one day": ({**commands("captain", "guards"), "when": {"on": "2020-06-07"}}, False),
    "under a condition": (
        says("Membership", member="captain", group="guards", condition="without leave"),
        False,
    ),
}


@pytest.mark.parametrize(("denied", "expected"), DENIALS.values(), ids=DENIALS)
def test_a_denial_never_yields_the_triple_and_a_negative_assertion_only_where_it_says_just_that(
    tmp_path: Path, denied: dict[str, Any], expected: bool
) -> None:
    policy = {"title": "All", "acceptsPolarity": ["affirmed", "negated"]}
    made = generation(written(tmp_path, {"denial": {"polarity": "negated", **denied}}, {"all": policy}))
    held = told(world(made, "all"))
    assert [triple.partition(" ")[0] for triple in held] == ["denied"] * expected
    (about,) = shelf(made).perspectives
    assert (about.statements, about.barren, about.triples, about.denials) == (1, not expected, 0, expected)


def test_the_latest_verdict_counts(tmp_path: Path) -> None:
    def reviewed(*verdicts: tuple[str, str]) -> dict[str, Any]:
        note = "As the paper of the same day has it"
        return {"review": [{"by": "clerk", "on": on, "verdict": verdict, "note": note} for on, verdict in verdicts]}

    statements = {
        "good": {**commands("captain", "guards"), **reviewed(("2020-06-09", "unresolved"), ("2020-06-10", "accepted"))},
        "bad": {**commands("mayor", "guards"), **reviewed(("2020-06-09", "accepted"), ("2020-06-10", "conflict"))},
        "unread": commands("sergeant", "guards"),
    }
    policy = {"title": "Reviewed", "acceptsVerdict": "accepted"}
    register = {"clerk": {"is": "Person", "label": "Clerk"}}
    held = told(world(generation(written(tmp_path, statements, {"one": policy}, register=register)), "one"))
    assert {triple for triple in held if triple.startswith("accepted")} == {"accepted captain commands guards"}


def test_a_world_that_contradicts_itself_is_kept_and_names_the_statements_to_blame(tmp_path: Path) -> None:
    statements = {
        "one-way": by("mayor", **commands("captain", "sergeant")),
        "other-way": by("radio", **commands("sergeant", "captain")),
        "itself": commands("band", "band"),
        "yes": by("mayor", **commands("captain", "guards")),
        "no": by("radio", polarity="negated", **commands("captain", "guards")),
        "no-indirectly": by("radio", polarity="negated", **says("Leadership", leader="mayor", ledGroup="crowd")),
        "but-commands": by("mayor", **commands("mayor", "crowd")),
        "apart": commands("mayor", "guards"),
    }
    policies = {
        "all": {"title": "All", "acceptsPolarity": ["affirmed", "negated"]},
        "mayor": {"title": "Mayor", "acceptsVoice": "mayor"},
        "radio": {"title": "Radio", "acceptsVoice": "radio", "acceptsPolarity": ["affirmed", "negated"]},
    }
    found = shelf(generation(written(tmp_path, statements, policies)))

    def blamed(clashes: Any) -> dict[str, set[frozenset[str]]]:
        by_rule: dict[str, set[frozenset[str]]] = {}
        for clash in clashes:
            names = frozenset(name.partition("/")[2] for fact in clash.facts for name in fact.names)
            by_rule.setdefault(clash.rule, set()).add(names)
        return by_rule

    all_of_them = found.find("all")
    assert blamed(all_of_them.clashes) == {
        "prp-asyp": {frozenset({"one-way", "other-way"}), frozenset({"itself"})},
        "prp-npa1": {frozenset({"yes", "no"}), frozenset({"no-indirectly", "but-commands"})},
    }
    assert all_of_them.clashing == 4
    assert not all_of_them.is_consistent
    assert found.find("mayor").is_consistent
    assert found.find("radio").is_consistent
    pair = found.pair("radio", "mayor")
    assert blamed(pair.clashes) == {
        "prp-asyp": {frozenset({"one-way", "other-way"})},
        "prp-npa1": {frozenset({"yes", "no"}), frozenset({"no-indirectly", "but-commands"})},
    }
    assert found.pair("all", "mayor").clashing == 0, "what the one contradicts by itself is no contradiction of the two"
