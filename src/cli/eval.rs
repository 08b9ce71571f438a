//! `eval`: recordings of a manifest through the same pipeline as everything else, and how good, steady and early the
//! captions were.

use super::{Interrupt, Overrides, load, say};
use crate::capture::file;
use crate::capture::paced::Paced;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::eval::manifest::{self, Row};
use crate::eval::report::{Score, table};
use crate::eval::track::Track;
use crate::eval::words::Unit;
use crate::eval::{lag, log};
use crate::event::Body;
use crate::hub::Subscription;
use crate::hub::fanout::{Dial, Filter};
use crate::metrics;
use crate::out::Patient;
use crate::pipeline::{Opening, Pipeline};
use crate::stabilise::CommitPolicy;
use crate::text::Lang;
use clap::Args;
use crossbeam_channel::bounded;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
#[command(after_help = "The manifest is a table with tabs: a header, then a line for each recording.\n\n    \
    file<TAB>text<TAB>es\n    hello.wav<TAB>good morning<TAB>buenos días\n\n\
    Offline is what the same models make of whole utterances. NE: words taken back for each final word (0.2: one in five \
    changed after it was shown), for each steadiness a listener may choose. LAAL and LongYAAL: seconds behind an ideal \
    interpreter; LongYAAL leaves out what comes when the recording has ended, and a recording of which all comes then. CA \
    counts the computing, too: with --paced in real time; else each step's own time is measured as fast as possible, and \
    a step begins when its audio is there and the step before is done.\n\n\
    Words are divided at spaces. Languages written without them (Chinese, Japanese, Thai, Lao, Khmer, Burmese, Tibetan) are \
    counted in characters, spaces left out: CER for WER, erasure, lags; their BLEU (13a) takes what stands between spaces or \
    marks for one word: look at chrF. First word: when anything was shown; committed: when the first word was that stays.\n\n\
    --json: recordings, audio_seconds, rtf, cpu_seconds_per_minute, decoder_steps_per_update (translator), \
    recogniser_steps_per_update; and in languages, for each: lang, kind (source, translation), unit (word, char), wer and \
    wer_offline (percent), bleu, chrf, chrf_offline, erasure_instant, erasure_balanced, erasure_reading (units per final \
    unit), committed_changed (units; always 0), laal, laal_ca, long_yaal, long_yaal_ca, first_word, first_word_ca, \
    first_committed, first_committed_ca (seconds), bleu_signature, chrf_signature. What isn't known is null.\n\n\
    --log: instances.LANG.log for `omnisteval shortform` (with --char_level where characters are counted), \
    simulstream.LANG.jsonl for `simulstream_score_latency` (with detokenizer_type: simuleval and latency_unit: word, or \
    char, in its configuration).")]
pub(super) struct EvalArgs {
    /// The manifest, such as onnx/starter/samples/manifest-en.tsv.
    manifest: PathBuf,
    /// The pipeline file; without one, the starter pipeline.
    #[arg(short, long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
    #[command(flatten)]
    overrides: Overrides,
    /// Give the audio in real time once more, for lags as a live listener has them.
    #[arg(long)]
    paced: bool,
    /// The figures as JSON, instead of a table.
    #[arg(long)]
    json: bool,
    /// A folder for logs that OmniSTEval, SimulEval and simulstream read, so that others can check the figures.
    #[arg(long, value_name = "DIR")]
    log: Option<PathBuf>,
    /// Fetch models that are missing, unasked; accepts their licences.
    #[arg(short, long)]
    yes: bool,
}

/// Times that are the same: the millisecond in which SimulEval's logs count, in seconds.
const SAME_TIME: f64 = 1e-3;

/// What a recording gave, by language.
type Tracks = BTreeMap<Lang, Track>;

/// A pass over all recordings.
struct Pass {
    /// Of those that were worked on, in order: the seconds and what came.
    done: Vec<(f64, Tracks)>,
    /// Seconds of computing, of audio, and of the processor.
    took: f64,
    audio: f64,
    cpu: f64,
    /// Decoder passes and updates of the translator and of the recogniser.
    steps: [[u64; 2]; 2],
}

impl Pass {
    /// Takes the real times of another pass.
    fn time_as(&mut self, real: &Self) {
        for ((_, tracks), (_, real)) in self.done.iter_mut().zip(&real.done) {
            for (lang, track) in tracks {
                real.get(lang).into_iter().for_each(|real| track.time_as(real));
            }
        }
    }
}

