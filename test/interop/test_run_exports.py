"""What the lab writes of its runs, as other programs read it: TensorBoard its event files, Python's `csv` and `json` the tables;
and the size that xz makes of a text, beside Python's `lzma`."""

import csv
import json
import lzma
import math
import subprocess
import tempfile
import unittest
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

from lab import ROOT

SAMPLES = sorted(path for path in (ROOT / "public/samples").iterdir() if path.name != "index.json")
STARTED = 1_790_000_000_000
ARMS = ["old vocabulary", 'continued, 128 "new" tokens', "原子"]


def step(at, loss):
    losses = {"loss": loss, "newTokenLoss": None if at % 2 else loss + 1, "oldTokenLoss": loss / 2, "afterNewTokenLoss": None}
    rest = {"learningRate": 1e-3 / at, "gradientNorm": 0.1 * at, "tokens": 512 + at, "bytes": 1500 + at, "milliseconds": 12.5}
    return {"type": "step", "step": at, **losses, **rest}


def evaluation(at, bits):
    return {"type": "evaluation", "step": at, "bitsPerByte": bits, "milliseconds": 300}


def records(arm, seed):
    found = [{"type": "log", "step": 0, "event": "started", "details": {"steps": 40}}, evaluation(0, 4 + arm)]
    for at in range(1, 41):
        found.append(step(at, 9 / (at + arm) + seed))
        if at % 10 == 0:
            found.append(evaluation(at, 3 - at / 100 + arm / 10))
    return found


RUNS = [
    {"arm": name, "seed": seed, "startedAt": STARTED, "records": records(arm, seed)}
    for seed in (1, 2)
    for arm, name in enumerate(ARMS)
]


class RunExports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.out = Path(cls.folder.name)
        cls.texts = [(str(path), size) for path in SAMPLES for size in (0, 10, 300, 8192, 65536, 1 << 30)]
        job = cls.out / "job.json"
        job.write_text(json.dumps({"runs": RUNS, "texts": cls.texts}))
        command = ["node", "scripts/run.mjs", "test/interop/runExports.ts", str(job), str(cls.out)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr[-3000:]

    def events(self, run):
        folder = {ARMS[1]: "continued, 128 -new- tokens"}.get(run["arm"], run["arm"])
        (path,) = (self.out / "events" / folder / f"seed-{run['seed']}").iterdir()
        return path

    def test_tensorboard_reads_every_scalar_with_its_step_and_time(self):
        for run in RUNS:
            path = self.events(run)
            accumulator = EventAccumulator(str(path.parent), size_guidance={"scalars": 0})
            accumulator.Reload()
            scalars = {tag: accumulator.Scalars(tag) for tag in accumulator.Tags()["scalars"]}
            steps = [record for record in run["records"] if record["type"] == "step"]
            evaluations = [record for record in run["records"] if record["type"] == "evaluation"]
            bits = scalars["heldOut/bitsPerByte"]
            self.assertEqual([event.step for event in bits], [0, 10, 20, 30, 40])
            for event, record in zip(bits, evaluations, strict=True):
                self.assertAlmostEqual(event.value, record["bitsPerByte"], places=6)
            for tag, name in [("loss", "loss"), ("learningRate", "learningRate"), ("gradientNorm", "gradientNorm")]:
                events = scalars[f"train/{tag}"]
                self.assertEqual([event.step for event in events], list(range(1, 41)))
                for event, record in zip(events, steps, strict=True):
                    self.assertTrue(math.isclose(event.value, record[name], rel_tol=1e-6))
            self.assertEqual([event.step for event in scalars["train/newTokenLoss"]], list(range(2, 41, 2)))
            self.assertNotIn("train/afterNewTokenLoss", scalars)
            self.assertEqual(scalars["text/bytesRead"][-1].value, sum(record["bytes"] for record in steps))
            spent = sum(record.get("milliseconds", 0) for record in run["records"])
            self.assertAlmostEqual(bits[-1].wall_time, (STARTED + spent) / 1000, places=3)
            self.assertAlmostEqual(accumulator.FirstEventTimestamp(), STARTED / 1000, places=3)

    def test_the_framing_holds_for_the_loader_that_checks_every_checksum(self):
        path = self.events(RUNS[0])
        events = list(LegacyEventFileLoader(str(path)).Load())
        self.assertEqual(events[0].file_version, "brain.Event:2")
        self.assertEqual(len(events), 1 + 41)
        broken = bytearray(path.read_bytes())
        broken[len(broken) // 2] ^= 1
        damaged = self.out / "events.out.tfevents.damaged"
        damaged.write_bytes(broken)
        self.assertLess(len(list(LegacyEventFileLoader(str(damaged)).Load())), len(events))

    def test_every_arm_and_seed_is_a_run_of_its_own(self):
        multiplexer = EventMultiplexer().AddRunsFromDirectory(str(self.out / "events"))
        multiplexer.Reload()
        folders = [ARMS[0], "continued, 128 -new- tokens", ARMS[2]]
        self.assertEqual(sorted(multiplexer.Runs()), sorted(f"{arm}/seed-{seed}" for arm in folders for seed in (1, 2)))

    def test_python_reads_the_csv_file(self):
        with open(self.out / "runs.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        self.assertEqual(len(rows), len(RUNS) * 41)
        self.assertEqual([row["arm"] for row in rows[::41]], ARMS * 2)
        last = rows[40]
        steps = [record for record in RUNS[0]["records"] if record["type"] == "step"]
        self.assertEqual((last["seed"], last["step"]), ("1", "40"))
        self.assertEqual(int(last["bytesRead"]), sum(record["bytes"] for record in steps))
        self.assertEqual(float(last["loss"]), steps[-1]["loss"])
        self.assertEqual(float(last["heldOutBitsPerByte"]), 2.6)
        self.assertEqual((rows[0]["loss"], rows[1]["heldOutBitsPerByte"]), ("", ""))

    def test_python_reads_the_json_lines(self):
        lines = [json.loads(line) for line in (self.out / "runs.jsonl").read_text(encoding="utf-8").splitlines()]
        wanted = [{"arm": run["arm"], "seed": run["seed"], **record} for run in RUNS for record in run["records"]]
        self.assertEqual(lines, wanted)

    def test_xz_makes_of_a_text_what_python_makes_of_it(self):
        wanted = [len(lzma.compress(Path(path).read_bytes()[:size])) for path, size in self.texts]
        self.assertEqual(json.loads((self.out / "sizes.json").read_text()), wanted)


if __name__ == "__main__":
    unittest.main()
