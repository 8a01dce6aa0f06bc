#!/usr/bin/env python3
"""Products, gradients and steps of training beside PyTorch, on the CPU, in one run.

    cargo bench --bench peers --no-run && python benches/peers/run.py [--rounds N] [--networks NAMES] [--json FILE] [--table FILE]

For each case hesscope and each of PyTorch's ways to do it take turns, `--rounds` times; what is told are the medians, and of
PyTorch's ways the fastest, and the peak memory of each side's first go in a process of its own. Nothing else should run meanwhile. It needs Linux and `torch`; without it, it says so and ends.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

# Examples of a product: as few as take a good part of a second.
NETWORKS = {"vgg11": 32, "resnet18": 8, "densenet40": 8, "small-cnn": 512, "mlp": 512}
CASES = [("hess", 1), ("hess", 8), ("g", 1), ("g", 8), ("gradient", 1), ("training", 1), ("pairs", 10)]
# Of larger networks they take minutes.
PAIRS_OF = ("small-cnn", "mlp")
TRAINING_BATCH = 32
WORDS = {"hess": "Hess", "g": "G", "gradient": "gradient", "training": f"training step, batch {TRAINING_BATCH}", "pairs": "ten leading eigenpairs"}


def server():
    command = ["cargo", "bench", "--bench", "peers", "--no-run", "--message-format", "json"]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    artifacts = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    program = next(a["executable"] for a in artifacts if a.get("target", {}).get("name") == "peers" and a.get("executable"))
    return subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ours(process, question):
    process.stdin.write(question + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        sys.exit(f"hesscope's side ended at `{question}`")
    return json.loads(answer)


def alone(command, question=None):
    """What a process of its own answers, one that returns what it frees to the system."""
    environment = {**os.environ, "MALLOC_TRIM_THRESHOLD_": "131072"}
    told = subprocess.run(command, input=question, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
    return json.loads(told.splitlines()[-1])


def median(rounds, field):
    return statistics.median(one[field] for one in rounds)


def measure(torch_side, process, name, what, count, rounds):
    parameters = torch_side.parameters_of(name)
    examples = TRAINING_BATCH if what == "training" else NETWORKS[name]
    ways = torch_side.ways(name, what, count, examples)
    question = f"{name} {what} {count} {examples}"
    mine, theirs = [], {way: [] for way in ways}
    for done in range(rounds):
        mine.append(ours(process, question))
        if mine[-1]["parameters"] != parameters:
            sys.exit(f"{name} has {mine[-1]['parameters']} parameters here and {parameters} in torch_side.py")
        for way, work in ways.items():
            # A way that took twice as long as the fastest is not tried again.
            least = min((median(found, "wall") for found in theirs.values() if found), default=None)
            if done and (not theirs[way] or median(theirs[way], "wall") > 2 * least):
                continue
            try:
                theirs[way].append(torch_side.timed(work))
            except Exception as error:  # Another way may do.
                print(f"  {name} {what}: {way} failed: {str(error).splitlines()[0]}", file=sys.stderr)
    best = min((way for way in ways if theirs[way]), key=lambda way: median(theirs[way], "wall"))
    fields = ("wall", "processor")
    vectors = examples * (1 if what == "pairs" else count)
    row = {
        "network": name,
        "what": what,
        "directions": count,
        "examples": examples,
        "way": best,
        "hesscope": {field: median(mine, field) for field in fields},
        "pytorch": {field: median(theirs[best], field) for field in fields},
        "milliseconds": [1e3 * median(found, "wall") / vectors for found in (mine, theirs[best])],
        "operations": mine[-1]["operations"],
        "memory": [
            alone([process.args[0]], question)["memory"],
            alone([sys.executable, "-W", "ignore", torch_side.__file__, name, what, str(count), str(examples), best])["memory"],
        ],
        "ways": {way: median(found, "wall") for way, found in theirs.items() if found},
    }
    for field in fields:
        row[field] = row["hesscope"][field] / max(row["pytorch"][field], 1e-9)
    mebibytes = [bytes >> 20 for bytes in row["memory"]]
    print(
        f"{name:10} {what:8} K = {count}: {row['wall']:.2f} of the wall time, {row['processor']:.2f} of the processor time; "
        f"{row['milliseconds'][0]:.3g} and {row['milliseconds'][1]:.3g} ms ({best}); {mebibytes[0]} and {mebibytes[1]} MiB",
        flush=True,
    )
    return row


def table(rows, cell):
    names = list(dict.fromkeys(row["network"] for row in rows))
    lines = ["| | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for what, count in CASES:
        cells = []
        for name in names:
            found = [row for row in rows if (row["network"], row["what"], row["directions"]) == (name, what, count)]
            cells.append(cell(found[0]) if found else "")
        if not any(cells):
            continue
        words = WORDS[what] + (f", K = {count}" if what in ("hess", "g") else "")
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def tables(rows, rate):
    """Ratios of time, milliseconds, peak memory, and the share of the rate of a large product of matrices."""

    def share(row):
        # The account takes all layers alike; nearly all of mlp is its first, whose input has no tangent.
        if not row["operations"] or row["network"] == "mlp":
            return ""
        reached = row["operations"] / row["hesscope"]["wall"]
        return f"{reached / 1e9:.0f} ({100 * reached / rate:.0f}%)"

    cells = [
        ("Wall time / processor time, hesscope over PyTorch", lambda row: f"{row['wall']:.2f} / {row['processor']:.2f}"),
        ("Milliseconds per example and vector, hesscope and PyTorch", lambda row: "{:.3g}, {:.3g}".format(*row["milliseconds"])),
        (
            "MiB above rest at the fullest moment, hesscope and PyTorch",
            lambda row: "{}, {}".format(*(bytes >> 20 for bytes in row["memory"])),
        ),
        (f"GFLOP/s of hesscope, and the share of the {rate / 1e9:.0f} of a product of matrices", share),
    ]
    return "\n".join(f"**{title}**\n\n{table(rows, cell)}" for title, cell in cells)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--cases", help="such as hess1,g8,training1; all by default")
    parser.add_argument("--json", help="file for all numbers, written anew after each case")
    parser.add_argument("--table", help="file for the tables in Markdown")
    options = parser.parse_args()
    try:
        import torch
        import torch_side
    except ImportError as error:
        sys.exit(f"peers: nothing was measured: {error}; install torch to compare with it")
    asked = options.cases.split(",") if options.cases else None
    process = server()
    print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {platform.processor() or platform.machine()}", flush=True)
    rate = ours(process, "matmul")["rate"]
    rows = []
    for name in options.networks.split(","):
        for what, count in CASES:
            if (asked and f"{what}{count}" not in asked) or (what == "pairs" and name not in PAIRS_OF):
                continue
            rows.append(measure(torch_side, process, name, what, count, options.rounds))
            if options.json:
                with open(options.json + ".part", "w", encoding="utf-8") as file:
                    json.dump({"torch": torch.__version__, "threads": torch.get_num_threads(), "matmul": rate, "rows": rows}, file, indent=2)
                os.replace(options.json + ".part", options.json)
    print()
    print(tables(rows, rate))
    if options.table:
        with open(options.table, "w", encoding="utf-8") as file:
            file.write(tables(rows, rate))


if __name__ == "__main__":
    main()
