import pytest

from rag.answering.figures import figures, values


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("At least 19 people were hurt.", {"peopl": {19.0}}),
        ("It will cost 371 million marks.", {"mark": {371e6}}),
        ("Some 1,200 homes lost power.", {"home": {1200.0}, "lost": {1200.0}}),
        ("Nineteen people and two dogs.", {"peopl": {19.0}, "dog": {2.0}}),
        ("Twenty-three injured passengers waited.", {"injur": {23.0}, "passeng": {23.0}}),
        ("Some 2.5m people fled.", {"peopl": {2.5e6}, "fled": {2.5e6}}),
        ("The bill is £3bn.", {"£": {3e9}}),
        ("A 40-year-old bridge fell.", {"year": {40.0}, "old": {40.0}, "bridg": {40.0}}),
        ("Fares rise by 4.5 per cent.", {"percent": {4.5}}),
        ("Fares rise by 4.5%.", {"percent": {4.5}}),
        ("It sold for $2.5 million.", {"$": {2.5e6}}),
        ("The number of dead rose to 62.", {"dead": {62.0}}),
        ("It opens on 14 September, 2024.", {"date": {"14 september"}}),
        ("It opens on September 14.", {"date": {"14 september"}}),
        ("It opens in September 2024.", {"date": {"2024 september"}}),
        ("May she win.", {}),
        ("Nothing is counted here.", {}),
    ],
)
def test_a_figure_is_found_with_what_it_counts(text, found):
    assert figures(text) == {noun: frozenset(held) for noun, held in found.items()}


def test_the_values_are_the_figures_without_what_they_count():
    assert values(figures("Nineteen people and two dogs.")) == {19.0, 2.0}
    assert values({}) == frozenset()
