"""page.py POOLBENCH EXAMPLE: what the report contains, without a browser: well-formed, escaped,
self-contained, every table and chart of the results, and the results themselves."""
import base64
import html.parser
import os
import re
import sys
import tempfile

import variants

VOID = {"meta", "br", "link", "img", "input", "hr"}
problems = []


def fail(variant, text):
    problems.append("%s: %s" % (variant, text))


class Page(html.parser.HTMLParser):
    def __init__(self, name, text):
        super().__init__(convert_charrefs=True)
        self.name, self.stack, self.ids, self.references = name, [], [], []
        self.tags, self.text, self.data, self.rows = {}, [], None, {}
        self.charts = {}
        self.feed(text)
        self.close()
        if self.stack:
            fail(name, "not closed: %s" % self.stack)

    def start(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for key, value in attributes:
            if key == "id":
                self.ids.append(value)
            if key in ("src", "href", "xlink:href", "action", "poster", "srcset"):
                self.references.append(value)
            if key.startswith("on"):
                fail(self.name, "an event handler: %s" % key)
        if tag == "svg":
            section = [id_ for tag_, id_ in self.stack if tag_ == "section"]
            section = section[-1] if section else None
            self.charts[section] = self.charts.get(section, 0) + 1
        if tag == "a" and ("id", "data") in attributes:
            self.data = dict(attributes)["href"]
        if tag == "tr":
            for table in reversed(self.stack):
                if table[0] == "table":
                    self.rows[table[1]] = self.rows.get(table[1], 0) + 1
                    break

    def handle_starttag(self, tag, attributes):
        self.start(tag, attributes)
        if tag not in VOID:
            self.stack.append((tag, dict(attributes).get("id")))

    def handle_startendtag(self, tag, attributes):
        self.start(tag, attributes)

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1][0] != tag:
            fail(self.name, "</%s> closes %s" % (tag, self.stack[-1:]))
        else:
            self.stack.pop()

    def handle_data(self, data):
        self.text.append(data)


def check_whole(name, page):
    for tag in ("script", "link", "img", "iframe", "object", "base"):
        if tag in page.tags:
            fail(name, "<%s>: the page is to stand alone" % tag)
    for reference in page.references:
        if not reference.startswith(("#", "data:application/json;base64,")):
            fail(name, "a reference to elsewhere: %s" % reference[:80])
        elif reference.startswith("#") and reference[1:] not in page.ids:
            fail(name, "a reference to nothing: %s" % reference)
    doubled = {x for x in page.ids if page.ids.count(x) > 1}
    if doubled:
        fail(name, "ids that clash: %s" % sorted(doubled)[:5])


def check_data(name, page, path):
    with open(path, "rb") as file:
        if base64.b64decode(page.data.split(",", 1)[1]) != file.read():
            fail(name, "the data in the page are not the results file")


def check_tables(name, page, results):
    groups = variants.groups(results)
    ordered = [t for tables in groups.values() for t in sorted(tables, key=lambda t: t["threads"])]
    for index, table in enumerate(ordered):
        rows = page.rows.get("t-%d" % index, 0) - 1
        if rows != len(table["rows"]):
            fail(name, "table %d has %d rows, the results %d" % (index, rows, len(table["rows"])))
    text = " ".join(page.text)
    for table in results["tables"]:
        if table["title"] not in text:
            fail(name, "title missing: %s" % table["title"])
        for row in table["rows"]:
            if row["status"] != "ok" and (row["status"] not in text or row["reason"] not in text):
                fail(name, "failed contender not told: %s" % row["contender"])
    for contender in results["contenders"]:
        for library, version in contender["versions"].items():
            if "%s %s" % (library, version) not in text:
                fail(name, "versions missing: %s of %s" % (library, contender["name"]))
    for contender in results["contenders"]:
        if contender["name"] not in text:
            fail(name, "contender missing: %s" % contender["name"])
    for answer in results["semantics"]:
        if answer["answer"] not in text or answer["title"] not in text:
            fail(name, "answer missing: %s" % answer["title"])
    glue = results.get("glue")
    if not glue or not glue["available"]:
        if "Not measured" not in text:
            fail(name, "the cost of the header: not told that it was not measured")
        if glue and glue["why"] not in text:
            fail(name, "the cost of the header: not told why it was not measured")
    elif page.rows.get("t-glue", 0) - 1 != len(glue["rows"]):
        fail(name, "the cost of the header: %d rows, the results %d"
             % (page.rows.get("t-glue", 0) - 1, len(glue["rows"])))
    for label in re.findall(r"\[\[\d+\]\]", text):
        if variants.HOSTILE not in text:
            fail(name, "a text was not put in: %s" % label)


def check_scaling(name, page, results):
    """No verdict beyond the cores, and the chart says so."""
    text = " ".join(page.text)
    cores = results["environment"]["cores_allowed"]
    beyond = [s for s in results["scaling"] if s["to"] > cores]
    if text.count("refused: more threads than cores") != len(beyond):
        fail(name, "%d verdicts beyond the cores are refused, %d are to be"
             % (text.count("refused: more threads than cores"), len(beyond)))
    marked = sum(any(t["beyond_cores"] for t in tables) and len(tables) > 1
                 for tables in variants.groups(results).values())
    if text.count("beyond %d cores: no verdict" % cores) != marked:
        fail(name, "charts of scaling that are not marked beyond the cores")


def check_charts(name, page, results):
    for section, expected in variants.expected_charts(results).items():
        if page.charts.get(section, 0) != expected:
            fail(name, "%d charts in the section %s, %d expected"
                 % (page.charts.get(section, 0), section, expected))
    if page.tags.get("figure", 0) != page.tags.get("svg", 0):
        fail(name, "figures without a chart")


def check_variant(poolbench, example, variant, folder):
    name = variant.__name__ if variant else "example"
    path, out = os.path.join(folder, name + ".json"), os.path.join(folder, name + ".html")
    results = variants.make(example, variant, path)
    variants.report(poolbench, path, out)
    with open(out, encoding="utf-8") as file:
        text = file.read()
    page = Page(name, text)
    check_whole(name, page)
    check_data(name, page, path)
    if ("partial" in page.ids) != (results["run"].get("complete") is not True):
        fail(name, "a partial run is to say so, and only a partial run")
    if re.search(r"rgb\(", text) and re.search(r"='rgb\( *[01],", text):
        fail(name, "a colour of gnuplot's was left")
    if variant not in (variants.nothing, variants.wrong_types):
        check_tables(name, page, results)
        check_charts(name, page, results)
        check_scaling(name, page, results)


def main():
    poolbench, example = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for variant in [None] + variants.ALL:
            check_variant(poolbench, example, variant, folder)
        if os.path.exists("owned"):
            fail("hostile", "a text of the results was run as a command")
    for problem in problems[:40]:
        print("FAILED: " + problem)
    print("page: %d variants, %d problems" % (len(variants.ALL) + 1, len(problems)))
    return 1 if problems else 0


sys.exit(main())
