"""Each rule by the smallest graph to which it applies, and by one to which it nearly does."""

from dataclasses import dataclass

import pyoxigraph as ox
import pytest

from kg.reason.closure import Closure
from kg.reason.rules import FOLDER, Rule, read_rules, vocabulary
from tests.reason.support import turtle


@dataclass(frozen=True)
class Case:
    rule: str
    given: str
    follows: str
    nearly: str


DERIVING = [
    Case("cax-sco", ":c rdfs:subClassOf :d . :x a :c .", ":x a :d .", ":c rdfs:subClassOf :d . :x a :d ."),
    Case("cax-eqc1", ":c owl:equivalentClass :d . :x a :c .", ":x a :d .", ":c owl:equivalentClass :d . :x a :e ."),
    Case("cax-eqc2", ":c owl:equivalentClass :d . :x a :d .", ":x a :c .", ":c owl:equivalentClass :d . :x a :e ."),
    Case("prp-spo1", ":p rdfs:subPropertyOf :q . :x :p 1 .", ":x :q 1 .", ":p rdfs:subPropertyOf :q . :x :q 1 ."),
    Case(
        "prp-eqp1",
        ":p owl:equivalentProperty :q . :x :p :y .",
        ":x :q :y .",
        ":p owl:equivalentProperty :q . :x :r :y .",
    ),
    Case(
        "prp-eqp2",
        ":p owl:equivalentProperty :q . :x :q :y .",
        ":x :p :y .",
        ":p owl:equivalentProperty :q . :x :r :y .",
    ),
    Case("prp-inv1", ":p owl:inverseOf :q . :x :p :y .", ":y :q :x .", ":p owl:inverseOf :q . :x :p 1 ."),
    Case("prp-inv2", ":p owl:inverseOf :q . :x :q :y .", ":y :p :x .", ":p owl:inverseOf :q . :x :q 1 ."),
    Case(
        "prp-symp",
        ":p a owl:SymmetricProperty . :x :p :y .",
        ":y :p :x .",
        ":p a owl:SymmetricProperty . :x :p :x , 1 .",
    ),
    Case(
        "prp-trp",
        ":p a owl:TransitiveProperty . :x :p :y . :y :p :z .",
        ":x :p :z .",
        ":p a owl:TransitiveProperty . :x :p :y . :y :q :z .",
    ),
    Case("prp-dom", ":p rdfs:domain :c . :x :p 1 .", ":x a :c .", ":p rdfs:domain :c . :x :q 1 ."),
    Case("prp-rng", ":p rdfs:range :c . :x :p :y .", ":y a :c .", ":p rdfs:range :c . :x :p 1 ."),
    Case(
        "cls-int2",
        ":c owl:intersectionOf ( :d :e ) . :x a :c .",
        ":x a :d , :e .",
        ":c owl:intersectionOf ( :d :e ) . :x a :d .",
    ),
    Case("cls-uni", ":c owl:unionOf ( :d :e ) . :x a :e .", ":x a :c .", ":c owl:unionOf ( :d :e ) . :x a :c ."),
    Case("cls-oo", ":c owl:oneOf ( :x :y ) .", ":x a :c . :y a :c .", ":c owl:oneOf () ."),
    Case(
        "cls-svf1",
        ":r owl:someValuesFrom :c ; owl:onProperty :p . :x :p :y . :y a :c .",
        ":x a :r .",
        ":r owl:someValuesFrom :c ; owl:onProperty :p . :x :p :y . :y a :d .",
    ),
    Case(
        "cls-avf",
        ":r owl:allValuesFrom :c ; owl:onProperty :p . :x a :r ; :p :y .",
        ":y a :c .",
        ":r owl:allValuesFrom :c ; owl:onProperty :p . :x :p :y .",
    ),
    Case(
        "cls-hv1",
        ":r owl:hasValue :v ; owl:onProperty :p . :x a :r .",
        ":x :p :v .",
        ":r owl:hasValue :v ; owl:onProperty :p . :x a :s .",
    ),
    Case(
        "cls-hv2",
        ":r owl:hasValue :v ; owl:onProperty :p . :x :p :v .",
        ":x a :r .",
        ":r owl:hasValue :v ; owl:onProperty :p . :x :p :w .",
    ),
    Case(
        "prp-spo2-last",  # with -first and -next, which only lead to it
        ":p owl:propertyChainAxiom ( :a :b :c ) . :w :a :x . :x :b :y . :y :c :z .",
        ":w :p :z .",
        ":p owl:propertyChainAxiom ( :a :b :c ) . :w :c :x . :x :b :y . :y :a :z .",
    ),
]
TOGETHER = {"prp-spo2-first", "prp-spo2-next", "prp-spo2-last"}

