//! Who is inside: counts connections and the rooms they are in, so that neither becomes too many, and stopping can wait for
//! them.

use crate::error::{Error, Result};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The counts.
#[derive(Debug, Default)]
pub struct Inside(Mutex<HashMap<String, usize>>);

impl Inside {
    fn rooms(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All connections.
    pub fn count(&self) -> usize {
        self.rooms().values().sum()
    }

    /// A place in a room, given back when dropped.
    ///
    /// # Errors
    /// When there are as many connections or rooms as there may be.
    pub fn enter(self: &Arc<Self>, room: &str, most: usize, most_rooms: usize) -> Result<Place> {
        let mut rooms = self.rooms();
        if rooms.values().sum::<usize>() >= most {
            return Err(Error::failed("full: too many listeners"));
        }
        if rooms.len() >= most_rooms && !rooms.contains_key(room) {
            return Err(Error::failed("full: too many rooms"));
        }
        *rooms.entry(room.to_owned()).or_default() += 1;
        Ok(Place { inside: self.clone(), room: room.to_owned() })
    }
}

/// A place in a room.
#[derive(Debug)]
pub struct Place {
    inside: Arc<Inside>,
    room: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut rooms = self.inside.rooms();
        if let Some(count) = rooms.get_mut(&self.room) {
            *count -= 1;
            if *count == 0 {
                rooms.remove(&self.room);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_rooms_are_given_back() {
        let inside = Arc::new(Inside::default());
        let first = inside.enter("a", 2, 1).expect("a place");
        assert!(inside.enter("b", 2, 1).is_err_and(|e| e.to_string().contains("rooms")));
        let _second = inside.enter("a", 2, 1).expect("the same room");
        assert!(inside.enter("a", 2, 1).is_err_and(|e| e.to_string().contains("listeners")));
        drop(first);
        assert_eq!(inside.count(), 1);
        assert!(inside.enter("a", 2, 1).is_ok());
    }
}
