//! The commands that read what others wrote.

use crate::jobs::{Before, Job, job};

/// A command that reads.
pub struct Reader {
    pub job: Job,
    /// Whether it only shows what there is.
    pub shows: bool,
    /// How the names begin of what it may read.
    pub reads: &'static str,
    /// How the names begin of files that it makes anew, whatever is there.
    makes: &'static [&'static str],
}

impl Reader {
    /// Whether it makes this file anew.
    pub fn makes(&self, name: &str) -> bool {
        self.makes.iter().any(|begin| name.starts_with(begin))
    }
}

const fn shows(job: Job, makes: &'static [&'static str]) -> Reader {
    Reader {
        job,
        shows: true,
        reads: "",
        makes,
    }
}

const fn works(job: Job, makes: &'static [&'static str]) -> Reader {
    Reader {
        job,
        shows: false,
        reads: "",
        makes,
    }
}

/// All of them.
pub const READERS: &[Reader] = &[
    shows(job("check", Before::Whole, &["check", "{work}/run"]), &[]),
    shows(
        job("report", Before::Whole, &["report", "{work}/run"]),
        &["run/report", "run/figures/"],
    ),
    shows(
        job(
            "results",
            Before::Whole,
            &["results", "{work}/run", "--out", "{work}/page.html"],
        ),
        &["page"],
    ),
    shows(
        job(
            "export",
            Before::Whole,
            &[
                "export",
                "{work}/run",
                "--what",
                "all",
                "--out",
                "{work}/all",
            ],
        ),
        &["all/"],
    ),
    shows(
        job(
            "export weights",
            Before::Whole,
            &[
                "export",
                "{work}/run",
                "--out",
                "{work}/weights.safetensors",
            ],
        ),
        &["weights"],
    ),
    works(
        job(
            "spectrum of a whole run",
            Before::Whole,
            &["spectrum", "{work}/run", "--operator", "hess"],
        ),
        &[],
    ),
    works(job("trace", Before::Whole, &["trace", "{work}/run"]), &[]),
    works(
        job(
            "eigenvalues of a whole run",
            Before::Whole,
            &["eigenvalues", "{work}/run", "--top", "3"],
        ),
        &[],
    ),
    works(
        job(
            "overlaps of a whole run",
            Before::Whole,
            &["overlaps", "{work}/run"],
        ),
        &[],
    ),
    works(
        job(
            "findings of a whole run",
            Before::Whole,
            &[
                "findings",
                "{work}/run",
                "--energy-probes",
                "2",
                "--law-steps",
                "32",
            ],
        ),
        &[],
    ),
    works(
        job(
            "run again",
            Before::Whole,
            &[
                "run",
                "--config",
                "{config}/search.toml",
                "--seed",
                "3",
                "--out",
                "{work}/run",
            ],
        ),
        &[
            "run/metrics",
            "run/checkpoints/last",
            "run/checkpoints/epoch-0003",
            "run/report",
            "run/figures/",
        ],
    ),
    works(
        job(
            "train again",
            Before::Whole,
            &[
                "train",
                "--config",
                "{config}/search.toml",
                "--seed",
                "3",
                "--out",
                "{work}/run",
            ],
        ),
        &[
            "run/metrics",
            "run/checkpoints/last",
            "run/checkpoints/epoch-0003",
        ],
    ),
    works(
        job(
            "figure of a whole run",
            Before::Whole,
            &["figure", "spectra", "{work}/run", "--out", "{work}/figures"],
        ),
        &["figures/"],
    ),
    shows(
        job(
            "check of a sweep",
            Before::Sweep,
            &["check", "{work}/sweep"],
        ),
        &[],
    ),
    shows(
        job(
            "sweep status",
            Before::Sweep,
            &["sweep", "status", "{work}/sweep"],
        ),
        &[],
    ),
    shows(
        job(
            "sweep collect",
            Before::Sweep,
            &["sweep", "collect", "{work}/sweep"],
        ),
        &["sweep/sweep."],
    ),
    works(
        job(
            "sweep again",
            Before::Sweep,
            &["sweep", "{config}/sweep.toml", "--out", "{work}/sweep"],
        ),
        &["sweep/sweep."],
    ),
    shows(
        job(
            "check of dynamics",
            Before::Dynamics,
            &["check", "{work}/dynamics"],
        ),
        &[],
    ),
    works(
        job(
            "dynamics again",
            Before::Dynamics,
            &[
                "dynamics",
                "--config",
                "{config}/run.toml",
                "--examples-per-class",
                "5,3",
                "--epochs",
                "0,1",
                "--operators",
                "hess,g,a1",
                "--seed",
                "3",
                "--out",
                "{work}/dynamics",
            ],
        ),
        &["dynamics/dynamics", "dynamics/figures/", "dynamics/report"],
    ),
    Reader {
        reads: "figures/",
        ..shows(
            job(
                "check of figures",
                Before::Figures,
                &["check", "{work}/figures"],
            ),
            &[],
        )
    },
    works(
        job(
            "figure spectra again",
            Before::Figures,
            &["figure", "spectra", "{work}/run", "--out", "{work}/figures"],
        ),
        &["figures/figure-spectra"],
    ),
    works(
        job(
            "figure class-means again",
            Before::Figures,
            &[
                "figure",
                "class-means",
                "{work}/run",
                "--out",
                "{work}/figures",
            ],
        ),
        &["figures/figure-class-means"],
    ),
    works(
        job(
            "spectrum gone on with",
            Before::Interrupted,
            &["spectrum", "{work}/run", "--operator", "hess"],
        ),
        &["run/partial/"],
    ),
];