CONTRADICTIONS = [
    Case("cax-dw", ":c owl:disjointWith :d . :x a :c , :d .", ":x", ":c owl:disjointWith :d . :x a :c . :y a :d ."),
    Case(
        "cax-adc",
        "[] a owl:AllDisjointClasses ; owl:members ( :c :d :e ) . :x a :c , :e .",
        ":x",
        "[] a owl:AllDisjointClasses ; owl:members ( :c :d :e ) . :x a :c , :f . :y a :d .",
    ),
    Case("cls-nothing2", ":x a owl:Nothing .", ":x", ":x a owl:Thing ."),
    Case("cls-com", ":c owl:complementOf :d . :x a :c , :d .", ":x", ":c owl:complementOf :d . :x a :c ."),
    Case(
        "cls-maxc1",
        ':r owl:maxCardinality "0"^^xsd:nonNegativeInteger ; owl:onProperty :p . :x a :r ; :p :y .',
        ":x",
        ':r owl:maxCardinality "1"^^xsd:nonNegativeInteger ; owl:onProperty :p . :x a :r ; :p :y .',
    ),
    Case("prp-irp", ":p a owl:IrreflexiveProperty . :x :p :x .", ":x", ":p a owl:IrreflexiveProperty . :x :p :y ."),
    Case(
        "prp-asyp",
        ":p a owl:AsymmetricProperty . :x :p :y . :y :p :x .",
        ":x",
        ":p a owl:AsymmetricProperty . :x :p :y . :y :q :x .",
    ),
    Case(
        "prp-pdw",
        ":p owl:propertyDisjointWith :q . :x :p :y ; :q :y .",
        ":x",
        ":p owl:propertyDisjointWith :q . :x :p :y ; :q :z .",
    ),
    Case(
        "prp-adp",
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) . :x :p :y ; :r :y .",
        ":x",
        "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) . :x :p :y ; :r :z .",
    ),
    Case(
        "prp-npa1",
        "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual :y . :x :p :y .",
        ":x",
        "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual :y . :x :p :z .",
    ),
    Case(
        "prp-npa2",
        "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetValue 1 . :x :p 1 .",
        ":x",
        "[] owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetValue 1 . :x :p 2 .",
    ),
    Case("eq-diff1", ":x owl:sameAs :y ; owl:differentFrom :y .", ":x", ":x owl:sameAs :y ; owl:differentFrom :z ."),
    Case("dt-not-type", ':x :p "many"^^xsd:integer .', ":x", ':x :p "7"^^xsd:integer , "many" .'),
    Case(
        "dt-not-type",
        ':x :p "2020-06-31T00:00:00"^^xsd:dateTime .',
        ":x",
        ':x :p "2020-06-30T00:00:00"^^xsd:dateTime .',
    ),
    Case("dt-not-type", ':x :p "yes"^^xsd:boolean .', ":x", ":x :p true ."),
    Case("dt-not-range", ":p rdfs:range xsd:integer . :x :p true .", ":x", ":p rdfs:range xsd:decimal . :x :p 7 ."),
    Case(
        "dt-not-range",
        ':p rdfs:range xsd:string . :x :p "tagged"@en .',
        ":x",
        ':p rdfs:range xsd:string . :x :p "plain" .',
    ),
    Case(
        "dt-not-range",
        ":p rdfs:range xsd:nonNegativeInteger . :x :p -1 .",
        ":x",
        ":p rdfs:range xsd:nonNegativeInteger . :x :p 0 .",
    ),
    Case("dt-not-range", ":p rdfs:range xsd:string . :x :p :y .", ":x", ":p rdfs:range :c . :x :p :y ."),
]


def rules(*names: str) -> list[Rule]:
    return [r for kind in ("materialised", "checking", "contradictions") for r in read_rules(kind) if r.name in names]


def derived(names: set[str], given: str) -> set[ox.Triple]:
    closure = Closure.of(turtle(given))
    closure.complete(rules(*names))
    return {t for t in closure.derivations if not t.predicate.value.startswith("urn:")}


def case_id(case: Case) -> str:
    return case.rule


@pytest.mark.parametrize("case", DERIVING, ids=case_id)
def test_what_follows_and_what_does_not(case: Case) -> None:
    names = TOGETHER if case.rule in TOGETHER else {case.rule}
    assert derived(names, case.given) == turtle(case.follows)
    assert derived(names, case.nearly) == set()


@pytest.mark.parametrize("case", CONTRADICTIONS, ids=case_id)
def test_what_contradicts_and_what_does_not(case: Case) -> None:
    (rule,) = rules(case.rule)

    def witnesses(text: str) -> list[str]:
        return [because[0].subject.value for _, because in rule.rows(Closure.of(turtle(text)).store)]

    assert witnesses(case.given) == [case.follows.replace(":", "https://example.org/")]
    assert witnesses(case.nearly) == []


def test_every_rule_has_a_case() -> None:
    files = {path.stem for path in FOLDER.rglob("*.rq")}
    assert files == {case.rule for case in DERIVING + CONTRADICTIONS} | TOGETHER
    assert len(files) > 30


@pytest.mark.parametrize("kind", ["materialised", "checking", "contradictions"])
def test_a_rule_says_what_it_says_in_words(kind: str) -> None:
    found = read_rules(kind)  # type: ignore[arg-type]
    assert found
    assert all(rule.title.endswith((".", ").")) and rule.title[0].isupper() for rule in found)


def test_the_vocabulary_is_what_the_files_name() -> None:
    found = {term.value.rpartition("#")[2] for term in vocabulary(read_rules("materialised"))}
    assert found == {
        "subClassOf", "subPropertyOf", "equivalentClass", "equivalentProperty", "inverseOf", "SymmetricProperty",
        "TransitiveProperty", "propertyChainAxiom",
    }  # fmt: skip
