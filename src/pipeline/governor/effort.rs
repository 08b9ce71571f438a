//! The ladder's steps, and the one number through which all stages learn on which of them they stand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// A step of the ladder; a higher one includes those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// All is done.
    Full,
    /// Recognisers wait longer for new sound.
    LargerHop,
    /// Drafts are translated only when committed words came.
    FewerDrafts,
    /// Nothing is translated that isn't over.
    NoDrafts,
    /// New sessions are refused.
    Refuse,
}

impl Step {
    /// All steps, in order.
    pub const ALL: [Self; 5] = [Self::Full, Self::LargerHop, Self::FewerDrafts, Self::NoDrafts, Self::Refuse];

    /// The next step down the ladder: less effort. The last one stays.
    pub fn down(self) -> Self {
        Self::ALL[(self as usize + 1).min(Self::ALL.len() - 1)]
    }

    /// The step back up: more effort.
    pub fn up(self) -> Self {
        Self::ALL[(self as usize).saturating_sub(1)]
    }

    /// What it means, for people.
    pub fn detail(self) -> &'static str {
        match self {
            Self::Full => "",
            Self::LargerHop => "Busy: captions come in larger pieces.",
            Self::FewerDrafts => "Busy: translations are updated less often.",
            Self::NoDrafts => "Busy: translations come sentence by sentence.",
            Self::Refuse => "Very busy: translations come sentence by sentence, and nobody new can speak.",
        }
    }
}

/// Which texts that may still change are translated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drafts {
    /// Each.
    All,
    /// Those with more committed words than the last.
    Grown,
    /// None: units are translated once, when they are over.
    None,
}

/// How much is done just now. Cheap to clone and to ask; the governor sets it.
#[derive(Debug, Clone, Default)]
pub struct Effort(Arc<AtomicU8>);

impl Effort {
    /// The step that is stood on.
    pub fn step(&self) -> Step {
        Step::ALL[usize::from(self.0.load(Ordering::Relaxed)).min(Step::ALL.len() - 1)]
    }

    /// Goes to a step.
    pub fn set(&self, step: Step) {
        self.0.store(step as u8, Ordering::Relaxed);
    }

    /// How many times the usual new sound a recogniser that decodes anew waits for. Twice halves its passes; more would
    /// hold words back longer than the lag it saves.
    pub fn hop_factor(&self) -> usize {
        if self.step() >= Step::LargerHop { 2 } else { 1 }
    }

    /// Which drafts are translated.
    pub fn drafts(&self) -> Drafts {
        match self.step() {
            Step::Full | Step::LargerHop => Drafts::All,
            Step::FewerDrafts => Drafts::Grown,
            Step::NoDrafts | Step::Refuse => Drafts::None,
        }
    }

    /// Whether new sessions are taken.
    pub fn takes_sessions(&self) -> bool {
        self.step() < Step::Refuse
    }
}
