"""browser.py POOLBENCH EXAMPLE: the report in Chromium, at the width of a phone and of a desk.

A copy of the page, with a script that measures it, is shown in a frame of the wanted width; what it
measured is in the DOM that Chromium dumps. Exit status 77: no Chromium here."""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

import variants

WIDTHS = (390, 1280)
SMALLEST_TEXT = 8.0  # pixels on the screen
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--virtual-time-budget=8000", "--allow-file-access-from-files"]

MEASURE = """<script>
addEventListener("load", function () {
  var root = document.documentElement, charts = [], wide = [], tables = {};
  document.querySelectorAll("svg.chart").forEach(function (svg, index) {
    var box = svg.getBoundingClientRect(), out = [], smallest = 1e9;
    var scale = box.width / svg.viewBox.baseVal.width;
    svg.querySelectorAll("text").forEach(function (text) {
      var r = text.getBoundingClientRect();
      smallest = Math.min(smallest, scale * parseFloat(getComputedStyle(text).fontSize));
      if (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 2 ||
          r.bottom > box.bottom + 2)
        out.push(text.textContent);
    });
    var paints = svg.querySelectorAll("path, polygon, use, rect").length;
    var section = svg.closest("section");
    charts.push({section: section ? section.id : "overview", texts: Array.from(
                   svg.querySelectorAll("text")).map(function (t) { return t.textContent; }),
                 title: svg.getAttribute("aria-label"), width: box.width, height: box.height,
                 right: box.right, out: out, smallest: smallest, paints: paints});
  });
  document.querySelectorAll("body *").forEach(function (e) {
    var r = e.getBoundingClientRect();
    if (r.right > root.clientWidth + 1 && r.width > 0 && !e.closest(".wide, pre, svg, details:not([open])"))
      wide.push(e.tagName + " " + (e.className || e.id) + " " + e.textContent.slice(0, 40));
  });
  document.querySelectorAll("table").forEach(function (t) {
    var r = t.getBoundingClientRect();
    if (t.id) tables[t.id] = {width: r.width, height: r.height, rows: t.tBodies[0].rows.length};
  });
  parent.postMessage(JSON.stringify({inner: innerWidth, scroll: root.scrollWidth,
    client: root.clientWidth, charts: charts, wide: wide, tables: tables,
    sections: Array.from(document.querySelectorAll("section")).map(function (s) { return s.id; })}), "*");
});
</script>"""

FRAME = """<!DOCTYPE html><meta charset="utf-8"><pre id="measured"></pre>
<script>addEventListener("message", function (e) {
  document.getElementById("measured").textContent = e.data; });</script>
<iframe src="page.html" width="%d" height="900" style="border:0"></iframe>"""

problems = []


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return name
    return None


def measure(browser, page, width, folder):
    with open(page, encoding="utf-8") as file:
        text = file.read().replace("</body>", MEASURE + "</body>")
    with open(os.path.join(folder, "page.html"), "w", encoding="utf-8") as file:
        file.write(text)
    frame = os.path.join(folder, "frame.html")
    with open(frame, "w", encoding="utf-8") as file:
        file.write(FRAME % width)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run([browser, *FLAGS, "--user-data-dir=" + profile,
                               "--window-size=1400,1000", "--dump-dom", "file://" + frame],
                              capture_output=True, text=True, timeout=100, check=False)
    found = re.search(r'<pre id="measured">(.+?)</pre>', done.stdout, re.S)
    if not found:
        print("FAILED: the browser measured nothing: %s" % done.stderr[-2000:])
        sys.exit(1)
    return json.loads(html.unescape(found.group(1)))


def check_overview(fail, chart, results):
    """Every title in full, and an axis that a row far away does not stretch: it has an arrow."""
    for text in chart["texts"]:
        if "…" in text:
            fail("a title of the overview is cut: " + text)
        if "10⁻" in text or text in ("10³", "10⁴", "1000"):
            fail("the axis of the overview is stretched to " + text)
    far = any(row["status"] == "ok" and row["kind"] in ("pool", "server") and row["ratio"] > 1000
              for tables in variants.groups(results).values()
              for row in variants.chosen(tables)["rows"])
    if far and not any("▸" in text or "◂" in text for text in chart["texts"]):
        fail("nothing in the overview tells of a row beyond its axis")


def check(name, width, measured, results):
    def fail(text):
        problems.append("%s at %d px: %s" % (name, width, text))

    if measured["inner"] != width:
        fail("the frame is %d wide" % measured["inner"])
    if measured["scroll"] > measured["client"]:
        fail("the page overflows: %d > %d" % (measured["scroll"], measured["client"]))
    for element in measured["wide"][:5]:
        fail("sticks out: " + element)
    for section, expected in {**variants.expected_charts(results), "overview": 1}.items():
        shown = sum(chart["section"] == section for chart in measured["charts"])
        if shown != expected:
            fail("%d charts in the section %s, %d expected" % (shown, section, expected))
    for chart in measured["charts"]:
        if chart["section"] == "overview":
            check_overview(fail, chart, results)
    ratios = [chart for chart in measured["charts"] if chart["section"] == "ratios"]
    for chart, tables in zip(ratios, variants.groups(results).values()):
        names = {row["contender"] for table in tables for row in table["rows"]
                 if row["kind"] not in ("aa", "floor") and row["contender"] != "shared_queue"}
        for missing in names.difference(chart["texts"]):
            fail("“%s” does not name %s" % (chart["title"], missing))
    for chart in measured["charts"]:
        if chart["width"] < 250 or chart["height"] < 60 or chart["paints"] < 5:
            fail("not to be seen: %s (%s)" % (chart["title"], chart))
        if chart["out"]:
            fail("cut off in “%s”: %s" % (chart["title"], chart["out"]))
        if chart["smallest"] < SMALLEST_TEXT:
            fail("text of %.1f px in “%s”" % (chart["smallest"], chart["title"]))
    if measured["tables"]["t-verdicts"]["width"] > measured["client"]:
        fail("the verdicts have to be scrolled")
    for index, _ in enumerate(results["tables"]):
        table = measured["tables"].get("t-%d" % index)
        if not table or table["height"] < 20 or table["rows"] < 2:
            fail("table %d is not to be seen: %s" % (index, table))
    for section in ("verdicts", "ratios", "scaling", "latency", "cpu", "servers", "order",
                    "semantics", "tables", "contenders", "environment", "repeat", "raw"):
        if section not in measured["sections"]:
            fail("section missing: " + section)


def main():
    poolbench, example = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    browser = chromium()
    if browser is None:
        print("skipped: no chromium here (apt-get install chromium)")
        return 77
    measured = os.path.join(os.path.dirname(example), "..", "..", "docs", "results.json")
    with tempfile.TemporaryDirectory() as folder:
        for name, source, variant in (("example", example, None), ("docs", measured, None),
                                      ("large", example, variants.large)):
            path, page = os.path.join(folder, "r.json"), os.path.join(folder, "r.html")
            if not os.path.exists(source):
                continue
            results = variants.make(source, variant, path)
            variants.report(poolbench, path, page)
            for width in WIDTHS:
                check(name, width, measure(browser, page, width, folder), results)
    for problem in problems[:40]:
        print("FAILED: " + problem)
    print("browser: %d problems" % len(problems))
    return 1 if problems else 0


sys.exit(main())
