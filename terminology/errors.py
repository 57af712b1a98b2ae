"""What can go wrong in the terminology. server/errors.py draws the whole tree.

TerminologyError
├── IndexUnusable     the index file is missing, half written or of another version
├── SourceMalformed   a release file that the build cannot read; names file and line
├── MentionsMalformed a file of mentions without its columns; names file and line
└── RemoteFailed      a remote terminology server did not answer as it should
    └── RemoteRefused it said that it cannot: 4xx
"""


class TerminologyError(Exception):
    """The root."""


class IndexUnusable(TerminologyError):
    """The index file is missing, half written or of another version."""


class SourceMalformed(TerminologyError):
    """A source file that the build cannot read; the message names file and line."""


class MentionsMalformed(TerminologyError):
    """A file of mentions that cannot be linked; names file and line, never a mention."""


class RemoteFailed(TerminologyError):
    """No answer, or one that is too late, too large or not FHIR; repeats nothing that was sent."""


class RemoteRefused(RemoteFailed):
    """The server answered 4xx: it does not have what was asked for, and works otherwise."""
