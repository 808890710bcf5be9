"""The one table of the bare view."""

from django.db import models


class Bare(models.Model):
    """What was posted, and nothing else."""

    body = models.TextField()
    at = models.DateTimeField()
