"""When a server may not start, and which login fits."""

import pytest

from rag.errors import SettingInvalid
from rag.server.credentials import Tokens, check_credentials, is_loopback, page_login
from rag.settings import Settings
from tests.server.conftest import LOCKED, OTHER_TOKEN, PASSWORD, TOKEN


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "localhost", "::1", "[::1]"])
def test_this_machine_alone_needs_no_credentials(host):
    assert is_loopback(host)
    check_credentials(Settings(), host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "news.example", ""])
def test_a_server_that_others_reach_does_not_start_without_credentials(host):
    with pytest.raises(SettingInvalid, match=r"RAG_USER and RAG_PASSWORD .* and RAG_TOKENS"):
        check_credentials(Settings(), host)
    with pytest.raises(SettingInvalid, match="RAG_TOKENS"):
        check_credentials(Settings(user="ada", password=PASSWORD), host)
    with pytest.raises(SettingInvalid, match="RAG_USER and RAG_PASSWORD"):
        check_credentials(Settings(tokens=[TOKEN]), host)
    check_credentials(Settings(tokens=[TOKEN]), host, page=False)
    check_credentials(Settings(**LOCKED), host)


def test_a_server_behind_a_proxy_with_another_name_counts_as_one_that_others_reach():
    with pytest.raises(SettingInvalid, match=r"Others could use this server \(news\.example\)"):
        check_credentials(Settings(allowed_hosts=["news.example"]), "127.0.0.1")
    check_credentials(Settings(allowed_hosts=["localhost"]), "127.0.0.1")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"user": "ada"}, "RAG_PASSWORD is not set"),
        ({"password": PASSWORD}, "RAG_USER is not set"),
        ({"user": "ada", "password": "short77"}, "RAG_PASSWORD has fewer than 8"),
        ({"tokens": ["fifteen-chars-x"]}, "RAG_TOKENS has a token of fewer than 16"),
        ({"user": "ada", "password": PASSWORD}, r"Half of the door .* RAG_TOKENS"),
        ({"tokens": [TOKEN]}, r"Half of the door .* RAG_USER and RAG_PASSWORD"),
    ],
)
def test_half_a_door_or_a_weak_key_is_refused_without_showing_it(given, reason):
    with pytest.raises(SettingInvalid, match=reason) as refused:
        check_credentials(Settings(**given), "127.0.0.1")
    assert not any(secret in str(refused.value) for secret in ("short77", "fifteen-chars-x", TOKEN, PASSWORD))


def test_only_the_right_name_with_the_right_password_fits():
    assert page_login(Settings()) is None
    fits = page_login(Settings(**LOCKED))
    assert fits is not None
    assert fits("ada", PASSWORD)
    for user, password in (("ada", "wrong horse"), ("eve", PASSWORD), ("", ""), (PASSWORD, "ada"), ("ada", "\ud800")):
        assert not fits(user, password)


def test_tokens_are_told_apart_by_their_place():
    tokens = Tokens(Settings(**LOCKED))
    assert tokens.number_of(f"Bearer {TOKEN}") == 1
    assert tokens.number_of(f"bearer  {OTHER_TOKEN} ") == 2
    for wrong in (None, "", "Bearer", "Bearer ", TOKEN, f"Bearer {TOKEN}{OTHER_TOKEN}", f"Basic {TOKEN}"):
        assert tokens.number_of(wrong) is None
    assert not Tokens(Settings())


def test_tokens_come_from_the_environment_between_commas_and_are_never_shown(monkeypatch):
    monkeypatch.setenv("RAG_TOKENS", f"{TOKEN}, {OTHER_TOKEN}")
    monkeypatch.setenv("RAG_PASSWORD", PASSWORD)
    monkeypatch.setenv("RAG_ALLOWED_HOSTS", "a.example b.example")
    settings = Settings()
    assert [token.get_secret_value() for token in settings.tokens] == [TOKEN, OTHER_TOKEN]
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert not any(secret in repr(settings) for secret in (TOKEN, OTHER_TOKEN, PASSWORD))
