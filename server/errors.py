"""Every error that Chartloom raises, and the one table that says what becomes of it.

Exception
├── models.errors.ModelsError
│   ├── ModelNotFound, ModelCorrupt
│   ├── LanguageUnsupported, CorpusMalformed
│   └── KeyMissing
├── terminology.errors.TerminologyError
│   ├── IndexUnusable, SourceMalformed, MentionsMalformed
│   └── RemoteFailed, RemoteRefused  (the index answers instead)
├── mappers.errors.DocumentError
│   ├── DocumentMalformed, DocumentWithdrawn, DocumentPreliminary
│   ├── AttachmentMissing, AttachmentMalformed, AttachmentEncrypted,
│   │   AttachmentTooLarge, AttachmentForbidden
│   ├── CharsetUnknown, ContentTypeUnsupported, NoteEmpty
│   └── LeakFound
├── server.trial.errors.TrialStoreError   (each carries its own HTTP status)
└── ServiceError
    ├── SettingsInvalid          the environment is wrong; the service does not start
    ├── RequestInvalid           the caller's body or parameters are wrong
    │   ├── ParameterMissing, ParameterUnsupported
    │   └── TooCostly            more than we answer at once
    ├── RequestTooLarge, UnsupportedMediaType
    ├── Unauthorized, Forbidden  no valid token, or one without the scope
    ├── NotFound                 no such route, operation or job
    ├── Delayed
    │   ├── Throttled            the caller asks too often, or has too much under way
    │   └── Overloaded           all callers together have too much under way
    ├── AuditFailed              the access could not be audited, so that it is refused
    ├── CodeUnknown              no such code, code system, value set or concept map
    ├── StoreError
    │   ├── StoreUnavailable     no answer, 429 or 5xx: try again later
    │   ├── StoreRefused         the store answered 4xx
    │   │   └── AnswerTooLarge   more than we hold in memory
    │   ├── StoreConflict        409 or 412: another writer was faster
    │   ├── DocumentNotFound     404 for the document
    │   └── DocumentGone         410 for the document
    ├── DocumentSuperseded       a newer version is in the store: that one will be read
    ├── NoteTimeout              reading the note took longer than it may
    ├── ReaderDied               the process that read the note died
    └── ResourceInvalid          we built a resource that is not valid R4: never written
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mappers import errors as documents
from models import errors as models
from terminology import errors as terminology


class ServiceError(Exception):
    """The root of the server's own errors; a message never holds text of a note."""


class SettingsInvalid(ServiceError):
    """The environment is wrong; the message names the variables."""


class RequestInvalid(ServiceError):
    """The caller's body or parameters are wrong."""


class ParameterMissing(RequestInvalid):
    """The operation needs a parameter that the caller did not send."""


class ParameterUnsupported(RequestInvalid):
    """A parameter of the standard's operation that we do not understand, and must not ignore."""


class TooCostly(RequestInvalid):
    """More than we answer at once; the caller should ask for less."""


class RequestTooLarge(ServiceError):
    """The body is larger than we take."""


class UnsupportedMediaType(ServiceError):
    """The body's Content-Type is not one that we read."""


class Unauthorized(ServiceError):
    """No token, or one that is not valid here."""


class Forbidden(ServiceError):
    """A valid token without the scope that the request needs."""


class NotFound(ServiceError):
    """No such route, operation or job."""


class Delayed(ServiceError):
    """Not now: the same request may succeed after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Throttled(Delayed):
    """The caller asks too often, or has too much under way."""


class Overloaded(Delayed):
    """All callers together have too much under way."""


class AuditFailed(ServiceError):
    """The access could not be audited, so that it is refused."""


class CodeUnknown(ServiceError):
    """No such code, code system, value set or concept map; the message repeats no code."""


class StoreError(ServiceError):
    """The FHIR store did not do what was asked."""


class StoreUnavailable(StoreError):
    """No answer, 429 or 5xx: the same request may succeed later."""


class StoreRefused(StoreError):
    """The store answered 4xx: the same request will fail again."""


class StoreConflict(StoreRefused):
    """The store answered 409 or 412: another writer was faster; look again and repeat."""


class AnswerTooLarge(StoreRefused):
    """The store's answer is more than we hold in memory."""


class DocumentNotFound(StoreRefused):
    """The store has no such document."""


class DocumentGone(StoreRefused):
    """The document was deleted."""


class DocumentSuperseded(ServiceError):
    """The store holds a newer version of the document; that one will be read."""


class NoteTimeout(ServiceError):
    """Reading the note took longer than it may."""


class ReaderDied(ServiceError):
    """The process that read the note died; the message holds its exit code only."""


class ResourceInvalid(ServiceError):
    """We built a resource that is not valid; nothing was written. The message names the rule."""


