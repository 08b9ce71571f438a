//! Puts the stages together: opens links, starts threads in order, hands out speakers and subscriptions, drains, stops.
//!
//! `listen → recognise → translate → speak → hub`, and every stage's results also straight to the hub.

pub mod governor;
pub mod item;
pub mod link;
pub mod speaker;
pub mod stage;
pub mod timing;

use crate::asr::{Abort, Recognise};
use crate::audio::AudioFormat;
use crate::error::{Error, ErrorKind, Result};
use crate::glossary;
use crate::hub::{Audience, Hub, HubIn, Offer, Subscription};
use crate::listen::original::Original;
use crate::listen::{Listen, vad};
use crate::mt::Translate;
use crate::mt::target::Ways;
use crate::plan::{Models, Plan};
use crate::text::Lang;
use crate::tts::Speak;
use crossbeam_channel::{Receiver, Sender, bounded};
use governor::Effort;
use item::{Clock, Flow, Item, Session, Sound};
use link::{LinkSender, Sent, link};
use speaker::Speaker;
use stage::{Exit, ExitStatus, spawn};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Items a link holds. Audio comes in blocks of about 20 ms from at most a hundred sessions; text is rarer.
const AUDIO_LINK: usize = 4_096;
const TEXT_LINK: usize = 1_024;
/// What waits for translation goes to the stage as one batch, so that of an utterance's waiting drafts only the newest is
/// worked on.
const WORDS_LINK: usize = stage::BATCH;
const HUB_LINK: usize = 4_096;
/// What stopping waits for model calls that were told to end.
const AFTER_ABORT: Duration = Duration::from_secs(1);

/// A running pipeline. Cheap to share by reference; [`stop`](Self::stop) ends it.
pub struct Pipeline {
    sound: Mutex<Option<LinkSender<Item<Sound>>>>,
    hub: LinkSender<HubIn>,
    faults: Receiver<Error>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    next: AtomicU64,
    speakers: Arc<AtomicUsize>,
    abort: Option<Abort>,
    effort: Effort,
    _governor: governor::Watching,
    _glossary: glossary::Watching,
    plan: Plan,
}

/// How a session is to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The room.
    pub room: String,
    /// The speaker's name.
    pub speaker: String,
    /// The language spoken; the plan's if none.
    pub lang: Option<Lang>,
    /// How the audio comes.
    pub format: AudioFormat,
    /// Whether it comes in real time.
    pub live: bool,
}

