"""GCJ-02: the shifted coordinates of Chinese web maps, from WGS-84 as a phone measures it (the published approximation)."""

from math import cos, pi, radians, sin, sqrt

AXIS, SQUARED_ECCENTRICITY = 6378245.0, 0.00669342162296594323
"""Krasovsky 1940, metres."""


def gcj02(lat, lon):
    """火星坐标: (latitude, longitude) in degrees; right to a few metres inside China, which is where the places are."""
    x, y = lon - 105.0, lat - 35.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + _waves(x, y, 160.0, 320.0)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + _waves(x, x, 150.0, 300.0)
    phi = radians(lat)
    curve = 1 - SQUARED_ECCENTRICITY * sin(phi) ** 2
    up = north * 180.0 / (AXIS * (1 - SQUARED_ECCENTRICITY) / (curve * sqrt(curve)) * pi)
    across = east * 180.0 / (AXIS / sqrt(curve) * cos(phi) * pi)
    return lat + up, lon + across


def _waves(x, along, long, longest):
    """The periodic parts of the shift, metres: short ones by longitude, long ones along the axis that is shifted."""
    short = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    own = 20.0 * sin(along * pi) + 40.0 * sin(along / 3.0 * pi)
    return (short + own + long * sin(along / 12.0 * pi) + longest * sin(along / 30.0 * pi)) * 2.0 / 3.0


def wgs84(lat, lon):
    """还原: the WGS-84 position (CGCS2000 differs by less than a metre) of a GCJ-02 one, the shift taken away until it fits."""
    at = lat, lon
    for _ in range(4):
        there = gcj02(*at)
        at = at[0] - (there[0] - lat), at[1] - (there[1] - lon)
    return at
