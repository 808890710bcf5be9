"""Another version of a policy with the same rows, for tests that change one of them."""

from dispatch.models import Allowance, EscalationRung, Policy, RoutingRule, TimeLimit


def another_version(policy, *, at):
    """The next version, in force from `at`, with a copy of every row."""
    made = Policy.objects.get(pk=policy.pk)
    made.pk, made.version, made.effective_from, made.issued_at = None, policy.version + 1, at, at
    made.save(force_insert=True)
    for model in (TimeLimit, EscalationRung, Allowance):
        rows = list(model.objects.filter(policy=policy))
        for row in rows:
            row.pk, row.policy = None, made
        model.objects.bulk_create(rows)
    for rule in RoutingRule.objects.filter(policy=policy):
        assistants = list(rule.assistants.all())
        rule.pk, rule.policy, rule._state.adding = None, made, True
        rule.save(force_insert=True)
        rule.assistants.set(assistants)
    return made
