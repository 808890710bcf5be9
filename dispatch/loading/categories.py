"""载入类别与警示词: not versioned; what the file names is made to say what the file says, the rest stays."""

from grievance.classify.lexicon import GAP
from grievance.models import Alert, Category
from street.datafile import Names
from street.loading.ledger import Ledger
from street.models import Role

CATEGORY_KEYS = ("code", "name", "public_name", "parent", "words", "hazard", "board", "joinable", "external_code", "active")
ALERT_KEYS = (
    "code", "label", "words", "unless", "beside", "categories", "present", "urgent", "bars_automatic", "routes_as", "quarantine",
    "tells", "advice", "active",
)  # fmt: skip
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
            words=weighted_words(row),
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


def weighted_words(row, *, shortest=SHORTEST_WORD):
    """词语表: {word: weight} of `[….words]`, where the left side is the weight."""
    weighted = {}
    for weight, words in row.get("words", dict, {}).items():
        number = _weight(row, weight)
        if not isinstance(words, list):
            row.fail(f'词语须写成 {weight} = ["词语", "词语"]。', "words")
        for word in words:
            _check_word(row, word, shortest=shortest)
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


def _check_word(row, word, key="words", shortest=SHORTEST_WORD):
    if not isinstance(word, str) or len(word.strip()) < shortest:
        row.fail(f"词语至少 {shortest} 个字，现在有 {word!r}：单字处处会碰上。", key)
    if not all(part.strip() for part in word.split(GAP)):
        row.fail(f"“{GAP}”的两边都要有字，现在有 {word!r}。", key)


def load_alerts(rows, tally, categories=None):
    """载入警示词."""
    names = Names("警示词代码")
    for row in rows:
        row.only(*ALERT_KEYS)
        names.add(row, row.code("code", most=40))
    alerts = Ledger(Alert, list(names.lines))
    for row in rows:
        for word in row.texts("words"):
            _check_word(row, word, shortest=1 if row.texts("categories") else SHORTEST_WORD)
        alerts.put(
            row.code("code"),
            label=row.text("label", most=40),
            words=row.texts("words"),
            urgent=row.get("urgent", bool, True),
            bars_automatic=row.get("bars_automatic", bool, False),
            unless=row.texts("unless"),
            beside=row.texts("beside"),
            categories=row.texts("categories"),
            present=row.get("present", bool, False),
            routes_as=_routes_as(row, categories),
            quarantine=row.get("quarantine", bool, False),
            tells=_roles(row),
            advice=row.text("advice", required=False),
            active=row.get("active", bool, True),
        )
    alerts.report(tally, "警示词")


def _routes_as(row, categories):
    code = row.code("routes_as", required=False, most=20)
    if code and categories is not None:
        categories.named(row, "routes_as")
    return code


def _roles(row):
    for role in row.texts("tells"):
        if role not in Role.values:
            row.fail(f"“tells”里没有“{role}”这个角色，可用：{'、'.join(Role.values)}。", "tells")
    return row.texts("tells")
