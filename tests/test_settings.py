import logging
from pathlib import Path

import pytest

from rag import settings
from rag.errors import SettingInvalid
from rag.settings import load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working folder, without settings in the environment, where nothing was warned of yet."""
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(f"RAG_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    settings._warn.cache_clear()
    return tmp_path


def test_flags_override_the_environment_that_overrides_the_file(folder, monkeypatch):
    (folder / "rag.toml").write_text('index = "file"\nthreads = 2\nengine = "torch"')
    monkeypatch.setenv("RAG_INDEX", "environment")
    monkeypatch.setenv("RAG_THREADS", "3")
    loaded = load_settings(index="flag")
    assert (loaded.index, loaded.threads, loaded.engine) == (Path("flag"), 3, "torch")


def test_an_empty_variable_is_unset(monkeypatch):
    for name in settings.Settings.model_fields:
        monkeypatch.setenv(f"RAG_{name.upper()}", "")
    loaded = load_settings()
    assert (loaded.index, loaded.llm, loaded.encoder, loaded.threads) == (Path("index"), None, None, 0)


def test_a_key_that_is_no_setting_is_warned_of_once_with_the_nearest_that_is(folder, caplog):
    (folder / "rag.toml").write_text('thread = 2\nxyzzy = 1\nindex = "news"')
    with caplog.at_level(logging.WARNING, logger="rag"):
        assert load_settings().index == Path("news")
        load_settings()
    assert [record.getMessage() for record in caplog.records] == [
        "rag.toml has 'thread', which is no setting and is ignored. Is 'threads' meant?",
        "rag.toml has 'xyzzy', which is no setting and is ignored.",
    ]


def test_the_settings_may_stand_in_a_table(folder, caplog):
    (folder / "rag.toml").write_text('[rag]\nindex = "news"')
    assert load_settings().index == Path("news")
    assert caplog.records == []


def test_a_file_that_cannot_be_used_is_refused(folder):
    (folder / "rag.toml").write_text("index = ")
    with pytest.raises(SettingInvalid, match=r"rag\.toml cannot be read"):
        load_settings()
    (folder / "rag.toml").write_text("rag = 3")
    with pytest.raises(SettingInvalid, match="can only be the table"):
        load_settings()
    (folder / "rag.toml").unlink()
    (folder / "rag.toml").mkdir()
    with pytest.raises(SettingInvalid, match="is a folder"):
        load_settings()


def test_a_value_out_of_range_is_refused_by_name(monkeypatch):
    monkeypatch.setenv("RAG_THREADS", "-1")
    with pytest.raises(SettingInvalid, match=r"'threads' cannot be '-1'.*RAG_THREADS"):
        load_settings()
