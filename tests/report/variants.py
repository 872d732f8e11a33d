"""Results files that a report must cope with, made from the example."""
import copy
import json
import subprocess
import sys

HOSTILE = "<script>alert(1)</script>'\"&`touch owned`$(touch owned)[[0]]\\{}%s\u00e9|"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def partial(results):
    results["run"]["complete"] = False
    for table in results["tables"]:
        table["stopped"] = "interrupted"
        for row in table["rows"]:
            if row["verdict"]:
                row["verdict"] = "undecided"
                row["verdict_reason"] = "fewer than 4 rounds"
    return results


def hostile(results):
    """Every text that is shown, and is no key, is an attack."""
    for contender in results["contenders"]:
        if contender["name"] == "rayon":
            contender["name"] = HOSTILE
    for table in results["tables"]:
        table["title"] = HOSTILE
        for row in table["rows"]:
            if row["contender"] == "rayon":
                row["contender"] = HOSTILE
            row["reason"] = row["verdict_reason"] = HOSTILE
    for run in results["runs"]:
        if run["contender"] == "rayon":
            run["contender"] = HOSTILE
    for answer in results["semantics"]:
        answer["title"] = answer["answer"] = HOSTILE
    for key, value in results["environment"].items():
        if isinstance(value, str):
            results["environment"][key] = HOSTILE
    results["environment"]["warnings"] = [HOSTILE]
    results["run"]["command"] = ["poolbench", "compare", "--filter", HOSTILE]
    results["run"]["seed"] = HOSTILE
    return results


def one_thread(results):
    results["tables"] = [t for t in results["tables"] if t["threads"] == 2]
    results["scaling"] = []
    return results


def no_servers(results):
    for key in ("tables", "workloads", "contenders"):
        results[key] = [x for x in results[key] if x["kind"] != "server"]
    return results


def no_glue(results):
    """A file from before the cost of the header was measured."""
    del results["glue"]
    return results


def no_rust(results):
    results["glue"] = {"available": False, "why": HOSTILE, "rows": []}
    return results


def nothing(results):
    return {"format": results["format"], "version": 1, "run": {}, "tables": []}


def wrong_types(results):
    """Valid JSON, and nothing in it is what it should be."""
    results["environment"] = ["a", 1]
    results["contenders"] = {"a": 1}
    results["semantics"] = results["scaling"] = "text"
    results["glue"] = {"available": True, "rows": [None, {"ratio": "x", "reason": 3}], "rounds": []}
    results["runs"] = [1, None, {"cell": 3, "metrics": [], "start_s": "x"}]
    results["tables"].append(None)
    results["tables"].append({"rows": [None, {"metrics": 4, "percentiles": 4, "status": "ok"}]})
    results["tables"][0]["rows"][1]["ratio"] = "five"
    results["tables"][0]["rows"][2]["ratio"] = -1
    results["tables"][1]["rows"][1]["ratio_high"] = 1e308
    results["tables"][1]["rows"][2]["ratio_low"] = 0
    results["tables"][3]["rows"][0]["percentiles"]["start_ns"]["p99"] = 0
    return results


def boastful(results):
    """A file that claims to know what happens beyond the cores."""
    for entry in results["scaling"]:
        entry["verdict"] = "scales"
    return results


BACKENDS = ["rayon", "crossbeam", "mpsc", "vecdeque", "naive"]


def rival_row(row, name, scale):
    row = copy.deepcopy(row)
    row["contender"] = name
    for key in ("median", "ratio", "ratio_low", "ratio_high"):
        row[key] = row[key] * scale
    for key, metric in row["metrics"].items():
        metric["median"] *= scale
    for series in row["percentiles"].values():
        for key in series:
            series[key] *= scale
    row["verdict"] = "slower" if row["ratio_low"] > 1.05 else "faster"
    return row


