"""Answers are kept for short texts only."""

import gc
import weakref

from models.remembered import LONGEST, remembered


class Word(str):
    """A text whose end can be watched."""

    __slots__ = ("__weakref__",)


def kept(length):
    """Whether a text lives on once it was asked for, and how often its answer was made."""
    asked = []
    ask = remembered(4)(lambda each: asked.append(len(each)) or len(each))
    texts = [Word("x" * length)]
    watch = weakref.ref(texts[0])
    assert [ask(texts[0]), ask(texts[0])] == [length] * 2
    texts.clear()
    gc.collect()
    return watch() is not None, len(asked)


def test_a_short_text_is_asked_once():
    assert kept(LONGEST) == (True, 1)


def test_a_long_text_is_forgotten():
    assert kept(LONGEST + 1) == (False, 2)


def test_the_oldest_is_forgotten_first():
    asked = []
    ask = remembered(2)(lambda each: asked.append(each) or each)
    assert [ask(each) for each in "abcab"] == list("abcab")
    assert asked == list("abcab")