impl Pipeline {
    /// Starts the stages of a plan over its loaded models.
    ///
    /// # Errors
    /// When a thread can't be started.
    pub fn start(plan: Plan, models: Models) -> Result<Self> {
        let (exits, exited) = bounded(16);
        let (fault_out, faults) = bounded(4);
        let (audience, effort) = (Arc::new(Audience::default()), Effort::default());
        let (sound_tx, sound_rx) = link("listen", AUDIO_LINK);
        let (heard_tx, heard_rx) = link("recognise", AUDIO_LINK);
        let (words_tx, words_rx) = link("translate", WORDS_LINK);
        let (text_tx, text_rx) = link("speak", TEXT_LINK);
        let (hub_tx, hub_rx) = link("hub", HUB_LINK);

        let offer = Offer { langs: plan.langs(), spoken: plan.spoken(), sound: plan.config.server.sound };
        let hub = Hub::new(offer, audience.clone());
        let listeners = audience.clone();
        let speak = Speak::new(models.synthesizer, Box::new(move |session, lang| listeners.hears(session, lang)));
        let config = &plan.config.translate;
        let (units, guards) = (config.unit.clone(), config.guards.clone());
        let ways = Ways { policy: config.policy, units, again: config.beam > 1, guards };
        let mut translate = Translate::new(models.translator, ways);
        translate.heed(plan.glossary.clone());
        let readers = audience.clone();
        translate.spare(effort.clone(), Box::new(move |session, lang| readers.reads(session, lang)));
        let abort = models.recognizer.abort();
        let mut recognise = Recognise::new(models.recognizer, plan.config.recognise.policy);
        recognise.heed(plan.glossary.clone(), plan.config.glossary.boost);
        recognise.spare(effort.clone());
        recognise.gate(plan.config.recognise.gate.clone());
        let backend = plan.config.listen.backend.clone();
        let new_vad = Box::new(move || vad::build(&backend));
        let mut listen = Listen::new(plan.config.listen.endpoint.clone(), new_vad, plan.config.listen.max_waiting);
        if plan.config.server.sound {
            listen.share(original(audience, hub_tx.clone()));
        }

        let gauges = vec![sound_rx.gauge(), heard_rx.gauge(), words_rx.gauge(), text_rx.gauge()];
        let glossary = plan.glossary.watch()?;
        let governor = governor::watch(plan.config.governor.clone(), gauges, effort.clone(), hub_tx.clone())?;

        // From the end to the beginning: nothing is sent before someone takes it. A send can only fail when the next
        // stage is gone, which its own exit has told the supervisor.
        let to_hub = || hub_tx.clone();
        let mut threads = Vec::new();
        threads.push(spawn("hub", hub, hub_rx, |()| (), exits.clone())?);
        let out = to_hub();
        threads.push(spawn(
            "speak",
            speak,
            text_rx,
            move |i| {
                out.send(HubIn::Spoken(i));
            },
            exits.clone(),
        )?);
        let out = to_hub();
        let emit = move |i: Item<item::Translated>| {
            if let Flow::Data(_) = i.flow {
                out.send(HubIn::Translated(i.clone()));
            }
            text_tx.send(i);
        };
        threads.push(spawn("translate", translate, words_rx, emit, exits.clone())?);
        let out = to_hub();
        let emit = move |i: Item<item::Recognised>| match i.flow {
            Flow::Nothing { utterance, start, end } => {
                out.send(HubIn::Mark(Item { session: i.session, flow: Flow::Nothing { utterance, start, end } }));
            }
            Flow::Data(_) => {
                out.send(HubIn::Recognised(i.clone()));
                words_tx.send(i);
            }
            _ => {
                words_tx.send(i);
            }
        };
        threads.push(spawn("recognise", recognise, heard_rx, emit, exits.clone())?);
        let out = to_hub();
        let emit = move |i: Item<item::Heard>| {
            if let Flow::Gap { start, end, reason } = i.flow {
                out.send(HubIn::Mark(Item { session: i.session.clone(), flow: Flow::Gap { start, end, reason } }));
            }
            heard_tx.send(i);
        };
        threads.push(spawn("listen", listen, sound_rx, emit, exits)?);
        let hub_for_faults = hub_tx.clone();
        let watch = std::thread::Builder::new().name("supervisor".into());
        let watch = watch.spawn(move || supervise(&exited, &hub_for_faults, &fault_out));
        watch.map_err(|e| Error::failed(format!("no thread for the supervisor: {e}")))?;
        Ok(Self {
            sound: Mutex::new(Some(sound_tx)),
            hub: hub_tx,
            faults,
            threads: Mutex::new(threads),
            next: AtomicU64::new(1),
            speakers: Arc::new(AtomicUsize::new(0)),
            abort,
            effort,
            _governor: governor,
            _glossary: glossary,
            plan,
        })
    }

    /// The plan it runs.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Opens a session.
    ///
    /// # Errors
    /// When there are too many, the language isn't understood, the format can't be used, or the pipeline is stopping.
    pub fn open(&self, opening: Opening) -> Result<Speaker> {
        let Opening { room, speaker, lang, format, live } = opening;
        let config = &self.plan.config;
        let knows_lang = lang.is_some();
        let lang = lang.unwrap_or_else(|| config.recognise.lang.clone());
        if lang.primary() != config.recognise.lang.primary() && !config.recognise.find_lang {
            return Err(Error::config(format!("{} speech is not understood here", lang.name()))
                .hint(format!("this pipeline understands {}", config.recognise.lang.name())));
        }
        if !format.is_usable() {
            return Err(Error::input(format!("{} Hz with {} channels can't be used", format.rate, format.channels)));
        }
        let sound = self.sound.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sound = sound.ok_or_else(|| Error::failed("the server is stopping"))?;
        if live && !self.effort.takes_sessions() {
            return Err(Error::failed("full: the captions of those who speak already come late")
                .hint("try again in a minute; smaller models or a faster machine carry more speakers"));
        }
        let place = speaker::Place::take(&self.speakers, config.server.max_sessions)
            .ok_or_else(|| Error::failed(format!("full: {} sessions are open", config.server.max_sessions)))?;
        let session = Arc::new(Session {
            number: self.next.fetch_add(1, Ordering::Relaxed),
            room,
            speaker,
            lang,
            knows_lang,
            to: self.plan.targets(),
            format,
            clock: if live { Clock::Wall(Instant::now()) } else { Clock::Audio },
            timing: timing::Timing::default(),
        });
        self.tell(HubIn::Open(session.clone()))?;
        Ok(Speaker::new(session, sound, place))
    }

