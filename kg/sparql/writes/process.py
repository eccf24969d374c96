"""The writer, as the service sees it: a process with a pipe to it and a pipe from it."""

from kg.sparql import frames
from kg.sparql.process import Process
from kg.sparql.writes.messages import Write, WriterStart, encode


class Writer(Process):
    """The one writer process; the thread that makes it must live as long as it shall."""

    def __init__(self, start: WriterStart) -> None:
        super().__init__("kg.sparql.writes.writer", start.encode().decode())

    def send(self, writes: list[Write]) -> None:
        """Give it a batch. Raises BrokenPipeError when it has ended."""
        frames.send(self.jobs, frames.JOB, *encode(writes))