pub(super) fn eval(args: &EvalArgs) -> Result<()> {
    let interrupt = Interrupt::watch()?;
    let mut config = load(args.pipeline.as_deref())?;
    args.overrides.apply(&mut config)?;
    config.speak.backend = "none".into();
    let text = std::fs::read_to_string(&args.manifest)
        .map_err(|e| Error::input(format!("{}: {e}", args.manifest.display())))?;
    let folder = args.manifest.parent().unwrap_or(Path::new("."));
    let rows = manifest::parse(&text, folder).map_err(|e| e.context(args.manifest.display()))?;
    let passes = if args.paced { 3 } else { 2 };
    let bar = progress(rows.len() * passes);
    let mut streamed = pass(config.clone(), &rows, false, args.yes, &interrupt, &bar)?;
    let mut whole = config.clone();
    whole.recognise.policy = Some(CommitPolicy::FinalOnly);
    whole.translate.policy = CommitPolicy::FinalOnly;
    whole.translate.unit.max_words = 100;
    whole.translate.unit.pause = f64::MAX;
    let offline = pass(whole, &rows, false, args.yes, &interrupt, &bar)?;
    if args.paced {
        // Each recording in real time or by the queue, and only one of them for all.
        let real = pass(config.clone(), &rows, true, args.yes, &interrupt, &bar)?;
        if !real.done.is_empty() {
            streamed.done.truncate(real.done.len());
            streamed.time_as(&real);
        }
    }
    bar.finish_and_clear();
    let scores = score(&config, &rows, &streamed, &offline);
    if let Some(folder) = &args.log {
        write_logs(folder, &rows, &streamed)?;
    }
    tell(args.json, &scores, &streamed)?;
    if interrupt.came() {
        return Err(Error::failed(format!("interrupted after {} of {} recordings", streamed.done.len(), rows.len())));
    }
    Ok(())
}

