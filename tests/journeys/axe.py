"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe


def violations(page, *weights):
    """Each fault as `rule: where`; only those of these weights (axe's impact) where any are named."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['target']}" for rule in found if not weights or rule["impact"] in weights for node in rule["nodes"]
    ]
