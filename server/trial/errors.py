"""What the trial store refuses. Each error knows its HTTP status and its FHIR issue type.

TrialStoreError
├── Invalid                 400  not JSON, or not what the specification allows
│   ├── Unprocessable       422  well formed, but against a rule of the resource
│   └── UnsupportedSearch   400  a search parameter, modifier or value that is not known
├── NotFound                404  no such resource, version, type or operation
├── NotAcceptable           406  the caller wants a format other than JSON
├── Conflict                409  other writers kept this one from finishing
├── Gone                    410  the resource was deleted
├── PreconditionFailed      412  criteria that match several resources
│   └── VersionConflict     412  If-Match names a version that is not the current one
├── TooLarge                413  the body is over the limit
├── UnsupportedMediaType    415  the body is in a format other than JSON
└── Unavailable             503  PostgreSQL does not answer

Issue types: http://hl7.org/fhir/ValueSet/issue-type.
"""

from __future__ import annotations

from typing import ClassVar


class TrialStoreError(Exception):
    """The root; a message never quotes the content of a resource."""

    status: ClassVar[int] = 500
    issue: ClassVar[str] = "exception"

    def __init__(self, message: str, *, expression: str | None = None) -> None:
        super().__init__(message)
        self.expression = expression

    def at(self, place: str) -> TrialStoreError:
        """Return the same error, told as one of the part `place` of a Bundle."""
        inner = f"{place}.{self.expression}" if self.expression else place
        return type(self)(f"{place}: {self}", expression=inner)


class Invalid(TrialStoreError):
    """Not JSON, or not what the specification allows."""

    status = 400
    issue = "invalid"


class Unprocessable(Invalid):
    """Well formed, but against a rule of the resource."""

    status = 422
    issue = "business-rule"


class UnsupportedSearch(Invalid):
    """A search parameter, modifier or value that is not known."""

    status = 400
    issue = "not-supported"


class NotFound(TrialStoreError):
    """No such resource, version, type or operation."""

    status = 404
    issue = "not-found"


class NotAcceptable(TrialStoreError):
    """The caller wants a format other than JSON."""

    status = 406
    issue = "not-supported"


class Conflict(TrialStoreError):
    """Other writers kept this one from finishing; the same request may succeed later."""

    status = 409
    issue = "conflict"


class Gone(TrialStoreError):
    """The resource was deleted."""

    status = 410
    issue = "deleted"


class PreconditionFailed(TrialStoreError):
    """The criteria match several resources where one was meant."""

    status = 412
    issue = "multiple-matches"


class VersionConflict(PreconditionFailed):
    """If-Match names a version that is not the current one."""

    status = 412
    issue = "conflict"


class TooLarge(TrialStoreError):
    """The body is over the limit."""

    status = 413
    issue = "too-long"


class UnsupportedMediaType(TrialStoreError):
    """The body is in a format other than JSON."""

    status = 415
    issue = "not-supported"


class Unavailable(TrialStoreError):
    """PostgreSQL does not answer; the same request may succeed later."""

    status = 503
    issue = "transient"
