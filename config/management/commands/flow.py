"""流程图: docs/flow.md, drawn from the tables of moves themselves, so that it cannot say anything else than the program does."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dispatch import duty as dispatch_duty
from dispatch import eye as dispatch_eye
from dispatch import teamwork as dispatch_teamwork
from dispatch import workflow as dispatch_workflow
from feedback import reporting as feedback_reporting
from feedback import topic_moves as feedback_topic_moves
from feedback import workflow as feedback_workflow
from grievance import workflow as grievance_workflow
from grievance.casework import OUTSIDE, RESIDENT, SYSTEM, Workflow
from street.models import Role

PAGE = settings.BASE_DIR / "docs" / "flow.md"
TABLES = [
    grievance_workflow,
    dispatch_workflow,
    dispatch_eye,
    dispatch_teamwork,
    dispatch_duty,
    feedback_workflow,
    feedback_reporting,
    feedback_topic_moves,
]
HEAD = """# 流程：每一步谁能办

本页由 `python manage.py flow` 从程序里的动作表生成，不要手改；测试核对它与程序一致。

- “系统”：定时巡查或别的动作带出来的一步，没有人点按钮。“居民”：凭查询码办的一步；“社会单位”：没有账号，凭链接办的一步。
- 状态一栏写“不变”的，只记一笔，不改状态。
- 角色还要在对的单位：承办单位的人只办本单位的，街道的人只办本街道的。
"""


class Command(BaseCommand):
    """流程图: writes docs/flow.md, or with --check only says whether it is in step."""

    help = "由动作表生成 docs/flow.md；--check 只核对"

    def add_arguments(self, parser):
        """参数: --check changes nothing."""
        parser.add_argument("--check", action="store_true", help="只核对，不写文件")

    def handle(self, *, check, **options):
        """CommandError with --check where the page and the tables differ."""
        text = page()
        if not check:
            PAGE.write_text(text)
        elif not PAGE.exists() or PAGE.read_text() != text:
            raise CommandError("docs/flow.md 与动作表不一致，请运行 python manage.py flow。")
        self.stdout.write("docs/flow.md 与动作表一致。")


def page():
    """The whole page as Markdown."""
    return "\n".join([HEAD, *(section(workflow) for module in TABLES for workflow in workflows(module))])


def workflows(module):
    """The tables of moves of a module, in the order in which they stand; those that lie in a dict by kind as well."""
    for value in vars(module).values():
        if isinstance(value, Workflow):
            yield value
        elif isinstance(value, dict):
            yield from (each for each in value.values() if isinstance(each, Workflow))


def section(workflow):
    """One table of moves: the drawing, then a row for each move."""
    moves = workflow.moves.values()
    rows = [f"| {move.label} | `{move.name}` | {sources(move)} | {target(move)} | {actors(move)} |" for move in moves]
    table = ["| 动作 | 代码 | 从 | 到 | 谁能办 |", "|---|---|---|---|---|", *rows]
    return "\n".join([f"## {workflow.noun}", "", "```mermaid", *drawing(workflow), "```", "", *table, ""])


def drawing(workflow):
    """A Mermaid state diagram; moves that lead the same way share an arrow."""
    arrows: dict = {}
    for move in workflow.moves.values():
        for source in ordered(move) if move.target is not None else []:
            arrows.setdefault((source, states(workflow)(move.target)), []).append(move.label)
    leaving = {source for source, _ in arrows}
    used = [state for state in states(workflow) if any(state in pair for pair in arrows)]
    yield "stateDiagram-v2"
    yield from (f'    state "{state.label}" as {state.value}' for state in used)
    yield f"    [*] --> {used[0].value}"
    yield from (f"    {a.value} --> {b.value}: {'、'.join(labels)}" for (a, b), labels in arrows.items())
    yield from (f"    {state.value} --> [*]" for state in used if state not in leaving)


def states(workflow):
    """The choices that the `status` of this table's model may take."""
    return type(next(iter(next(iter(workflow.moves.values())).sources)))


def ordered(move):
    """The states a move starts from, in the order of the model."""
    return [state for state in type(next(iter(move.sources))) if state in move.sources]


def sources(move):
    """从: the states in words."""
    return "、".join(state.label for state in ordered(move))


def target(move):
    """到: the state in words, or that it stays."""
    return "不变" if move.target is None else type(next(iter(move.sources)))(move.target).label


def actors(move):
    """谁能办: the roles in words, in the order of the model; the resident and the system after them."""
    people = [str(role.label) for role in Role if role in move.roles]
    others = {OUTSIDE: "社会单位", RESIDENT: "居民", SYSTEM: "系统"}
    return "、".join([*people, *(label for role, label in others.items() if role in move.roles)])
