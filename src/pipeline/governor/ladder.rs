//! Decides on which step to stand: times and ages of waiting work in, steps out. Pure.

use super::effort::Step;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When to go down the ladder and when back up. All in seconds. `[governor]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GovernorRules {
    /// Off: lag is measured and shown, and nothing is spared.
    pub enabled: bool,
    /// Work that waits longer is late.
    pub limit: f64,
    /// Work must be late for this long before the next step down.
    pub patience: f64,
    /// No work waits longer: it is calm.
    pub calm: f64,
    /// It must be calm for this long before the next step up.
    pub recovery: f64,
}

impl Default for GovernorRules {
    /// A pass of Whisper works off the sound of one second, and may take as long as that; 1.5 s are more than a pass. Age
    /// grows by a second per second at most, so that with a patience of 0.75 s all four steps are taken at an age of
    /// 1.5 + 4 × 0.75 = 4.5 s: before sound is dropped (`listen.max_waiting`, 5 s). Calm is a third of the limit, so that
    /// what swings between the two moves nothing. Five seconds are about a sentence: each step's effect is seen before
    /// the next is tried.
    fn default() -> Self {
        Self { enabled: true, limit: 1.5, patience: 0.75, calm: 0.5, recovery: 5.0 }
    }
}

/// A step up that fails doubles the calm that the next needs, so many times at the most: 5 s become 80 s.
const MOST_DOUBLINGS: u32 = 4;

/// Where on the ladder it stands, and since when what is so.
#[derive(Debug, Clone)]
pub struct Ladder {
    rules: GovernorRules,
    step: Step,
    /// Since when work is late, and how late it was then.
    late: Option<(f64, f64)>,
    calm_since: Option<f64>,
    /// It went up to this step, and whether the step holds isn't known yet.
    is_trial: bool,
    /// How often in a row going up to a step has failed.
    failures: [u32; Step::ALL.len()],
}

impl Ladder {
    /// At the top: full effort.
    pub fn new(rules: GovernorRules) -> Self {
        Self { rules, step: Step::Full, late: None, calm_since: None, is_trial: false, failures: [0; 5] }
    }

    /// Takes the age of the oldest waiting work at a time; -> the step to stand on.
    pub fn look(&mut self, now: f64, age: f64) -> Step {
        self.late = (age > self.rules.limit).then(|| self.late.unwrap_or((now, age)));
        self.calm_since = (age <= self.rules.calm).then(|| self.calm_since.unwrap_or(now));
        let is_calm = self.calm_since.is_some_and(|since| now - since >= self.needed_calm());
        if let Some((_, before)) = self.late.filter(|(since, _)| now - since >= self.rules.patience) {
            // A step that helps is given time to: what waits gets younger.
            self.late = Some((now, age));
            if age >= before && self.step != Step::Refuse {
                let failures = &mut self.failures[self.step as usize];
                *failures = (*failures + u32::from(self.is_trial)).min(MOST_DOUBLINGS);
                self.is_trial = false;
                self.step = self.step.down();
            }
        } else if is_calm {
            // This step holds.
            self.failures[self.step as usize] = 0;
            self.is_trial = self.step != Step::Full;
            self.calm_since = Some(now);
            self.step = self.step.up();
        }
        self.step
    }

    /// How long it must be calm before the next step up: longer where that has failed before.
    fn needed_calm(&self) -> f64 {
        self.rules.recovery * f64::from(1u32 << self.failures[self.step.up() as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Looks four times a second for so long at what `age` gives; -> the steps taken, with their times.
    fn run(ladder: &mut Ladder, from: f64, seconds: f64, mut age: impl FnMut(f64, Step) -> f64) -> Vec<(f64, Step)> {
        let mut steps = Vec::new();
        for i in 0..(seconds * 4.0) as u32 {
            let (now, before) = (from + f64::from(i) / 4.0, ladder.step);
            let step = ladder.look(now, age(now, before));
            if step != before {
                steps.push((now, step));
            }
        }
        steps
    }

    #[test]
    fn all_steps_are_taken_before_sound_is_dropped_and_taken_back_after_calm() {
        let mut ladder = Ladder::new(GovernorRules::default());
        let down = run(&mut ladder, 0.0, 5.0, |now, _| now);
        assert_eq!(down.iter().map(|s| s.1).collect::<Vec<_>>(), Step::ALL[1..]);
        assert!(down.iter().all(|s| s.0 < crate::config::ListenConfig::default().max_waiting), "{down:?}");
        let up = run(&mut ladder, 5.0, 21.0, |_, _| 0.0);
        let back: Vec<Step> = Step::ALL[..4].iter().rev().copied().collect();
        assert_eq!(up.iter().map(|s| s.1).collect::<Vec<_>>(), back);
        assert!(up.windows(2).all(|w| w[1].0 - w[0].0 >= 5.0), "{up:?}");
    }

    #[test]
    fn a_short_delay_moves_nothing() {
        let mut ladder = Ladder::new(GovernorRules::default());
        // A model's pass of 1.4 s each time, and once 2 s.
        assert_eq!(run(&mut ladder, 0.0, 60.0, |now, _| now % 1.4), []);
        assert_eq!(run(&mut ladder, 60.0, 9.0, |now, _| if now < 60.5 { 2.0 } else { 0.1 }), []);
    }

    /// A queue: work that comes at `load` seconds per second, of which a step leaves the share `cost`.
    fn queue(load: f64, costs: [f64; 5]) -> impl FnMut(f64, Step) -> f64 {
        let mut waiting = 0.0_f64;
        move |_, step| {
            waiting = (waiting + 0.25 * (load * costs[step as usize] - 1.0)).max(0.0);
            waiting
        }
    }

    proptest! {
        /// What a step can carry stays bounded, changes ever more rarely, and ends with the load.
        #[test]
        fn lag_stays_bounded_without_flapping_and_recovers(
            shares in prop::collection::vec(0.5_f64..0.95, 4), load in 0.1_f64..3.0,
        ) {
            let mut costs = [1.0; 5];
            (1..5).for_each(|i| costs[i] = costs[i - 1] * shares[i - 1]);
            // The last step carries it, with something to spare.
            prop_assume!(load * costs[4] < 0.9);
            let mut ladder = Ladder::new(GovernorRules::default());
            let (mut age, mut worst) = (queue(load, costs), 0.0_f64);
            let steps = run(&mut ladder, 0.0, 600.0, |now, step| {
                let age = age(now, step);
                worst = worst.max(age);
                age
            });
            // 1.5 s and four times 0.75 s of growth at two seconds per second at the most, and a look in between each.
            prop_assert!(worst <= 1.5 + 2.0 * 4.0 * (0.75 + 0.25) + 0.5, "{worst} {steps:?}");
            if load <= 1.0 {
                prop_assert_eq!(steps.len(), 0);
            }
            // Per four minutes a few probes of the step above, each one up and one down, not one per `recovery`.
            let late = steps.iter().filter(|s| s.0 > 360.0).count();
            prop_assert!(late <= 24, "{late} steps in the last four minutes: {steps:?}");
            run(&mut ladder, 600.0, 400.0, |_, _| 0.0);
            prop_assert_eq!(ladder.step, Step::Full);
        }

        /// Whatever the ages: one step at a time, down only after late work, up only after calm.
        #[test]
        fn it_moves_by_one_and_only_for_a_reason(ages in prop::collection::vec(0.0_f64..6.0, 1..400)) {
            let rules = GovernorRules::default();
            let mut ladder = Ladder::new(rules.clone());
            for (i, age) in ages.iter().enumerate() {
                let before = ladder.step;
                let step = ladder.look(i as f64 / 4.0, *age);
                prop_assert!((step as i32 - before as i32).abs() <= 1);
                let lately = |seconds: f64| ages[i.saturating_sub((seconds * 4.0) as usize)..=i].iter();
                if step > before {
                    prop_assert!(lately(rules.patience).all(|a| *a > rules.limit));
                }
                if step < before {
                    prop_assert!(lately(rules.recovery).all(|a| *a <= rules.calm));
                }
            }
        }
    }
}
