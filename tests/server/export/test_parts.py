from __future__ import annotations

import gzip
import zlib

from server.export.parts import Gzip, Part, unpack

LINES = [[b'{"a":1}\n', b'{"b":2}\n'], [b'{"c":"' + b"x" * 100_000 + b'"}\n'], [b"{}\n"]]


def test_a_part_unpacks_to_its_lines() -> None:
    part = Part.of("Patient", LINES[0])
    assert (part.count, part.size) == (2, 16)
    assert unpack(part.content) == b"".join(LINES[0])


def test_the_parts_of_a_file_are_one_member_of_gzip() -> None:
    sent = Gzip()
    body = sent.start()
    for lines in LINES:
        body += sent.add(Part.of("Patient", lines).content)
    body += sent.end()
    text = b"".join(line for lines in LINES for line in lines)
    assert gzip.decompress(body) == text
    # A client that reads the first member only reads everything, and its checksum is right.
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)
    assert reader.decompress(body) == text
    assert reader.eof
    assert reader.unused_data == b""


def test_an_empty_file() -> None:
    sent = Gzip()
    assert gzip.decompress(sent.start() + sent.end()) == b""
