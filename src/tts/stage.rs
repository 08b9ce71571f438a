//! The stage SPEAK: speaks the committed clauses of translations as soon as they are complete.

use super::Synthesizer;
use super::pace::Pace;
use crate::audio::Voice;
use crate::error::Result;
use crate::pipeline::item::{Flow, Item, Session, Spoken, Translated};
use crate::pipeline::stage::Stage;
use crate::text::Lang;
use std::collections::HashMap;
use std::sync::Arc;

/// Says whether somebody wants to hear this language of this session.
pub type Wanted = Box<dyn Fn(&Session, &Lang) -> bool + Send>;

/// The stage. Without a synthesizer it only hands marks on.
pub struct Speak {
    synthesizer: Option<Box<dyn Synthesizer>>,
    wanted: Wanted,
    open: HashMap<(Arc<Session>, Lang), Mouth>,
}

/// What one session has said in one language.
#[derive(Default)]
struct Mouth {
    utterance: u64,
    /// Bytes of the committed text that are spoken.
    spoken: usize,
    pace: Pace,
}

impl Speak {
    /// A stage over this synthesizer that makes what `wanted` asks for.
    pub fn new(synthesizer: Option<Box<dyn Synthesizer>>, wanted: Wanted) -> Self {
        Self { synthesizer, wanted, open: HashMap::new() }
    }

    fn say(&mut self, session: &Arc<Session>, text: &Translated, emit: &mut dyn FnMut(Item<Spoken>)) {
        let Some(synthesizer) = self.synthesizer.as_mut() else { return };
        let mouth = self.open.entry((session.clone(), text.lang.clone())).or_default();
        if mouth.utterance != text.utterance {
            (mouth.utterance, mouth.spoken) = (text.utterance, 0);
        }
        let rest = text.committed.get(mouth.spoken..).unwrap_or_default();
        let ready = if text.is_final { rest.len() } else { clause_end(rest) };
        let clause = rest[..ready].trim();
        mouth.spoken += ready;
        if clause.is_empty() || !(self.wanted)(session, &text.lang) {
            return;
        }
        let now = session.now(text.heard);
        let speed = mouth.pace.speed(now);
        let mut sink = |voice: Voice| {
            mouth.pace.spoke(now, voice.samples.len() as f64 / f64::from(voice.rate));
            let voice = Arc::new(voice);
            let Translated { utterance, lang, start, end, heard, .. } = text.clone();
            emit(Item::data(session, Spoken { utterance, lang, voice, start, end, heard }));
        };
        if let Err(e) = synthesizer.speak(clause, &text.lang, speed, &mut sink) {
            // The caption is there to read; a clause without voice must not end the meeting.
            tracing::warn!(session = session.number, error = %e, "a clause could not be spoken");
        }
    }
}

impl Stage for Speak {
    type In = Item<Translated>;
    type Out = Item<Spoken>;

    fn process(&mut self, batch: &mut Vec<Item<Translated>>, emit: &mut dyn FnMut(Item<Spoken>)) -> Result<()> {
        for item in batch.drain(..) {
            match item.split() {
                Ok((session, translated)) => self.say(&session, &translated, emit),
                Err(mark) => {
                    if matches!(mark.flow, Flow::End) {
                        self.open.retain(|(session, _), _| *session != mark.session);
                    }
                    emit(mark);
                }
            }
        }
        Ok(())
    }
}

/// Where the last complete clause of a growing text ends, or 0. A clause has three words at least: shorter ones sound
/// chopped.
fn clause_end(text: &str) -> usize {
    let ends = text.char_indices().filter(|(i, c)| {
        let next = text[i + c.len_utf8()..].chars().next();
        ".,;:!?…。！？、".contains(*c) && next.is_some_and(char::is_whitespace)
    });
    let end = ends.map(|(i, c)| i + c.len_utf8()).next_back().unwrap_or(0);
    if text[..end].split_whitespace().count() >= 3 { end } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::StreamTime;
    use crate::testing::session;

    struct Echo;
    impl Synthesizer for Echo {
        fn speak(&mut self, text: &str, _: &Lang, _: f32, sink: &mut dyn FnMut(Voice)) -> Result<()> {
            sink(Voice { rate: text.len() as u32, samples: vec![0; text.len()] });
            Ok(())
        }
    }

    #[test]
    fn each_committed_clause_is_spoken_once() {
        let session = session();
        let mut stage = Speak::new(Some(Box::new(Echo)), Box::new(|_, _| true));
        let mut lengths = Vec::new();
        let steps = [("Hola,", false), ("Hola, buenos días. ¿Dónde", false), ("Hola, buenos días. ¿Dónde está?", true)];
        for (committed, is_final) in steps {
            let zero = StreamTime(0);
            let lang = Lang::parse("es").expect("known");
            let (committed, tentative, steady) = (committed.to_owned(), String::new(), String::new());
            let text = Translated {
                source_lang: lang.clone(),
                utterance: 1,
                lang,
                committed,
                tentative,
                steady,
                is_final,
                p: 1.0,
                start: zero,
                end: zero,
                heard: zero,
                flags: Vec::new(),
                terms: Vec::new(),
            };
            stage
                .process(&mut vec![Item::data(&session, text)], &mut |i| {
                    if let Flow::Data(spoken) = i.flow {
                        lengths.push(spoken.voice.samples.len())
                    }
                })
                .expect("speaks");
        }
        assert_eq!(lengths, ["Hola, buenos días.".len(), "¿Dónde está?".len()]);
    }
}
