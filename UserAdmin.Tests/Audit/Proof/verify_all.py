"""Runs verify.py over many proofs in one process, as it is or without one of its checks: reads lines of JSON, writes one for each."""
import io
import json
import re
import sys

source = open(sys.argv[1], encoding="utf-8").read()


def without(check):
    lines = source.split("\n")
    for i, line in enumerate(lines):
        if line.endswith("# check: " + check):
            head = re.match(r"(\s*)(?:(if|elif) .*:|for (.*) in .*:|(.*\S))\s*# check", line)
            lines[i] = head[1] + (head[2] + " False:" if head[2] else f"for {head[3]} in []:" if head[3] else "pass")
    return "\n".join(lines)


def load(text):
    module = {"__name__": "verify"}
    exec(compile(text, "verify.py", "exec"), module)
    return module


loaded = {None: load(source)}
for line in sys.stdin:
    case = json.loads(line)
    check = case.get("without")
    if check not in loaded:
        loaded[check] = load(without(check))
        loaded[check]["TABLES"].update(loaded[None]["TABLES"])
    module = loaded[check]
    try:
        verification = module["Verification"](module["Bundle"](case["folder"]), case.get("fingerprints") or (), case.get("checkpoint"))
        good = verification.run()
        out = io.StringIO()
        verification.report(out)
        print(json.dumps({"code": 0 if good else 1, "text": out.getvalue()}), flush=True)
    except module["Unreadable"] as problem:
        print(json.dumps({"code": 2, "text": str(problem)}), flush=True)
    except Exception as problem:
        print(json.dumps({"code": 3, "text": repr(problem)}), flush=True)
