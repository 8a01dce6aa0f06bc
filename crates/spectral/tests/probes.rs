//! Probes have the law they claim and never change.
#![allow(clippy::unwrap_used)]

use hesscope_spectral::{HostSpace, ProbeKind, Probes};

/// The Gaussian and sign values are those of a separate implementation of ChaCha12 and the polar method in Python.
#[test]
fn pinned_values() {
    let bits = |kind, seed, index| -> Vec<u64> {
        Probes::new(kind, seed)
            .host(4, index)
            .iter()
            .map(|x| x.to_bits())
            .collect()
    };
    assert_eq!(
        bits(ProbeKind::Gaussian, 7, 0),
        [
            0x3fde_7ac2_7aac_bdf9,
            0x3fd3_985c_731e_905d,
            0xbfeb_3496_ade7_231f,
            0xbffd_ba8d_0fa8_6afc
        ]
    );
    assert_eq!(
        bits(ProbeKind::Gaussian, 7, 3),
        [
            0xbfd2_8bf2_01c8_7883,
            0xbfec_3bfd_ef3f_06cd,
            0x3fe5_c3a9_8088_9062,
            0xbff7_dcd6_29ad_d8bf
        ]
    );
    assert_eq!(
        bits(ProbeKind::UnitSphere, 7, 0),
        [
            0x3fcc_c00e_4ad2_5ba7,
            0x3fc2_7bbf_aac2_a540,
            0xbfd9_a970_9dc3_873d,
            0xbfec_0ac0_a23a_d131
        ]
    );
    let signs: String = Probes::new(ProbeKind::Rademacher, 7)
        .host(70, 1)
        .iter()
        .map(|x| if *x > 0.0 { '+' } else { '-' })
        .collect();
    assert_eq!(
        signs,
        "--+--+-+--+-----+++++-+-+----+-++-+-+++++-++++-+-+++-+--++++++++-++++-"
    );
}

#[test]
fn a_probe_depends_on_its_index_alone() {
    let space = HostSpace::<f64>::new(33);
    for kind in [
        ProbeKind::Gaussian,
        ProbeKind::Rademacher,
        ProbeKind::UnitSphere,
    ] {
        let probes = Probes::new(kind, 5);
        let block = probes.block(&space, 2, 3);
        for (offset, probe) in block.iter().enumerate() {
            assert_eq!(*probe, probes.host(33, 2 + offset as u64));
        }
        assert_ne!(block[0], block[1]);
        assert_ne!(Probes::new(kind, 6).host(33, 2), block[0]);
        // A longer probe of coordinates begins like the shorter one.
        if kind != ProbeKind::UnitSphere {
            assert_eq!(probes.host(100, 2)[..33], block[0]);
        }
    }
}

#[test]
fn moments_of_each_law() {
    let dim = 200_000;
    let moment = |values: &[f64], k: i32| {
        values.iter().map(|x| x.powi(k)).sum::<f64>() / values.len() as f64
    };
    let gaussian = Probes::new(ProbeKind::Gaussian, 1).host(dim, 0);
    // Moments 0, 1, 0, 3, 0, 15 with standard deviations sqrt(E x^2k - (E x^k)^2).
    for (k, mean, deviation) in [
        (1, 0.0, 1.0_f64),
        (2, 1.0, 2.0_f64.sqrt()),
        (3, 0.0, 15.0_f64.sqrt()),
        (4, 3.0, 96.0_f64.sqrt()),
    ] {
        let error = (moment(&gaussian, k) - mean).abs() / (deviation / (dim as f64).sqrt());
        assert!(error < 4.0, "moment {k}: {error} standard errors");
    }
    // Both deviates of a pair, and neighbours, are uncorrelated.
    let lag: f64 = gaussian.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / (dim as f64).sqrt();
    assert!(lag.abs() < 4.0, "{lag}");

    let signs = Probes::new(ProbeKind::Rademacher, 1).host(dim, 0);
    assert!(signs.iter().all(|x| x.abs() == 1.0));
    assert!(signs.iter().sum::<f64>().abs() < 4.0 * (dim as f64).sqrt());

    let sphere = Probes::new(ProbeKind::UnitSphere, 1).host(dim, 0);
    assert!((sphere.iter().map(|x| x * x).sum::<f64>() - 1.0).abs() < 1e-12);
}
