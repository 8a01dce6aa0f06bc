"""Arrays, tables and plots, which need packages beside the standard library."""

import importlib.util
import json
import math
import shutil
import struct
import unittest
import zipfile

import common
import hesscope


def gaussian(x, width):
    """A Gaussian of area 1."""
    return math.e ** (-0.5 * (x / width) ** 2) / (width * math.sqrt(2 * math.pi))


def has(*names):
    return all(importlib.util.find_spec(name) for name in names)


@unittest.skipUnless(has("numpy"), "NumPy is not installed")
class Arrays(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = hesscope.open(common.run_folder())
        cls.hess = cls.run_.analysis("hess", epoch=6)

    def test_eigenvalues_are_those_of_the_file(self):
        top = self.hess.json["spectrum"]["top"]
        self.assertEqual(self.hess.eigenvalues.tolist(), top["values"])
        self.assertEqual(self.hess.residuals.tolist(), top["residuals"])
        self.assertEqual(self.hess.converged.tolist(), top["converged"])
        self.assertEqual(self.hess.converged.dtype, bool)

    def test_densities_are_the_broadened_quadratures_within_their_bands(self):
        import numpy as np

        for analysis in self.run_.analyses:
            density = analysis.density()
            stored = analysis.json["spectrum"]["density"]
            p, atoms = stored["dim"], stored["atoms"]
            curve = np.zeros_like(density.grid)
            for atom in atoms:
                curve += gaussian(density.grid - atom["value"], density.width) / p
            for quadrature in stored["quadratures"]:
                share = (p - len(atoms)) / p / len(stored["quadratures"])
                for node, weight in zip(quadrature["nodes"], quadrature["weights"]):
                    curve += share * weight * gaussian(density.grid - node, density.width)
            np.testing.assert_allclose(density.density, curve, rtol=1e-10, atol=1e-300)
            self.assertEqual(density.grid.shape, (1024,))
            self.assertTrue((density.lower <= density.upper).all())

    def test_logarithmic_densities_count_the_eigenvalues_of_each_side(self):
        for analysis in self.run_.analyses:
            shares = 0.0
            for side in ("negative", "positive"):
                density = analysis.density("log", side)
                self.assertEqual((density.grid > 0).all(), side == "positive")
                shares += density.density.sum() / 40
            # What is missing lies within the floor of zero, or is broadened past the ends.
            self.assertLess(shares, 1.02)
            self.assertGreater(shares, 0.2)
        self.assertIsNone(self.run_.analysis("g").density("log", "negative").lower)
        for arguments in (("cubic",), ("log", "left")):
            with self.assertRaisesRegex(hesscope.Error, "choose"):
                self.hess.density(*arguments)

    def test_eigenvectors_are_orthonormal_and_belong_to_the_eigenvalues(self):
        import numpy as np

        pairs = self.run_.eigenpairs("hess", epoch=6)
        k, p = pairs.vectors.shape
        self.assertEqual(p, self.hess.dimension)
        np.testing.assert_allclose(pairs.vectors @ pairs.vectors.T, np.eye(k), atol=1e-5)
        shared = min(k, len(self.hess.eigenvalues))
        np.testing.assert_allclose(pairs.values[:shared], self.hess.eigenvalues[:shared], rtol=1e-5)
        self.assertTrue((self.run_.eigenvectors("hess", epoch=6) == pairs.vectors).all())
        with self.assertRaisesRegex(hesscope.Error, "no eigenvectors of b1 over train"):
            self.run_.eigenvectors("b1")

    def test_damaged_eigenvectors_are_refused(self):
        copy = common.folder() / "vectors"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(common.run_folder(), copy)
        (file,) = (copy / "eigenvectors").glob("hess-train-0006*.safetensors")
        whole = file.read_bytes()
        (header,) = struct.unpack("<Q", whole[:8])
        for place in (8 + header, 8 + header + 40, len(whole) - 1):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with self.assertRaisesRegex(hesscope.Error, "checksum"):
                hesscope.open(copy).eigenvectors("hess")
        for length in (0, 4, 8, 8 + header // 2, len(whole) - 1):
            file.write_bytes(whole[:length])
            with self.assertRaisesRegex(hesscope.Error, "damaged"):
                hesscope.open(copy).eigenvectors("hess")
        file.write_bytes((1 << 62).to_bytes(8, "little") + whole[8:])
        with self.assertRaisesRegex(hesscope.Error, "damaged"):
            hesscope.open(copy).eigenvectors("hess")

    def test_exports_hold_plain_arrays_only(self):
        import numpy as np

        out = common.folder() / "export.npz"
        run = str(common.run_folder())
        for what, scalars in (("analysis", {"dimension", "loss", "linear_width"}), ("eigenvectors", set())):
            common.hesscope("export", run, "--what", what, "--operator", "hess", "--epoch", "6", "--out", str(out))
            with np.load(out, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files if name != "settings.json"}
            kinds = {array.dtype.str for array in arrays.values()}
            self.assertLessEqual(kinds, {"<f8", "<f4", "<i8", "|b1"})
            for name in scalars:
                self.assertEqual(arrays[name].shape, ())
            with zipfile.ZipFile(out) as archive:
                settings = json.loads(archive.read("settings.json"))
            self.assertEqual(settings["operator"], "hess")


@unittest.skipUnless(has("pandas"), "pandas is not installed")
class Tables(unittest.TestCase):
    def test_tables_of_a_run(self):
        run = hesscope.open(common.run_folder())
        metrics = run.metrics()
        self.assertEqual(metrics["train_loss"].tolist(), [row["train_loss"] for row in run.metrics(as_dicts=True)])
        table = run.table(top=2)
        self.assertEqual(len(table), 7)
        self.assertEqual(str(table["outliers_above"].dtype), "Int64")
        g = table[(table.operator == "g") & (table.epoch == 6)].iloc[0]
        self.assertEqual(g.outliers_below, 0)
        self.assertEqual(g.eigenvalue_1, run.analysis("g").eigenvalues[0])

    def test_a_sweep_agrees_with_its_runs_to_the_bit(self):
        out = common.sweep_folder()
        table = hesscope.sweep(out)
        self.assertEqual(len(table), 4)
        for row in table.itertuples():
            run = hesscope.open(out / row.run)
            analysis = run.analysis(row.operator, epoch=row.epoch, split=row.split)
            mean = analysis.mean_eigenvalue
            self.assertAlmostEqual(mean.value / row.mean_eigenvalue, 1, delta=1e-12)
            self.assertAlmostEqual(mean.error / row.mean_eigenvalue_error, 1, delta=1e-9)
            self.assertEqual(row.loss, analysis.loss)
            self.assertEqual(row.largest, max(row.largest, analysis.eigenvalues[0]))
        with self.assertRaisesRegex(hesscope.Error, "there is no table nowhere"):
            hesscope.sweep("nowhere")


@unittest.skipUnless(has("matplotlib"), "Matplotlib is not installed")
class Plots(unittest.TestCase):
    def test_a_plot_has_the_density_its_band_and_the_leading_eigenvalues(self):
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt

        run = hesscope.open(common.run_folder())
        analysis = run.analysis("hess")
        ax = analysis.plot(color="tab:red")
        curves = [line for line in ax.lines if len(line.get_xdata()) > 100]
        self.assertEqual(len(curves), 2)
        positive = analysis.density("log")
        drawn = curves[1].get_ydata()
        shown = drawn == drawn
        self.assertTrue(shown.any())
        self.assertEqual(drawn[shown].tolist(), (analysis.dimension * positive.density)[shown].tolist())
        marks = [x for line in ax.lines for x in line.get_xdata() if line.get_marker() in "|d"]
        self.assertEqual(sorted(marks), sorted(analysis.eigenvalues.tolist()))
        self.assertGreaterEqual(len(ax.collections), 2)
        _, axes = plt.subplots()
        self.assertIs(run.analysis("g").plot(axes), axes)
        self.assertEqual(axes.get_title("left"), "G: outliers undecided above, 0 below the bulk")
        run.analysis("h").plot(axes)
        names = [text.get_text() for text in axes.legend().get_texts()]
        self.assertEqual((axes.get_title("left"), names), ("", ["G, epoch 6, train", "H, epoch 6, train"]))
        axes.figure.savefig(common.folder() / "plot.png")
        plt.close("all")


class Absent(unittest.TestCase):
    def test_a_package_that_is_absent_is_named(self):
        from hesscope._errors import optional

        with self.assertRaisesRegex(hesscope.Error, "a table needs surely_absent, .*pip install surely_absent"):
            optional("surely_absent.part", "a table")


if __name__ == "__main__":
    unittest.main()
