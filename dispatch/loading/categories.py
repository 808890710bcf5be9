"""载入类别与警示词: not versioned; what the file names is made to say what the file says, the rest stays."""

from grievance.models import Alert, Category
from street.datafile import Names
from street.loading.ledger import Ledger
from street.models import Role

CATEGORY_KEYS = ("code", "name", "public_name", "parent", "words", "hazard", "board", "joinable", "external_code", "active")
ALERT_KEYS = ("code", "label", "words", "urgent", "bars_automatic", "quarantine", "tells", "advice", "active")
LARGEST_WEIGHT = 10
SHORTEST_WORD = 2
DEEPEST = 3


def load_categories(rows, tally):
    """载入类别: the one above stands before; at most three levels. The Ledger of categories."""
    names = Names("类别代码")
    for row in rows:
        row.only(*CATEGORY_KEYS)
        names.add(row, row.code("code", most=20))
    categories = Ledger(Category, list(names.lines))
    for row in rows:
        categories.put(
            row.code("code"),
            name=row.text("name", most=40),
            public_name=row.text("public_name", required=False, most=60),
            parent=_parent(row, categories, names),
            words=_weighted_words(row),
            hazard=row.get("hazard", bool, False),
            board=row.get("board", bool, False),
            joinable=row.get("joinable", bool, False),
            external_code=row.text("external_code", required=False, most=20),
            active=row.get("active", bool, True),
        )
    categories.report(tally, "类别")
    return categories


def depth_of(category):
    """层级: 1 for 一级, and so on; reads its parents."""
    depth = 1
    while category.parent is not None:
        category, depth = category.parent, depth + 1
    return depth


def _parent(row, categories, names):
    code = row.code("parent", required=False)
    if code and names.lines.get(code, 0) >= row.line:
        row.fail(f"上级类别“{code}”须写在前面。", "parent")
    parent = categories.named(row, "parent")
    if parent is not None and depth_of(parent) >= DEEPEST:
        row.fail(f"类别最多 {DEEPEST} 级，“{code}”下面不能再分。", "parent")
    return parent


def _weighted_words(row):
    weighted = {}
    for weight, words in row.get("words", dict, {}).items():
        number = _weight(row, weight)
        if not isinstance(words, list):
            row.fail(f'词语须写成 {weight} = ["词语", "词语"]。', "words")
        for word in words:
            _check_word(row, word)
            if word in weighted:
                row.fail(f"词语“{word}”写了两次（权重 {weighted[word]} 和 {number}）。", "words")
            weighted[word] = number
    return weighted


def _weight(row, text):
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= abs(number) <= LARGEST_WEIGHT:
        row.fail(f"权重应是 1 至 {LARGEST_WEIGHT} 的整数或负整数，现在是“{text}”。", "words")
    return number


def _check_word(row, word, key="words"):
    if not isinstance(word, str) or len(word.strip()) < SHORTEST_WORD:
        row.fail(f"词语至少 {SHORTEST_WORD} 个字，现在有 {word!r}：单字处处会碰上。", key)


def load_alerts(rows, tally):
    """载入警示词."""
    names = Names("警示词代码")
    for row in rows:
        row.only(*ALERT_KEYS)
        names.add(row, row.code("code", most=40))
    alerts = Ledger(Alert, list(names.lines))
    for row in rows:
        for word in row.texts("words"):
            _check_word(row, word)
        alerts.put(
            row.code("code"),
            label=row.text("label", most=40),
            words=row.texts("words"),
            urgent=row.get("urgent", bool, True),
            bars_automatic=row.get("bars_automatic", bool, False),
            quarantine=row.get("quarantine", bool, False),
            tells=_roles(row),
            advice=row.text("advice", required=False),
            active=row.get("active", bool, True),
        )
    alerts.report(tally, "警示词")


def _roles(row):
    for role in row.texts("tells"):
        if role not in Role.values:
            row.fail(f"“tells”里没有“{role}”这个角色，可用：{'、'.join(Role.values)}。", "tells")
    return row.texts("tells")