class Fate(StrEnum):
    """What becomes of a job that ends with an error."""

    RETRY = "retry"
    """Not the note's fault and likely to pass: try again for as long as it takes."""
    FEW = "few"
    """Perhaps ours: try a few times, then park."""
    PARK = "park"
    """The note's own fault, or one that only a person can mend."""
    SKIP = "skip"
    """Nothing is to be done, and that is right."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """HTTP status and FHIR issue type for callers, fate for jobs."""

    status: int
    issue: str
    fate: Fate


UNEXPECTED = Verdict(500, "exception", Fate.FEW)

# The nearest class in the exception's ancestry decides.
# Issue types: http://hl7.org/fhir/ValueSet/issue-type
VERDICTS: dict[type[Exception], Verdict] = {
    models.LanguageUnsupported: Verdict(422, "not-supported", Fate.PARK),
    models.ModelNotFound: Verdict(404, "not-found", Fate.PARK),
    models.KeyMissing: Verdict(500, "security", Fate.PARK),
    models.ModelCorrupt: Verdict(503, "exception", Fate.FEW),
    models.ModelsError: Verdict(500, "exception", Fate.FEW),
    terminology.SourceMalformed: Verdict(400, "structure", Fate.PARK),
    terminology.TerminologyError: Verdict(503, "exception", Fate.FEW),
    documents.DocumentWithdrawn: Verdict(422, "business-rule", Fate.SKIP),
    documents.DocumentPreliminary: Verdict(422, "business-rule", Fate.SKIP),
    documents.DocumentMalformed: Verdict(400, "structure", Fate.PARK),
    documents.AttachmentMissing: Verdict(422, "required", Fate.PARK),
    documents.AttachmentMalformed: Verdict(422, "structure", Fate.PARK),
    documents.AttachmentEncrypted: Verdict(422, "security", Fate.PARK),
    documents.AttachmentTooLarge: Verdict(413, "too-long", Fate.PARK),
    documents.AttachmentForbidden: Verdict(422, "forbidden", Fate.PARK),
    documents.CharsetUnknown: Verdict(422, "not-supported", Fate.PARK),
    documents.ContentTypeUnsupported: Verdict(422, "not-supported", Fate.PARK),
    documents.NoteEmpty: Verdict(422, "required", Fate.PARK),
    documents.LeakFound: Verdict(422, "suppressed", Fate.PARK),
    documents.DocumentError: Verdict(422, "invalid", Fate.PARK),
    ParameterMissing: Verdict(400, "required", Fate.PARK),
    ParameterUnsupported: Verdict(422, "not-supported", Fate.PARK),
    TooCostly: Verdict(422, "too-costly", Fate.PARK),
    RequestInvalid: Verdict(400, "invalid", Fate.PARK),
    RequestTooLarge: Verdict(413, "too-long", Fate.PARK),
    UnsupportedMediaType: Verdict(415, "not-supported", Fate.PARK),
    Unauthorized: Verdict(401, "login", Fate.PARK),
    Forbidden: Verdict(403, "forbidden", Fate.PARK),
    NotFound: Verdict(404, "not-found", Fate.PARK),
    Throttled: Verdict(429, "throttled", Fate.RETRY),
    Overloaded: Verdict(503, "throttled", Fate.RETRY),
    AuditFailed: Verdict(503, "transient", Fate.RETRY),
    CodeUnknown: Verdict(404, "not-found", Fate.PARK),
    StoreUnavailable: Verdict(503, "transient", Fate.RETRY),
    DocumentNotFound: Verdict(404, "not-found", Fate.SKIP),
    DocumentGone: Verdict(410, "deleted", Fate.SKIP),
    StoreConflict: Verdict(409, "conflict", Fate.FEW),
    StoreRefused: Verdict(502, "processing", Fate.FEW),
    StoreError: Verdict(502, "processing", Fate.FEW),
    DocumentSuperseded: Verdict(409, "conflict", Fate.SKIP),
    ReaderDied: Verdict(500, "exception", Fate.FEW),
    NoteTimeout: Verdict(504, "timeout", Fate.FEW),
    ResourceInvalid: Verdict(500, "exception", Fate.PARK),
    ServiceError: UNEXPECTED,
}


def verdict(error: BaseException) -> Verdict:
    """Look the error up by its nearest class; anything unknown is `UNEXPECTED`."""
    for kind in type(error).__mro__:
        if kind in VERDICTS:
            return VERDICTS[kind]
    return UNEXPECTED


def describe(error: BaseException) -> str:
    """Say what happened without saying what the note says.

    Messages of our own classes are free of patient text by contract; of any other exception
    only the class is named, since its message may quote its input.
    """
    ours = any(kind in VERDICTS for kind in type(error).__mro__)
    return f"{type(error).__name__}: {error}" if ours else type(error).__name__
