import itertools
import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from kg.sparql import frames
from kg.sparql.frames import Frame, Splitter
from kg.sparql.messages import Failure, Job

KINDS = st.sampled_from([frames.HELLO, frames.JOB, frames.DATA, frames.END, frames.FAILURE])


@given(st.lists(st.tuples(KINDS, st.binary(max_size=300)), max_size=6), st.lists(st.integers(0, 2000), max_size=12))
def test_frames_arrive_whole_however_they_are_cut(sent: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    reading, writing = os.pipe()
    for kind, body in sent:
        frames.send(writing, kind, body[:100], body[100:])
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        data = pipe.read()
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    splitter = Splitter()
    received = [frame for start, end in itertools.pairwise(places) for frame in splitter.feed(data[start:end])]
    assert received == [Frame(*pair) for pair in sent]


def test_a_frame_larger_than_the_pipe() -> None:
    reading, writing = os.pipe()
    body = os.urandom(1 << 20)
    thread = threading.Thread(target=frames.send, args=(writing, frames.DATA, body))
    thread.start()
    assert frames.receive(reading) == Frame(frames.DATA, body)
    thread.join()
    os.close(writing)
    assert frames.receive(reading) is None
    os.close(reading)


def test_a_frame_that_breaks_off() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"D\0\0\0\x09abc")
    os.close(writing)
    assert frames.receive(reading) is None
    os.close(reading)


def test_messages_keep_every_text() -> None:
    job = Job("SELECT 'é𝒳\0\ud800'", "urn:x", True, False, ("urn:é",), (), "JSON", 1.5, None, 7)
    read = Job.decode(job.encode())
    assert (read.text, list(read.default_graphs), read.rows) == (job.text, ["urn:é"], None)
    failure = Failure("QuerySyntax", "line 1", 1, 2)
    assert Failure.decode(failure.encode()) == failure


def test_a_reader_takes_frames_that_come_together_and_one_that_comes_in_parts() -> None:
    reading, writing = os.pipe()
    reader = frames.Reader(reading)
    frames.send(writing, frames.JOB, b"one")
    frames.send_last(writing, b"two")
    assert [reader.receive() for _ in range(3)] == [
        Frame(frames.JOB, b"one"),
        Frame(frames.DATA, b"two"),
        Frame(frames.END, b""),
    ]
    large = os.urandom(300_000)
    threading.Thread(target=lambda: (frames.send(writing, frames.OPEN, large), os.close(writing))).start()
    assert reader.receive() == Frame(frames.OPEN, large)
    assert reader.receive() is None
    os.close(reading)
