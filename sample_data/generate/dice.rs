//! Chance that is the same on every machine: whole-number arithmetic and plain multiplication, no libm, no clock.

/// A `SplitMix64` sequence. Two dice of the same seed and salt throw the same numbers for ever.
pub(crate) struct Dice(u64);

impl Dice {
    /// Sequences of different salts do not touch each other: a new campaign leaves the keyword ranks as they were.
    pub(crate) fn of(salt: &str) -> Self {
        let mut state = 0x0053_454C_4C45_5200_u64;
        for byte in salt.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        Self(state)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or(0)) / 4_294_967_296.0
    }

    /// In `[low, high)`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// In `0..n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n.max(1)).unwrap_or(1);
        usize::try_from(self.next() % n).unwrap_or(0)
    }

    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// How often something of this mean happens: four trials and one per unit of the mean, close enough to Poisson for
    /// a shop, and without `exp`, whose last digit differs between machines.
    pub(crate) fn count(&mut self, mean: f64) -> i64 {
        if mean <= 0.0 {
            return 0;
        }
        let mut trials = 4_u32;
        while f64::from(trials) < mean * 4.0 {
            trials += 1;
        }
        let p = mean / f64::from(trials);
        (0..trials).map(|_| i64::from(self.chance(p))).sum()
    }

    /// The place of one of several weights; the last where rounding leaves nothing.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let total: f64 = weights.clone().sum();
        let mut left = self.unit() * total;
        let mut last = 0;
        for (place, weight) in weights.enumerate() {
            last = place;
            if left < weight {
                break;
            }
            left -= weight;
        }
        last
    }
}
