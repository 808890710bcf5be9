"""学习的分类: which category a message is about, learned from decisions, with a confidence that means what it says.

model = learned.train(examples, prior=words, seed=1)   # only a training process: needs numpy
model.save(path)
model = learned.cached(path)                           # pure Python, one copy a process, loaded when first asked for
model.opinion(title, body)                             # [(label, probability), …], likeliest first
model.sure(opinion, 0.99)                              # may it go by itself at this wanted precision?
"""

from grievance.classify.learned.measures import Tested, report
from grievance.classify.learned.model import Model, Opinion, cached, load

__all__ = ["Model", "Opinion", "Tested", "cached", "load", "report", "train"]


def train(examples, *, prior=None, seed):
    """训练: a `Model` from labelled examples, cold start included.

    `examples`: ((title, body), label) or ((title, body), label, weight); either text may be "", the weight is 1.0 unless
    given (0.5: half as much to be believed). `prior`: {label: {word: weight}}, the words the office keeps beside a
    category; they count the more, the fewer labels there are. Labels are those of examples and prior together, sorted.
    Without any example the words alone decide, and nothing is ever sure. Same examples, same order, same seed: same model.
    Confidence and thresholds come from cross-validation inside `examples`. Needs numpy (only here); about 45 s of
    processor time and 1 GB for 5,000 messages of 400 characters. ValueError where there is neither example nor prior."""
    from grievance.classify.learned import training

    return training.train(examples, prior=prior, seed=seed)
