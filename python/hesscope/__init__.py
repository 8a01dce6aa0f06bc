"""Reads what hesscope measures: runs, their spectra and eigenvectors, and the tables of sweeps.

    import hesscope

    run = hesscope.open("runs/mnist")
    hess = run.analysis("hess", split="train")
    hess.eigenvalues        # [k], largest modulus first
    hess.residuals          # [k], each eigenvalue lies within its residual of an exact one
    hess.plot()             # density with its 95% band, on logarithmic axes
    run.table()             # one row for each analysis, as a pandas table

The numbers are those of the files in the run's folder, whose checksums are verified as they are read. The package needs
NumPy; tables need pandas, and plots Matplotlib. ``python -m hesscope`` runs the program ``hesscope``.
"""

from ._analysis import Analysis, Density, Estimate, Outliers
from ._errors import Error
from ._files import Eigenpairs
from ._run import Finding, Overlap, Run, open
from ._sweep import sweep

__all__ = [
    "Analysis",
    "Density",
    "Eigenpairs",
    "Error",
    "Estimate",
    "Finding",
    "Outliers",
    "Overlap",
    "Run",
    "open",
    "sweep",
]
