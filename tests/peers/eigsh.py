"""The ten eigenvalues of largest modulus of the references' Hessians, by SciPy's eigsh (ARPACK) and by hesscope.

    python eigsh.py FOLDER_OF_REFERENCES > table.md

Errors are the largest over the ten pairs against the exact spectrum, in units of its largest modulus; products are
those with one vector.
"""

import sys

import numpy
import scipy
import scipy.sparse.linalg

import hesscope_side
from reference_networks import NAMES, Reference

PAIRS = 10


def leading(values):
    return sorted(values, key=abs, reverse=True)


def error(found, reference):
    exact = numpy.sort(leading(reference.eigenvalues)[:PAIRS])
    return abs(numpy.sort(found) - exact).max() / abs(exact).max()


def eigsh(dense, tolerance):
    products = 0

    def apply(vector):
        nonlocal products
        products += 1
        return dense @ vector

    operator = scipy.sparse.linalg.LinearOperator(dense.shape, matvec=apply, dtype=float)
    start = numpy.random.default_rng(0).standard_normal(len(dense))
    values = scipy.sparse.linalg.eigsh(operator, PAIRS, which="LM", v0=start, tol=tolerance, return_eigenvectors=False)
    return values, products


def main(folder):
    print(f"SciPy {scipy.__version__}, NumPy {numpy.__version__}.\n")
    print("| network | tolerance | eigsh: error | products | thick-restart Lanczos: error | products "
          "| Chebyshev subspace: error | products | subspace iteration: error | products |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in NAMES:
        reference = Reference(folder, name)
        dense = reference.hessian()
        for tolerance in [1e-3, 1e-6, 1e-10]:
            values, products = eigsh(dense.numpy(), tolerance)
            row = [f"{error(values, reference):.1e}", str(products)]
            answer = hesscope_side.run({"leading": {"pairs": PAIRS, "tolerance": tolerance, "seed": 0}}, dense)
            for method in ["thick_restart", "chebyshev", "subspace"]:
                found = answer[method]
                row += [f"{error(found['values'], reference):.1e}", str(found["products"])]
            print(f"| {name} | {tolerance:.0e} | " + " | ".join(row) + " |")


if __name__ == "__main__":
    main(sys.argv[1])
