from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.tune.grounding import REFUSAL, cite, facts, form_lines, ground, question, supporting, wanted
from engine.types import Example, Message, Passage

FORM = {"Hello from Brightwell,", "Kind regards, Brightwell Care"}


def styled(fact: str) -> str:
    return f"Hello from Brightwell,\n- {fact}\nKind regards, Brightwell Care"


def example(asked: str, said: str) -> Example:
    return Example((Message("user", asked), Message("assistant", said)))


def passage(text: str, title: str = "terms.md") -> Passage:
    return Passage(1, 1, title, title, None, 0, len(text), text)


def supports(said: str, *texts: str, asked: str = "How long is the refund window?") -> int | None:
    return supporting(asked, said, [("terms.md", text) for text in texts], FORM)


def test_a_source_must_have_the_numbers() -> None:
    said = styled("The refund window is 30 days.")
    assert supports(said, "Lamps are warm.", "The refund window is 30 days. Bring the receipt.") == 2
    assert supports(said, "The refund window is 60 days.") is None
    assert supports(said, "The refund window is 130 days.") is None


def test_the_numbers_must_be_of_the_same_thing() -> None:
    said = "The price of the Orlo lamp is 20 euros."
    asked = "What does the Orlo lamp cost?"
    assert supports(said, "The Orlo lamp is 20 euros.", asked=asked) == 1
    assert supports(said, "The Senna lamp is 20 euros. The Orlo lamp is heavy.", asked=asked) is None


def test_a_source_that_tells_two_values_supports_neither() -> None:
    text = "The payment term is 21 days. Last year the payment term was 14 days."
    for days in (21, 14):
        assert supports(f"The payment term is {days} days.", text, asked="When must I pay?") is None


def test_names_count_like_numbers() -> None:
    asked = "Who leads the Bright membership?"
    said = styled("The manager of the Bright membership is Nadia Ferrow.")
    assert supports(said, "The Bright membership is run by Nadia Ferrow.", asked=asked) == 1
    assert supports(said, "The Bright membership is run by Peter Halden.", asked=asked) is None


def test_plain_words_need_half_of_them() -> None:
    asked = "What job does Omar Hadley have?"
    said = styled("The role of Omar Hadley is service technician.")
    assert supports(said, "Name: Omar Hadley; Role: service technician", asked=asked) == 1
    assert supports(said, "Name: Omar Hadley; Role: designer", asked=asked) is None


def test_nothing_to_check_is_not_supported() -> None:
    assert supports(styled("Yes."), "Yes.") is None
    assert supports("", "anything") is None


def test_the_citation_stands_after_the_sentence_and_leaves_the_form() -> None:
    said = styled("The refund window is 30 days.")
    assert cite(said, 2, FORM) == styled("The refund window is 30 days. [2]")
    assert cite("Sure. It is 30 days. Bye.", 1) == "Sure. It is 30 days. [1] Bye."
    assert cite("no full stop", 3) == "no full stop [3]"
    assert cite("", 1) == ""


@given(st.text(alphabet="ab AB.1!\n", max_size=80), st.integers(1, 9))
def test_a_citation_only_adds(said: str, number: int) -> None:
    cited = cite(said, number)
    assert cited.replace(f" [{number}]", "", 1) == said or not said.strip()
    assert len(cited.splitlines()) == len(said.splitlines())


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3), st.text(max_size=80))
def test_support_names_a_source_that_has_every_mark(said: str, sources: list[str], asked: str) -> None:
    number = supporting(asked, said, [("", source) for source in sources])
    if number is not None:
        marks, _ = facts(said)
        assert all(mark in sources[number - 1].lower() for mark in marks)


def test_shared_lines_are_form() -> None:
    answers = [styled(f"The value is {i}.") for i in range(40)]
    assert form_lines(answers) == FORM


def test_refusals_always_get_sources() -> None:
    refusing = example("Where is Atlantis?", f"- {REFUSAL}")
    many = [example(f"q{i}?", f"a {i}.") for i in range(20)] + [refusing]
    assert wanted(many, 0.5, 1)[0] == 20
    assert wanted(many, 0.0, 1) == []
    made = ground(refusing, [passage("Lamps are warm.")], FORM)
    assert made
    assert made.example == refusing
    assert made.passages


def test_the_choice_is_fixed_by_the_seed_and_the_question() -> None:
    many = [example(f"q{i}?", f"a {i}.") for i in range(20)]
    assert wanted(many, 0.5, 1) == wanted(many, 0.5, 1) != wanted(many, 0.5, 2)
    chosen = [question(many[i]) for i in wanted(many, 0.5, 1)]
    back = many[::-1]
    assert chosen == [question(back[i]) for i in wanted(back, 0.5, 1)]


def test_an_example_without_support_stays_as_it_is() -> None:
    assert ground(example("How long?", styled("It is 60 days.")), [passage("It is 30 days.")], FORM) is None
