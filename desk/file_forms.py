"""文件框: several files in one field of a small form."""

from django import forms


class ManyFiles(forms.FileField):
    """若干文件 of one field; whether they are what they should be, `media` looks at."""

    def __init__(self, label, *, accept, most=1, **options):
        attrs = {"accept": accept, "data-max": most}
        super().__init__(label=label, required=False, widget=FilesInput(attrs), **options)

    def clean(self, value, initial=None):
        """The files in the order in which they were chosen."""
        return [super(ManyFiles, self).clean(one) for one in value or ()]


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"
