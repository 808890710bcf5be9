"""说事码图形: as SVG without a style of its own, which the content policy would refuse; as PNG where a canvas has to draw it."""

import io
from itertools import groupby

from PIL import Image
from qrcode import QRCode as Code
from qrcode.constants import ERROR_CORRECT_M

MARGIN = 4
"""Modules of white around the code, as ISO/IEC 18004 asks."""


def svg(address):
    """SVG of a code that opens `address`; scales to whatever holds it."""
    rows = _rows(address)
    dark = "".join(f"M{x} {y}h{long}v1h-{long}z" for y, row in enumerate(rows) for x, long in _runs(row))
    size = len(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path fill="#000" d="{dark}"/></svg>'
    )


def png(address, scale=6):
    """PNG of the same, `scale` pixels a module."""
    rows = _rows(address)
    image = Image.new("1", (len(rows), len(rows)), 1)
    image.putdata([not dark for row in rows for dark in row])
    out = io.BytesIO()
    image.resize((len(rows) * scale, len(rows) * scale), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


def _rows(address):
    code = Code(error_correction=ERROR_CORRECT_M, border=MARGIN)
    code.add_data(address)
    return code.get_matrix()


def _runs(row):
    """(start, length) of the dark stretches: one piece each, so that no hairline shows between modules in print."""
    x = 0
    for dark, cells in groupby(row):
        length = len(list(cells))
        if dark:
            yield x, length
        x += length
