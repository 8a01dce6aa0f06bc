"""The run's files against the reader."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import unittest

import common
import hesscope


class Reading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = hesscope.open(common.run_folder())

    def test_settings_are_those_of_run_toml(self):
        self.assertEqual(self.run_.settings["net"], {"name": "small-cnn", "channels": [2, 3]})
        self.assertEqual(self.run_.settings["train"]["epochs"], 6)
        self.assertIn("device-name", self.run_.info)

    def test_metrics_have_a_row_for_each_epoch(self):
        lines = (common.run_folder() / "metrics.jsonl").read_text().splitlines()
        lines = [json.loads(line) for line in lines]
        rows = self.run_.metrics(as_dicts=True)
        self.assertEqual([row["epoch"] for row in rows], list(range(7)))
        self.assertEqual([row["train_loss"] for row in rows], [line["train"]["loss"] for line in lines])
        self.assertEqual([row["test_accuracy"] for row in rows], [line["test"]["accuracy"] for line in lines])
        self.assertIsNone(rows[0]["learning_rate"])

    def test_analyses_are_listed_by_epoch_and_operator(self):
        places = [(one.epoch, one.split, one.operator) for one in self.run_.analyses]
        two = [(2, "train", name) for name in ("hess", "g", "g", "h")]
        self.assertEqual(places, two + [(6, "train", name) for name in ("hess", "g", "h")])
        # The last epoch where none is named.
        self.assertEqual(self.run_.analysis("hess").epoch, 6)

    def test_an_analysis_has_the_numbers_of_its_file(self):
        (record,) = common.records("analysis", "hess-train-0006")
        found = self.run_.analysis("hess", epoch=6, split="train")
        self.assertEqual(found.json, {name: value for name, value in record.items() if name != "sha256"})
        for name in ("loss", "accuracy", "examples", "classes"):
            self.assertEqual(getattr(found, name), record[name])
        spectrum = record["spectrum"]
        self.assertEqual(found.dimension, spectrum["dimension"])
        self.assertEqual(found.range, (spectrum["range"]["lower"], spectrum["range"]["upper"]))
        (g,) = common.records("analysis", "g-train-0006")
        sides = [g["spectrum"]["outliers"][side] for side in ("positive", "negative")]
        counts = tuple(side["decided"]["count"] if "decided" in side else None for side in sides)
        self.assertEqual(self.run_.analysis("g").outliers, counts)
        self.assertEqual(counts[1], 0)

    def test_rows_of_the_table_are_analyses(self):
        rows = self.run_.table(top=3, as_dicts=True)
        self.assertEqual(len(rows), 7)
        for row, analysis in zip(rows, self.run_.analyses):
            top = analysis.json["spectrum"]["top"]["values"][:3]
            self.assertEqual([row[f"eigenvalue_{i}"] for i in (1, 2, 3)], top)
            self.assertEqual((row["operator"], row["loss"]), (analysis.operator, analysis.loss))

    def test_the_trace_is_that_of_the_quadratures(self):
        for analysis in self.run_.analyses:
            probes = analysis.json["spectrum"]["density"]["quadratures"]
            self.assertEqual(analysis.trace.error is None, len(probes) == 1)
        # Hess is G + H: so are their traces, within the errors.
        parts = [self.run_.analysis(name).trace for name in ("g", "h", "hess")]
        error = 4 * sum(part.error for part in parts)
        self.assertLess(abs(parts[0].value + parts[1].value - parts[2].value), error)

    def test_overlaps_are_those_of_the_file(self):
        (record,) = common.records("overlaps")
        pairs = record["epochs"][0]["pairs"]
        self.assertEqual([one.overlap for one in self.run_.overlaps], [pair["overlap"] for pair in pairs])
        first = self.run_.overlaps[0]
        self.assertEqual((first.epoch, first.split, first.first, first.second), (6, "train", "hess", "g"))

    def test_a_run_without_findings_has_none(self):
        self.assertEqual(self.run_.findings, [])


class Refusing(unittest.TestCase):
    def refused(self, parts, call):
        with self.assertRaises(hesscope.Error) as caught:
            call()
        sentence = str(caught.exception)
        self.assertNotIn("\n", sentence)
        for part in parts:
            self.assertIn(part, sentence)

    def setUp(self):
        self.run_ = hesscope.open(common.run_folder())

    def copy(self):
        out = common.folder() / "copy"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(common.run_folder(), out)
        return out

    def test_what_is_no_run_is_named(self):
        self.refused(["nowhere", "run.toml", "hesscope run"], lambda: hesscope.open("nowhere"))

    def test_a_choice_that_fits_nothing_or_several_lists_what_there_is(self):
        self.refused(["no analysis of a1", "hess over train at epoch 2"], lambda: self.run_.analysis("a1"))
        self.refused(["epoch 3", "hess over train at epoch 6"], lambda: self.run_.analysis("hess", epoch=3))
        self.refused(["over test"], lambda: self.run_.analysis("hess", split="test"))
        self.refused(["2 files of g over train at epoch 2", "key="], lambda: self.run_.analysis("g", epoch=2))
        several = [one for one in self.run_.analyses if (one.operator, one.epoch) == ("g", 2)]
        for one in several:
            self.assertIs(self.run_.analysis("g", epoch=2, key=one.key[:12]), one)
            self.assertIs(self.run_.analysis("g", epoch=2, key=one.key), one)

    def test_a_run_without_results_names_the_command_that_makes_them(self):
        copy = self.copy()
        for kind in ("analysis", "eigenvectors"):
            shutil.rmtree(copy / kind)
        run = hesscope.open(copy)
        self.refused(["no analysis", "hesscope spectrum"], run.analysis)
        self.refused(["no eigenvectors", "hesscope overlaps"], run.eigenvectors)
        self.assertEqual((run.table(as_dicts=True), run.overlaps[0].epoch), ([], 6))

    def test_a_sealed_file_that_is_no_record_and_another_schema_are_refused(self):
        copy = self.copy()
        for body, parts in (
            ('\n  "a": 1\n}', ["no record of a run"]),
            ('\n  "origin": {"schema": 3},\n  "settings": {}\n}', ["schema 3", "reads 4"]),
        ):
            total = hashlib.sha256(body.encode()).hexdigest()
            file = copy / "analysis" / "x.json"
            file.write_text(f'{{\n  "sha256": "{total}",{body}')
            self.refused([str(file), *parts], lambda: hesscope.open(copy).analyses)

    def test_damaged_files_are_refused_wherever_a_byte_is_changed(self):
        copy = self.copy()
        (file,) = (copy / "analysis").glob("hess-train-0006*.json")
        whole = file.read_bytes()
        for place in (0, 20, 90, len(whole) // 2, len(whole) - 2):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            self.refused([str(file), "damaged", "delete it"], lambda: hesscope.open(copy).analyses)
            file.write_bytes(whole[:place])
            self.refused([str(file), "damaged"], lambda: hesscope.open(copy).analyses)
        toml = copy / "run.toml"
        toml.write_text(toml.read_text().replace("seed = 3", "seed = 4"))
        self.refused([str(toml), "checksum"], lambda: hesscope.open(copy))

    def test_files_of_another_run_are_refused(self):
        copy = self.copy()
        other = common.folder() / "other"
        if not other.exists():
            common.hesscope("run", "--config", str(common.CONFIG), "--seed", "4", "--out", str(other))
        (file,) = (other / "analysis").glob("h-train-0006*.json")
        shutil.copy(file, copy / "analysis")
        self.refused([file.name, "another run"], lambda: hesscope.open(copy).analyses)


class Program(unittest.TestCase):
    def test_python_m_hesscope_is_the_program(self):
        ran = common.package("--version")
        self.assertEqual((ran.returncode, ran.stdout), (0, common.hesscope("--version")))
        ran = common.package("spectrum", "nowhere")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("nowhere", ran.stderr)

    def test_a_program_that_is_not_there_is_said(self):
        path = os.pathsep.join(sys.path)
        environment = {**os.environ, "PYTHONPATH": path, "HESSCOPE_BINARY": "missing"}
        command = [sys.executable, "-m", "hesscope", "devices"]
        ran = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)
        self.assertEqual(ran.returncode, 2)
        self.assertIn("HESSCOPE_BINARY names missing", ran.stderr)


if __name__ == "__main__":
    unittest.main()
