"""A board's own look, from its files: its words, outlines of areas, colour and logo.

It lies here because it joins rooms that must not know each other: the board and the pages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

from dashboards.data.look import Look
from dashboards.drawing import areas
from dashboards.story import words
from pipelines.board.cells import did_you_mean
from pipelines.board.tables import LOGO, SETTINGS
from pipelines.toml_faults import why_not_read

_PART = re.compile(r"\{(\w+)")


def look_of(files: Mapping[str, bytes]) -> Look:
    """Return the look that the files of a sound board give."""
    said: dict[str, str] = {}
    for _, content in _below("words/", files):
        said |= _sentences(content)
    return Look(
        words=said,
        shapes=dict(_below("shapes/", files)),
        accent=tomllib.loads(files[SETTINGS].decode("utf-8-sig")).get("accent"),
        logo=files.get(LOGO),
    )


def faults_of_look(files: Mapping[str, bytes]) -> list[str]:
    """Return what is wrong with the words and outlines of a board, each at its file."""
    return [*_faults_of_words(files), *_faults_of_shapes(files)]


def _faults_of_words(files: Mapping[str, bytes]) -> Iterator[str]:
    own = words.own_sentences()
    for file, content in _below("words/", files):
        try:
            said = _sentences(content)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            yield f"words/{file}: {why_not_read(problem)}"
            continue
        for name, sentence in said.items():
            if name not in own:
                yield f"words/{file}: there is no sentence “{name}”.{did_you_mean(name, own)}"
                continue
            for part in sorted(set(_PART.findall(sentence)) - set(_PART.findall(own[name]))):
                yield f"words/{file}: {name}: nothing is filled in for {{{part}}}."


def _faults_of_shapes(files: Mapping[str, bytes]) -> Iterator[str]:
    for name, content in _below("shapes/", files):
        try:
            areas.load({name: content})
        except areas.ShapesError as problem:
            yield f"shapes/{problem}."


def _sentences(content: bytes) -> dict[str, str]:
    return words.flatten(tomllib.loads(content.decode("utf-8-sig")))


def _below(folder: str, files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, content in files.items():
        if name.startswith(folder):
            yield name.removeprefix(folder), content