fn progress(steps: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len}, {eta} left");
    ProgressBar::new(steps as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Works on all recordings, until interrupted.
fn pass(config: Config, rows: &[Row], live: bool, yes: bool, interrupt: &Interrupt, bar: &ProgressBar) -> Result<Pass> {
    let plan = super::pull::plan(config, yes, interrupt)?;
    let models = plan.load()?;
    let pipeline = Pipeline::start(plan, models)?;
    let count = || {
        let metrics = metrics::get();
        ["mt", "asr"]
            .map(|model| [&metrics.decoder_steps, &metrics.updates].map(|c| c.with_label_values(&[model]).get()))
    };
    let (start, cpu, before) = (Instant::now(), cpu_seconds(), count());
    let mut all = Pass { done: Vec::new(), took: 0.0, audio: 0.0, cpu: 0.0, steps: [[0; 2]; 2] };
    for row in rows {
        if interrupt.came() {
            break;
        }
        let (seconds, tracks) = one(&pipeline, row, live, interrupt).map_err(|e| e.context(row.audio.display()))?;
        if interrupt.came() {
            // It was cut off, and half a recording has no figures.
            break;
        }
        all.audio += seconds;
        all.done.push((seconds, tracks));
        tracing::debug!(recording = %row.audio.display(), "scored");
        bar.inc(1);
    }
    (all.took, all.cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let after = count();
    all.steps = [0, 1].map(|model| [0, 1].map(|what| after[model][what] - before[model][what]));
    pipeline.stop(Duration::from_secs(10))?;
    Ok(all)
}

/// Works on one recording.
fn one(pipeline: &Pipeline, row: &Row, live: bool, interrupt: &Interrupt) -> Result<(f64, Tracks)> {
    let mut reader = Paced::new(file::open(&row.audio)?);
    let format = reader.peek()?.ok_or_else(|| Error::input("there is no sound in it"))?;
    let opening = Opening { room: super::writer::name(&row.audio), speaker: String::new(), lang: None, format, live };
    let mut speaker = pipeline.open(opening)?;
    let (sender, events) = bounded(256);
    let filter = Filter { session: Some(speaker.session().number), dial: Dial::Instant, ..Filter::default() };
    let (id, room) = (pipeline.next_id(), speaker.session().room.clone());
    pipeline.subscribe(Subscription {
        id,
        room,
        filter,
        after: None,
        replay: false,
        sink: Box::new(Patient(sender)),
    })?;
    let start = Instant::now();
    let (worked_off, is_worked_off) = bounded(1);
    let interrupted = interrupt.0.clone();
    let feeder = std::thread::spawn(move || -> Result<f64> {
        let mut frames = 0;
        // Counted in frames: a sum of lengths is a bit off, and words of the end would lie before or after it.
        let seconds = |frames: u64| frames as f64 / f64::from(format.rate);
        while let Some(block) = if live { reader.next_block()? } else { reader.next_unpaced()? } {
            if interrupted.load(std::sync::atomic::Ordering::Relaxed) {
                break;
            }
            frames += block.frames() as u64;
            speaker.push(block)?;
            // What is heard is worked off before more is: else a stage takes in one go what in life comes bit by bit, and
            // how much that is would be chance.
            if !live {
                speaker.mark(seconds(frames).to_string())?;
                // Who stopped to listen has met an error of its own.
                let _ = is_worked_off.recv();
            }
        }
        Ok(seconds(frames))
    });
    // Steps as they come, with what each had heard and took: a caption, or that a block gave none (or no more). Live,
    // events have but the real clock.
    let (mut seen, mut last) = (Vec::new(), 0.0);
    for frame in &events {
        let now = start.elapsed().as_secs_f64();
        match &frame.event.body {
            Body::Caption(caption) => {
                seen.push((Some(caption.clone()), frame.event.t, now - last));
                last = now;
            }
            // The feeder may have stopped at an error, and needs none.
            Body::Marker { id, .. } => {
                seen.push((None, id.parse().unwrap_or_default(), now - last));
                let _ = worked_off.try_send(());
                last = start.elapsed().as_secs_f64();
            }
            Body::Bye { .. } => break,
            Body::Error { message, .. } => return Err(Error::failed(message.clone())),
            _ => {}
        }
    }
    drop(worked_off);
    let seconds = feeder.join().unwrap_or_else(|_| Err(Error::failed("the reader panicked")))?;
    // Another rate's last sample lies between two of ours.
    let at = |heard: f64| if (heard - seconds).abs() < SAME_TIME { seconds } else { heard };
    let steps: Vec<(f64, f64)> = seen.iter().map(|(_, heard, took)| (at(*heard), *took)).collect();
    let out = if live { steps.iter().map(|s| s.0).collect() } else { lag::queue(&steps) };
    let mut tracks = Tracks::new();
    for (((caption, ..), (heard, _)), out) in seen.iter().zip(steps).zip(out) {
        let Some(caption) = caption else { continue };
        let new = || Track::new(Unit::of(&caption.lang));
        tracks.entry(caption.lang.clone()).or_insert_with(new).see(caption, heard, out);
    }
    Ok((seconds, tracks))
}

fn score(config: &Config, rows: &[Row], streamed: &Pass, offline: &Pass) -> Vec<Score> {
    let spoken = config.recognise.lang.clone();
    let targets = config.translate.to.iter().filter(|l| l.primary() != spoken.primary());
    let langs = std::iter::once(spoken.clone()).chain(targets.cloned());
    let mut scores: Vec<Score> = langs.map(|lang| Score::new(lang.clone(), lang == spoken)).collect();
    let none = Track::default();
    for (i, (row, (seconds, tracks))) in rows.iter().zip(&streamed.done).enumerate() {
        for score in &mut scores {
            let reference = if score.is_source { Some(row.text.as_str()) } else { row.translation(&score.lang) };
            let track = tracks.get(&score.lang).unwrap_or(&none);
            // Interrupted, this pass may not have come so far.
            let whole = offline.done.get(i).map(|(_, whole)| whole.get(&score.lang).unwrap_or(&none).text());
            score.add(*seconds, reference, track, whole.as_deref());
        }
    }
    scores
}

fn tell(as_json: bool, scores: &[Score], streamed: &Pass) -> Result<()> {
    let per = |a: f64, b: f64| (b > 0.0).then(|| a / b);
    let rtf = per(streamed.took, streamed.audio);
    let cpu = per(streamed.cpu * 60.0, streamed.audio);
    let [mt, asr] = streamed.steps.map(|[passes, updates]| per(passes as f64, updates as f64));
    if as_json {
        let all = json!({
            "recordings": streamed.done.len(), "audio_seconds": streamed.audio, "rtf": rtf,
            "cpu_seconds_per_minute": cpu, "decoder_steps_per_update": mt, "recogniser_steps_per_update": asr,
            "languages": scores.iter().map(Score::json).collect::<Vec<_>>(),
        });
        return say(&all.to_string());
    }
    say(&table(scores))?;
    let number = |v: Option<f64>, digits: usize| v.map_or("-".to_owned(), |v| format!("{v:.digits$}"));
    say(&format!(
        "\n{} recordings, {:.0} s; RTF {}; {} s of processor for each minute; \
         decoder passes for each update: translator {}, recogniser {}",
        streamed.done.len(),
        streamed.audio,
        number(rtf, 3),
        number(cpu, 1),
        number(mt, 1),
        number(asr, 1),
    ))
}

fn write_logs(folder: &Path, rows: &[Row], pass: &Pass) -> Result<()> {
    let failed = |e: std::io::Error| Error::failed(format!("{}: {e}", folder.display()));
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut add = |name: String, line: serde_json::Value| {
        let text = files.entry(name).or_default();
        text.push_str(&line.to_string());
        text.push('\n');
    };
    for (i, (row, (seconds, tracks))) in rows.iter().zip(&pass.done).enumerate() {
        let source = row.audio.display().to_string();
        for (lang, track) in tracks {
            let reference = row.translation(lang).unwrap_or(&row.text);
            add(format!("instances.{lang}.log"), log::instance(i, &source, *seconds, reference, track));
            log::simulstream(i, &source, track).into_iter().for_each(|l| add(format!("simulstream.{lang}.jsonl"), l));
        }
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    files.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text).map_err(failed))
}

/// Seconds that this process has kept processors busy; zero where the system doesn't say so (`/proc/self/stat`, whose
/// unit is 1/100 s on every Linux: proc(5), `USER_HZ`).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name, in brackets, may have spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    fields.iter().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
