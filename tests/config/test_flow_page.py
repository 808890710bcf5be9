"""docs/flow.md says what the tables of moves say."""

from config.management.commands import flow


def test_flow_page_is_in_step_with_the_tables():
    assert flow.PAGE.read_text() == flow.page()


def test_every_table_and_every_move_is_on_the_page():
    page = flow.page()
    tables = [workflow for module in flow.TABLES for workflow in flow.workflows(module)]
    assert len(tables) >= 5
    assert [move.name for workflow in tables for move in workflow.moves.values() if f"`{move.name}`" not in page] == []


def test_every_state_that_can_be_reached_can_be_left_or_is_an_end():
    for module in flow.TABLES:
        for workflow in flow.workflows(module):
            text = "\n".join(flow.drawing(workflow))
            assert "--> [*]" in text, workflow.noun
