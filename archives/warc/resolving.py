"""Revisits: the head is the revisit's own, the body is the earlier capture's."""

from __future__ import annotations

import attrs

from archives.capture import Capture, Spool, WireMessage


def with_body(revisit: Capture, original: Capture) -> Capture:
    """The revisit with the body of the capture it refers to.

    An unchanged payload (ISO 28500:2017, 6.7.2) has the revisit's head and the original's entity, put into one chunk
    where the head says chunked. After a 304 (6.7.3) it is the original's response: what a browser's cache would show.
    """
    if revisit.response is None or original.response is None:
        return revisit
    if revisit.status == 304:
        return attrs.evolve(revisit, response=original.response)
    spool = Spool()
    spool.append(revisit.response.interim_heads)
    spool.append(revisit.response.read())
    with original.response.open_entity() as entity:
        start = entity.tell()
        size = entity.seek(0, 2) - start
        entity.seek(start)
        if revisit.response.chunked:
            spool.append(b"%x\r\n" % size)
        while data := entity.read(1 << 18):
            spool.append(data)
        if revisit.response.chunked:
            spool.append(b"\r\n0\r\n\r\n" if size else b"\r\n")
    return attrs.evolve(revisit, response=WireMessage(spool=spool, interim=revisit.response.interim))
