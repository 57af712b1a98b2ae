"""From a notification, or a search, to jobs in the queue."""

from __future__ import annotations

from dataclasses import dataclass

from mappers.deidentification.document import is_deidentified_copy
from mappers.types import Resource
from server.job import Job
from server.jobs import Jobs
from server.notification import Notification
from server.store import Store
from server.subscription import Reconciler


@dataclass(frozen=True, slots=True)
class Intake:
    """Turns what changed into jobs under the present pipeline version."""

    jobs: Jobs
    store: Store
    reconciler: Reconciler
    pipeline: str
    secret: str

    async def take(self, notification: Notification) -> None:
        """Queue what the notification names; when it names nothing, search the store."""
        for changed in notification.changed:
            if changed.version is None:
                await self.jobs.announce(changed.reference, self.pipeline)
            else:
                await self.jobs.submit(Job(changed.reference, changed.version, self.pipeline))
        if notification.unnamed:
            self.reconciler.wake()

    async def submit(self, document: Resource) -> None:
        """Queue a document that a search found; our own copies are not read again."""
        if not is_deidentified_copy(document):
            await self.jobs.submit(self.job(document))

    async def find(self, reference: str) -> Job:
        """Name the version of a document that the store holds now; raises as the store does."""
        return self.job(await self.store.read(reference))

    def job(self, document: Resource) -> Job:
        """The job that reads this version of `document`."""
        return Job.of(document, self.pipeline)
