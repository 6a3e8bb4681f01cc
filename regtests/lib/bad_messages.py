# SPDX-License-Identifier: MIT
"""Messages that two programs could read in two ways, whether they are requests or responses."""


def heads(start):
    """By what is wrong with them: heads that begin with these lines, with the body that one of the two would see."""
    return {
        "Content-Length and Transfer-Encoding": start + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "two different lengths": start + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\n",
        "two equal lengths": start + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "a list of lengths": start + b"Content-Length: 0, 0\r\n\r\n",
        "a negative length": start + b"Content-Length: -1\r\n\r\n",
        "a length of 65 bits": start + b"Content-Length: 18446744073709551616\r\n\r\n",
        "a coding behind chunked": start + b"Transfer-Encoding: chunked, gzip\r\n\r\n",
        "a coding before chunked": start + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "chunked in two fields": start + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "obs-fold": start + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
        "a bare LF behind a length": start + b"Content-Length: 0\n\r\n",
        "a bare CR in a value": start + b"X: a\rb\r\nContent-Length: 0\r\n\r\n",
        "a NUL in a value": start + b"X: a\0b\r\nContent-Length: 0\r\n\r\n",
        "a blank before the colon": start + b"Content-Length : 0\r\n\r\n",
        "a line without a colon": start + b"nonsense\r\nContent-Length: 0\r\n\r\n",
    }


# Bodies in chunks, likewise.
CHUNKS = {
    "a chunk size that is no number": b"g\r\n",
    "an empty chunk size": b"\r\n",
    "a negative chunk size": b"-1\r\n",
    "a chunk size of 65 bits": b"10000000000000000\r\nx\r\n0\r\n\r\n",
    "a bare LF behind a chunk size": b"5\nhello\r\n0\r\n\r\n",
    "a chunk longer than its size": b"5\r\nhelloX\r\n0\r\n\r\n",
}
