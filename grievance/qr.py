"""说事码图形: as SVG without a style of its own, which the content policy would refuse."""

from itertools import groupby

from qrcode import QRCode as Code
from qrcode.constants import ERROR_CORRECT_M

MARGIN = 4
"""Modules of white around the code, as ISO/IEC 18004 asks."""


def svg(address):
    """SVG of a code that opens `address`; scales to whatever holds it."""
    code = Code(error_correction=ERROR_CORRECT_M, border=MARGIN)
    code.add_data(address)
    rows = code.get_matrix()
    dark = "".join(f"M{x} {y}h{long}v1h-{long}z" for y, row in enumerate(rows) for x, long in _runs(row))
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{dark}"/></svg>'
    )


def _runs(row):
    """(start, length) of the dark stretches: one piece each, so that no hairline shows between modules in print."""
    x = 0
    for dark, cells in groupby(row):
        length = len(list(cells))
        if dark:
            yield x, length
        x += length
