"""The glossary is true: its words are in the code, old names are not, and people read the words that are meant for them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wording.readable import ROOT, Read, everything, sources

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
# What is written for or about machines, other people's texts, and Django's own word for a browser's window.
_NOT_FOR_PEOPLE = re.compile(
    r"^(policy/(detector|emergency|revocation|prose)/(?!intents)|automations/content/templates/"
    r"|snoutos/(ops|core/env|management|settings|celery|serve)|messaging/models/__init__)"
)


def rows(title: str) -> list[list[str]]:
    """The cells of the table below that heading."""
    section = GLOSSARY.split(f"## {title}\n")[1].split("\n## ")[0]
    found = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert found
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in found]


def _names(cell: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", cell)


def _defined() -> dict[str, set[str]]:
    """Every class and function, and every module under `modules`."""
    found: dict[str, set[str]] = {"modules": set(), "names": set()}
    for path in sources():
        found["modules"].add(path.parent.name if path.stem == "__init__" else path.stem)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                found["names"].add(node.name)
    return found


DEFINED = _defined()


@pytest.mark.parametrize("row", rows("Words"), ids=lambda row: row[0])
def test_every_word_is_one_of_the_code(row: list[str]) -> None:
    assert _names(row[0])
    assert set(_names(row[0])) <= DEFINED["names"]
    assert row[1]
    assert row[2]


@pytest.mark.parametrize(
    "path", [name for row in rows("States in words") for cell in row for name in _names(cell) if "." in name]
)
def test_states_have_their_words_where_the_glossary_says(path: str) -> None:
    module, _, name = path.rpartition(".")
    file = ROOT / Path(*path.split("."))
    if name[0].islower():
        assert file.with_suffix(".py").exists()
    else:
        assert name in {
            node.name
            for node in ast.parse((ROOT / Path(*module.split("."))).with_suffix(".py").read_text()).body
            if isinstance(node, ast.ClassDef)
        }


@pytest.mark.parametrize("row", rows("Not this, but that: names in code"), ids=lambda row: row[0])
def test_no_old_name_comes_back(row: list[str]) -> None:
    old = set(_names(row[0]))
    assert not old & DEFINED["modules"]
    if "(modules)" not in row[0] and "(a module)" not in row[0]:
        assert not old & DEFINED["names"]


@pytest.mark.parametrize("row", rows("Not this, but that: names in code"), ids=lambda row: row[1])
def test_what_stands_instead_is_there(row: list[str]) -> None:
    new = {
        name
        for name in _names(row[1])
        if name not in ("prefork", "disruptions", "fixtures", "ledger", "processes")
    }
    assert new <= DEFINED["modules"] | DEFINED["names"]


def _banned() -> Iterator[tuple[str, re.Pattern[str]]]:
    for not_this, _ in rows("Not this, but that: what people read"):
        for phrase in re.sub(r"\(.*?\)", "", not_this).split(","):
            word = phrase.strip()
            ending = "(?:s|ed|es|d|ing)?" if " " not in word and word.isalpha() else ""
            middle = re.escape(word).replace(r"look\ after", r"look(?:s|ed|ing)?\ after")
            middle = middle.replace(r"give\ back", r"(?:give|gives|given|gave)\ back")
            yield word, re.compile(rf"\b{middle}{ending}\b", re.IGNORECASE)


BANNED = dict(_banned())
EVERYTHING = everything()
# Where the banned word is another word.
FITTING = {
    "window": re.compile(r"browser|other window|this window|new window|Windows-1252", re.I),
    "rest": re.compile(r"the rest|\brest of", re.I),
}


def _is_read(read: Read, word: str) -> bool:
    if _NOT_FOR_PEOPLE.match(read.where):
        return False
    fitting = FITTING.get(word)
    return not (isinstance(fitting, re.Pattern) and fitting.search(read.text))


@pytest.mark.parametrize("word", BANNED)
def test_people_do_not_read_what_is_the_codes_alone(word: str) -> None:
    found = [
        f"{read.where}: {read.text[:100]}"
        for read in EVERYTHING
        if BANNED[word].search(read.text) and _is_read(read, word)
    ]
    assert not found, "\n".join(found)


def test_there_is_much_to_read() -> None:
    """The walk finds what is known to be there: in a template, a model, an error, an alert and a form."""
    texts = {read.text for read in EVERYTHING}
    assert len(texts) > 2500
    for known in (
        "Waiting to be sent",
        "A text couldn't be sent",
        "There's nothing to send: write a text first.",
        "Nothing to do: SnoutOS will try again.",
    ):
        assert known in texts
