"""静态文件: names that change with their content, also where one script imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """带摘要的文件名: a page never runs half of an old script and half of a new one."""

    support_js_module_import_aggregation = True