    /// A number for a subscription.
    pub fn next_id(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Begins to send events to a listener.
    ///
    /// # Errors
    /// When the hub is gone.
    pub fn subscribe(&self, subscription: Subscription) -> Result<()> {
        self.tell(HubIn::Subscribe(subscription))
    }

    /// Says something to the hub.
    ///
    /// # Errors
    /// When the hub is gone.
    pub fn tell(&self, what: HubIn) -> Result<()> {
        match self.hub.send(what) {
            Sent::Closed => Err(Error::failed("the pipeline has stopped")),
            _ => Ok(()),
        }
    }

    /// What has failed, if anything.
    pub fn fault(&self) -> Option<Error> {
        self.faults.try_recv().ok()
    }

    /// Speakers whose sessions are open.
    pub fn open_speakers(&self) -> usize {
        self.speakers.load(Ordering::Relaxed)
    }

    /// Refuses new sessions and tells everyone; those that are open may finish.
    pub fn drain(&self) {
        *self.sound.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // A hub that is gone has nobody to tell.
        let _ = self.tell(HubIn::Draining);
    }

    /// Drains, waits until all that was heard is published (at most `patience`), says good-bye.
    ///
    /// # Errors
    /// What has failed, or that the time ran out.
    pub fn stop(&self, patience: Duration) -> Result<()> {
        self.drain();
        let deadline = Instant::now() + patience;
        let mut threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // The hub (first of them) also hears from us, so it ends with the pipeline itself.
        let stages = threads.split_off(1.min(threads.len()));
        let wait_until = |deadline: Instant| {
            while stages.iter().any(|t| !t.is_finished()) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
            stages.iter().all(JoinHandle::is_finished)
        };
        let in_time = wait_until(deadline);
        if let (false, Some(abort)) = (in_time, &self.abort) {
            // What has been recognised so far may still be told.
            abort.raise();
            wait_until(Instant::now() + AFTER_ABORT);
        }
        let _ = self.tell(HubIn::Bye);
        match self.fault() {
            Some(fault) => Err(fault),
            None if in_time => Ok(()),
            None => {
                Err(Error::failed(format!("stopping took longer than {} s and was cut short", patience.as_secs_f64())))
            }
        }
    }
}

/// Gives the sound of sessions to the hub while somebody there wants it.
fn original(audience: Arc<Audience>, hub: LinkSender<HubIn>) -> Original {
    Original {
        is_wanted: Box::new(move |session| audience.hears_original(session)),
        tell: Box::new(move |session, piece| {
            // A hub that is gone is told of elsewhere.
            hub.send(HubIn::Original(session.clone(), piece));
        }),
    }
}

/// Hears how stages end; the one place that decides what a failure means: everyone is told, and the daemon ends.
fn supervise(exited: &Receiver<Exit>, hub: &LinkSender<HubIn>, faults: &Sender<Error>) {
    for Exit { stage, status } in exited {
        let fault = match status {
            ExitStatus::Done => continue,
            ExitStatus::Failed(e) => e.context(format!("stage {stage}")),
            ExitStatus::Panicked(text) => Error::new(ErrorKind::Failed, format!("stage {stage} panicked: {text}"))
                .hint("this is a bug: please report it"),
        };
        tracing::error!(stage, error = %fault, "a stage has failed");
        // Kept before it is told: who hears of it may ask for it at once. Nobody may be waiting for it.
        let _ = faults.try_send(fault.clone());
        hub.send(HubIn::Fault(fault));
    }
}
