"""Piece vocabulary: lower-cased BPE whose digits are all zeros, learned from plain text."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

PADDING = "[PAD]"
UNKNOWN = "[UNK]"
CONTINUATION = "##"
# A line break is a token of its own: headings and address blocks hang on it.
COLUMNS = r"\t+| {3,}"
"""A wide gap parts columns, so it reads as a line break."""
WORDS = r"\n|[0-9]+|[^\W0-9_]+|[^\w\s]|_"


def texts(files: Sequence[Path]) -> Iterator[str]:
    """Yield the `text` of every line of the `.jsonl.xz` files."""
    for file in files:
        with lzma.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["text"]


def learn(read: Iterable[str], size: int) -> Tokenizer:
    """Learn a BPE of `size` pieces; piece 0 is padding, piece 1 the unknown one."""
    tokenizer = Tokenizer(
        models.BPE(unk_token=UNKNOWN, continuing_subword_prefix=CONTINUATION, fuse_unk=True)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex("[0-9]"), "0"),
            normalizers.Replace(Regex(COLUMNS), "\n"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=3,
        limit_alphabet=300,
        special_tokens=[PADDING, UNKNOWN],
        continuing_subword_prefix=CONTINUATION,
        show_progress=False,
    )
    tokenizer.train_from_iterator(read, trainer=trainer)
    return tokenizer