def large(results):
    """As many workloads and contenders as a full run has, with titles as long as they come."""
    template = [t for t in results["tables"] if t["kind"] == "pool"]
    latency = [t for t in template if t["group"] == "latency"][0]
    contender = next(c for c in results["contenders"] if c["name"] == "rayon")
    for name in BACKENDS:
        if all(c["name"] != name for c in results["contenders"]):
            results["contenders"].append({**copy.deepcopy(contender), "name": name})
    for c in results["contenders"]:
        c["available"] = True
    workloads = results["workloads"]
    for number in range(12):
        for threads in (1, 2, 4):
            table = copy.deepcopy(latency)
            table["workload"] = "workload_%d" % number
            table["title"] = ("requests with 16 us of work each, 50 connections, pipeline 1 "
                              "(Redis: a Lua function that asks for TIME) %d" % number)
            table["threads"], table["beyond_cores"] = threads, threads > 2
            rows = table["rows"]
            base = rows[0]
            table["rows"] = ([base] +
                             [rival_row(base, name, 0.5 + 0.9 * k ** 3 + 0.1 * number * k)
                              for k, name in enumerate(BACKENDS)] + rows[-2:])
            if number == 3:  # far away on both sides
                table["rows"][1] = rival_row(base, BACKENDS[0], 1e-4)
                table["rows"][2]["ratio_low"] = 1e-6
                table["rows"][4] = rival_row(base, BACKENDS[3], 2500)
                table["rows"][5] = rival_row(base, BACKENDS[4], 30000)
            results["tables"].append(table)
        workload = copy.deepcopy(workloads[1])
        workload["name"] = "workload_%d" % number
        workload["metrics"] += [
            {"name": "cores_burnt", "unit": "cores", "better": "lower", "primary": False},
            {"name": "left_bytes_per_job", "unit": "B", "better": "lower", "primary": False}]
        for table in results["tables"][-3:]:
            for k, row in enumerate(table["rows"]):
                for name in ("cores_burnt", "left_bytes_per_job"):
                    row["metrics"][name] = {"median": 0.13 * 7 ** k, "mad": 0, "n": 6, "ratio": 1,
                                            "ratio_low": 1, "ratio_high": 1}
        workloads.append(workload)
    return results


ALL = [partial, boastful, hostile, one_thread, no_servers, no_glue, no_rust, nothing, wrong_types, large]


def make(example, variant, path):
    results = variant(load(example)) if variant else load(example)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file)
    return results


def report(poolbench, path, page):
    done = subprocess.run([poolbench, "report", path, "--output", page], capture_output=True,
                          text=True, timeout=100, check=False)
    if done.returncode != 0:
        print("FAILED: report of %s: exit status %d: %s" % (path, done.returncode, done.stderr))
        sys.exit(1)
    if "warning" in done.stderr:
        print("FAILED: report of %s: %s" % (path, done.stderr))
        sys.exit(1)


def groups(results):
    """(workload, kind, metric) of the tables, with their numbers of threads."""
    found = {}
    for table in results["tables"]:
        key = (table["workload"], table["kind"], table["metric"])
        found.setdefault(key, []).append(table)
    return found


# ---- what charts a page of these results is to have -------------------------------------------

def chosen(tables):
    within = [t for t in tables if not t["beyond_cores"]]
    return max(within, key=lambda t: t["threads"]) if within else tables[0]


def measured(table, metric):
    """Somebody, the A/A arm aside, has a figure for it."""
    return any(row["status"] == "ok" and row["kind"] != "aa" and
               row["metrics"].get(metric["name"], {}).get("median") is not None
               for row in table["rows"])


def is_cpu(metric):
    return any(word in metric["name"] for word in ("cpu", "cores", "wakeups"))


def is_memory(metric):
    return "bytes" in metric["name"] or metric["unit"] == "B"


def is_cost_of_request(metric):
    return metric["name"].endswith("cpu_us_per_request") and "client" not in metric["name"]


def series(table):
    return {name for row in table["rows"] if row["status"] == "ok" and row["kind"] != "aa"
            for name in row["percentiles"]}


def expected_charts(results):
    """Section: number of charts. The first metric of a workload stands for it where the section
    shows workloads and not metrics."""
    found = groups(results)
    first = {}
    for key, tables in found.items():
        first.setdefault(key[:2], chosen(tables))
    metrics = {(w["name"], w["kind"]): w["metrics"] for w in results["workloads"]}
    ran = {(r["cell"]["workload"], r["cell"]["threads"]) for r in results["runs"]}
    every = [(first[key], metric) for key in first for metric in metrics.get(key, [])]
    pools = [t for key, t in first.items() if key[1] == "pool"]
    return {
        "ratios": len(found),
        "scaling": sum(len(tables) > 1 for tables in found.values()),
        "latency": sum(len(series(t)) for t in first.values()),
        "cpu": sum(is_cpu(m) and measured(t, m) for t, m in every) +
               sum((t["workload"], t["threads"]) in ran for t in pools),
        "memory": sum(is_memory(m) and measured(t, m) for t, m in every),
        "servers": sum(any(is_cost_of_request(m) for m in metrics[key])
                       for key in first if key[1] == "server"),
        "order": 1 + sum((t["workload"], t["threads"]) in ran
                         for t in (chosen(tables) for tables in found.values())),
    }
