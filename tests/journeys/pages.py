"""A page as somebody got it: its words, its links and its forms, filled in and sent as a browser would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

INLINE = {"a", "b", "em", "i", "kbd", "q", "small", "span", "strong", "time"}
UNSENT = {"submit", "button", "file", "image", "reset"}


@dataclass
class Form:
    """A form with what it would send as it stands, what may be picked in it, and its buttons."""

    method: str
    action: str
    values: list = field(default_factory=list)
    asks: set = field(default_factory=set)
    choices: dict = field(default_factory=dict)
    buttons: list = field(default_factory=list)

    def holds(self, name, value):
        """Whether pressing it would send this pair: from a hidden field or from a button."""
        return (name, value) in self.values or any((b_name, b_value) == (name, value) for b_name, b_value, _ in self.buttons)

    def says(self, words):
        """Whether a button of it reads so."""
        return any(words in text for _, _, text in self.buttons)

    def filled(self, typed):
        """The pairs to send. Nothing can be typed that the form does not ask for, nothing picked that it does not offer."""
        unasked = set(typed) - self.asks
        assert not unasked, f"the form asks for {sorted(self.asks)}, not for {sorted(unasked)}"
        sent = {name: [value] for name, value in self.values if name not in typed}
        for name, value in typed.items():
            sent[name] = value if isinstance(value, list) else [value]
            offered = self.choices.get(name)
            assert offered is None or set(sent[name]) <= offered, f"{name} offers {sorted(offered)}, not {value}"
        return sent


class _Reader(HTMLParser):
    """Collects words, links and forms of a page."""

    def __init__(self):
        super().__init__()
        self.words, self.links, self.forms = [], [], []
        self.form = self.area = self.select = self.button = None
        self.silent = 0

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag in ("script", "style"):
            self.silent += 1
        if tag == "a" and facts.get("href"):
            self.links.append(facts["href"])
        if tag == "form":
            self.form = Form(facts.get("method", "get").lower(), facts.get("action") or "")
            self.forms.append(self.form)
        elif self.form is not None:
            getattr(self, f"_{tag}", lambda facts: None)(facts)

    def _input(self, facts):
        name, kind, value = facts.get("name"), facts.get("type", "text"), facts.get("value", "")
        if not name or kind in UNSENT - {"file"}:
            return
        self.form.asks.add(name)
        if kind in ("radio", "checkbox"):
            value = facts.get("value", "on")
            self.form.choices.setdefault(name, set()).add(value)
        if kind == "file" or (kind in ("radio", "checkbox") and "checked" not in facts):
            return
        self.form.values.append((name, value))

    def _textarea(self, facts):
        self.area = (facts["name"], [])
        self.form.asks.add(facts["name"])

    def _select(self, facts):
        self.select = facts["name"]
        self.form.asks.add(self.select)
        self.form.choices[self.select] = set()
        self.several = "multiple" in facts

    def _option(self, facts):
        if self.select is None:
            # Of a datalist: a hint, not a choice
            return
        self.form.choices[self.select].add(facts.get("value", ""))
        if "selected" in facts:
            self.form.values.append((self.select, facts.get("value", "")))

    def _button(self, facts):
        self.button = (facts.get("name"), facts.get("value", ""), [])

    def handle_endtag(self, tag):
        if tag not in INLINE:
            self.words.append(" ")
        if tag in ("script", "style"):
            self.silent -= 1
        elif tag == "textarea" and self.area:
            self.form.values.append((self.area[0], "".join(self.area[1]).removeprefix("\n")))
            self.area = None
        elif tag == "select":
            self.select = None
        elif tag == "button" and self.button:
            name, value, words = self.button
            self.form.buttons.append((name, value, "".join(words).strip()))
            self.button = None
        elif tag == "form":
            self.form = None

    def handle_data(self, data):
        if self.silent:
            return
        if self.area:
            self.area[1].append(data)
            return
        if self.button:
            self.button[2].append(data)
        self.words.append(data)


class Page:
    """What one request answered, after its redirects."""

    def __init__(self, client, response):
        self.client, self.response = client, response
        self.status = response.status_code
        hops = getattr(response, "redirect_chain", [])
        request = response.request
        self.url = (
            hops[-1][0] if hops else request["PATH_INFO"] + (f"?{request['QUERY_STRING']}" if request["QUERY_STRING"] else "")
        )
        self.path = urlsplit(self.url).path
        reader = _Reader()
        # A paper to download leads nowhere
        if response.headers.get("Content-Type", "").startswith("text/"):
            reader.feed(response.content.decode())
        self.text = " ".join("".join(reader.words).split())
        self.links, self.forms = reader.links, reader.forms

    def __contains__(self, words):
        return words in self.text

    def form_for(self, row, move, typed=()):
        """The form that makes this move of this row, the one that asks for what is typed where there are several; else None."""
        act = f"{row._meta.model_name}-{row.pk}-{move}"
        found = [form for form in self.forms if form.holds("act", act)]
        return max(found, key=lambda form: len(form.asks & set(typed)), default=None)

    def make(self, row, move, /, **typed):
        """Fill in the form of that move and send it; the page that follows."""
        form = self.form_for(row, move, typed)
        assert form is not None, f"{self.path} does not offer {move}: {self.text[:300]}"
        # A press on a button that carries the move sends that button's pair and no other's
        return self.send(form, {"act": f"{row._meta.model_name}-{row.pk}-{move}"}, **typed)

    def press(self, words, /, **typed):
        """Send the form whose button reads so."""
        form = next((form for form in self.forms if form.says(words)), None)
        assert form is not None, f"{self.path} has no button “{words}”: {self.text[:300]}"
        name, value, _ = next(button for button in form.buttons if words in button[2])
        return self.send(form, {name: value} if name else {}, **typed)

    def send(self, form, pressed=(), /, *, files=None, **typed):
        """Send a form with what was typed; `pressed` is the pair of the button. The page that follows."""
        data = {**form.filled(typed), **dict(pressed), **(files or {})}
        where = urljoin(self.url, form.action) if form.action else self.url
        assert form.method == "post"
        return Page(self.client, self.client.post(where, data, follow=True))

    def leads_to(self, path):
        """Whether a link of the page goes there."""
        return any(urlsplit(urljoin(self.url, link)).path == path for link in self.links)
