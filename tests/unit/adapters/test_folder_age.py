"""A step of the folder happens as a whole or not at all, wherever the process dies."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from sealane.adapters import folder_age
from sealane.base.errors import Misconfigured
from tests import later

FILES = {"node.toml": b"party = 'AUS'\n", "card.json": b"{}", "version": b"0.1.0\n"}
AFTER = {
    "node.toml": b"party = 'AUS'\n# later\n",
    "rooms.toml": b"no",
    "version": later.NAME.encode() + b"\n",
}


class Died(BaseException):
    """The process is gone: nothing that it would do afterwards happens."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def held(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def die_at(monkeypatch: pytest.MonkeyPatch, number: int) -> list[int]:
    """Let nothing more be written to the folder from the call of this number on."""
    calls = [0]
    for name in ("write_whole", "sync_folder"):
        real = getattr(folder_age, name)

        def one(*given, real=real, **named):
            calls[0] += 1
            if calls[0] >= number:
                raise Died
            return real(*given, **named)

        monkeypatch.setattr(folder_age, name, one)
    return calls


def begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that dies when its files are in place and the database's turn would come."""
    with suppress(Died), folder_age.stepped(folder):
        die_at(monkeypatch, 1)
        raise Died
    assert folder_age.interrupted(folder)


def test_a_folder_that_says_nothing_is_of_the_first_release(folder):
    (folder / "version").unlink()
    assert folder_age.version_of(folder) == "0.1.0"
    folder_age.require(folder)
    (folder / "version").write_text("")
    with pytest.raises(Misconfigured, match=r"db\.older"):
        folder_age.require(folder)


def test_a_step_replaces_makes_and_removes_files_and_leaves_no_copy_behind(folder, monkeypatch):
    name = later.step(monkeypatch)
    with pytest.raises(Misconfigured, match=r"db\.older"):
        folder_age.require(folder)
    with folder_age.stepped(folder) as before:
        assert before == "0.1.0"
        assert (folder / "upgrade" / "old" / "node.toml").read_bytes() == FILES["node.toml"]
        with pytest.raises(Misconfigured, match=r"db\.unfinished"):
            folder_age.require(folder)
    assert held(folder) == AFTER
    assert not (folder / "upgrade").exists()
    with folder_age.stepped(folder) as before:
        assert before == name


def test_what_fails_within_the_step_puts_the_folder_back(folder, monkeypatch):
    later.step(monkeypatch)
    with pytest.raises(ValueError, match="log"), folder_age.stepped(folder):
        raise ValueError("a log does not hold")
    assert held(folder) == FILES
    assert not (folder / "upgrade").exists()


def test_two_steps_see_one_another_s_files(folder, monkeypatch):
    later.step(monkeypatch)

    def make(read):
        assert (read("card.json"), read("rooms.toml")) == (None, b"no")
        return {"rooms.toml": b"twice"}

    monkeypatch.setattr(
        folder_age, "STEPS", (*folder_age.STEPS, folder_age.FolderStep("9.1.0", make))
    )
    with folder_age.stepped(folder):
        pass
    assert held(folder) == {**AFTER, "rooms.toml": b"twice", "version": b"9.1.0\n"}


WRITES = 12
"""How often the step of `tests.later` writes or synchronises."""


def test_every_write_of_a_step_is_counted(folder, monkeypatch):
    later.step(monkeypatch)
    calls = die_at(monkeypatch, WRITES + 1)
    with folder_age.stepped(folder):
        pass
    assert calls == [WRITES]


@pytest.mark.parametrize("number", range(1, WRITES + 1))
def test_wherever_the_process_dies_running_it_again_does_the_rest(folder, monkeypatch, number):
    later.step(monkeypatch)
    with monkeypatch.context() as short:
        calls = die_at(short, number)
        with pytest.raises(Died), folder_age.stepped(folder):
            pass
        assert calls[0] >= number
    begun = (folder / "upgrade" / "plan.json").exists()
    if not begun and folder_age.version_of(folder) == "0.1.0":
        assert held(folder) == FILES, "nothing is touched before the plan stands"
    with folder_age.stepped(folder):
        pass
    assert held(folder) == AFTER
    assert not (folder / "upgrade").exists()


def test_a_folder_or_a_plan_of_a_later_program_is_left_alone(folder, monkeypatch):
    with monkeypatch.context() as future:
        later.step(future)
        begin(folder, future)
    found = held(folder)
    for work in (
        lambda: folder_age.require(folder),
        lambda: folder_age.stepped(folder).__enter__(),
    ):
        with pytest.raises(Misconfigured, match=r"db\.newer"):
            work()
    assert held(folder) == found


def test_a_plan_that_leads_less_far_is_undone_first(folder, monkeypatch):
    later.step(monkeypatch)
    with monkeypatch.context() as short:
        begin(folder, short)
    monkeypatch.setattr(
        folder_age,
        "STEPS",
        (*folder_age.STEPS, folder_age.FolderStep("9.1.0", lambda _: {"more.toml": b"1"})),
    )
    with folder_age.stepped(folder) as before:
        assert before == "0.1.0"
    assert held(folder) == {**AFTER, "more.toml": b"1", "version": b"9.1.0\n"}
