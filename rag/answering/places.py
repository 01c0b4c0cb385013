"""Other words for the same place: the people of a country, and the capital that news says for its government.

"American armies" tells about America, and "Washington insisted" about the United States. Only the places that news
speaks of daily are listed; a place that is not listed stands for itself.
"""

from __future__ import annotations

# Country, its people or adjective, and the capital that stands for its government.
_PLACES = """
America American Americans US U.S. USA Washington
Britain British UK U.K. Britons London
China Chinese Beijing
Russia Russian Russians Moscow Kremlin
Ukraine Ukrainian Ukrainians Kyiv
France French Paris
Germany German Germans Berlin
Italy Italian Italians Rome
Spain Spanish Spaniards Madrid
Japan Japanese Tokyo
India Indian Indians Delhi
Pakistan Pakistani Pakistanis Islamabad
Iran Iranian Iranians Tehran
Iraq Iraqi Iraqis Baghdad
Israel Israeli Israelis
Turkey Turkish Turks Ankara
Syria Syrian Syrians Damascus
Egypt Egyptian Egyptians Cairo
Brazil Brazilian Brazilians
Mexico Mexican Mexicans
Canada Canadian Canadians Ottawa
Cuba Cuban Cubans Havana
Taiwan Taiwanese Taipei
Korea Korean Koreans Seoul Pyongyang
Australia Australian Australians Canberra
Poland Polish Poles Warsaw
Sweden Swedish Swedes Stockholm
Finland Finnish Finns Helsinki
Greece Greek Greeks Athens
Europe European Europeans EU Brussels
Afghanistan Afghan Afghans Kabul
Palestine Palestinian Palestinians
"""
_OTHERS = {word: tuple(line.split()) for line in _PLACES.strip().splitlines() for word in line.split()}


def other_words(word: str) -> tuple[str, ...]:
    """Return the words that may stand for the same place as `word`, itself first."""
    bare = word.removesuffix("'s").removesuffix("’s")
    return (bare, *(other for other in _OTHERS.get(bare, ()) if other != bare))
