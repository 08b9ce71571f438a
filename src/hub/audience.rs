//! Who listens to what: turns the comings and goings of listeners into "is this language wanted?", for the stages.
//!
//! The hub writes it, `translate` and `speak` ask it; it is a small map behind a lock that nobody holds for long.

use super::fanout::Filter;
use crate::pipeline::item::Session;
use crate::text::Lang;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// The listeners of all rooms.
#[derive(Debug, Default)]
pub struct Audience(RwLock<HashMap<String, Vec<(u64, Filter)>>>);

impl Audience {
    /// Somebody listens.
    pub fn join(&self, room: &str, id: u64, filter: Filter) {
        let mut rooms = self.0.write().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room.to_owned()).or_default().push((id, filter));
    }

    /// Somebody left.
    pub fn leave(&self, id: u64) {
        let mut rooms = self.0.write().unwrap_or_else(PoisonError::into_inner);
        rooms.values_mut().for_each(|listeners| listeners.retain(|(i, _)| *i != id));
        rooms.retain(|_, listeners| !listeners.is_empty());
    }

    /// Whether somebody reads this language of this session.
    pub fn reads(&self, session: &Session, lang: &Lang) -> bool {
        self.any(session, |filter| filter.wants(lang))
    }

    /// Whether somebody wants to hear this language of this session.
    pub fn hears(&self, session: &Session, lang: &Lang) -> bool {
        self.any(session, |filter| filter.voice && filter.wants(lang))
    }

    /// Whether somebody wants to hear this session's own sound.
    pub fn hears_original(&self, session: &Session) -> bool {
        self.any(session, |filter| filter.sound)
    }

    fn any(&self, session: &Session, is_wanted: impl Fn(&Filter) -> bool) -> bool {
        let rooms = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of = |filter: &Filter| filter.session.is_none_or(|number| number == session.number);
        rooms.get(&session.room).is_some_and(|all| all.iter().any(|(_, f)| of(f) && is_wanted(f)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::session;

    #[test]
    fn a_language_is_wanted_while_somebody_in_the_room_wants_it() {
        let (audience, session) = (Audience::default(), session());
        let lang = |tag: &str| Lang::parse(tag).expect("known");
        let wants = |tag: &str| Filter { lang: Some(lang(tag)), ..Filter::default() };
        audience.join("elsewhere", 1, Filter { voice: true, ..Filter::default() });
        assert!(!audience.reads(&session, &lang("es")), "another room");
        audience.join("test", 2, wants("es"));
        assert!(audience.reads(&session, &lang("es-MX")) && !audience.reads(&session, &lang("de")));
        audience.join("test", 3, Filter { session: Some(session.number + 1), voice: true, ..Filter::default() });
        assert!(!audience.reads(&session, &lang("de")), "another speaker's");
        audience.join("test", 4, Filter { voice: true, ..wants("fr") });
        assert!(audience.hears(&session, &lang("fr")) && !audience.hears(&session, &lang("es")));
        audience.join("test", 5, Filter::default());
        assert!(audience.reads(&session, &lang("de")), "who names no language wants all");
        [2, 4, 5].into_iter().for_each(|id| audience.leave(id));
        assert!(!audience.reads(&session, &lang("es")) && !audience.hears(&session, &lang("fr")));
    }
}
