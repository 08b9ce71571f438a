//! The whole pipeline, file in and nothing out: real-time factor, first partial, final lag, and the share of the CPU
//! that is not model time. `cargo bench --bench pipeline [FILE]`
#![allow(missing_docs, clippy::print_stdout)]

use crossbeam_channel::bounded;
use sottovoce::capture::file;
use sottovoce::capture::paced::Paced;
use sottovoce::config;
use sottovoce::error::Result;
use sottovoce::event::{Body, Kind};
use sottovoce::hub::Subscription;
use sottovoce::hub::fanout::{Dial, Filter};
use sottovoce::out::Patient;
use sottovoce::pipeline::{Opening, Pipeline};
use sottovoce::plan::Plan;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// CPU seconds of this process so far (`/proc/self/stat`, fields 14 and 15, in hundredths).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12].iter().filter_map(|i| fields.get(*i)?.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Runs a file through; returns audio seconds, wall seconds, and (lag of the first partial, mean lag of finals).
fn run(pipeline: &Pipeline, path: &Path, live: bool) -> Result<(f64, f64, f64, f64)> {
    let mut reader = Paced::new(file::open(path)?);
    let format = reader.peek()?.expect("sound");
    let opening = Opening { room: "bench".into(), speaker: String::new(), lang: None, format, live };
    let mut speaker = pipeline.open(opening)?;
    let (sender, frames) = bounded(1_024);
    let filter = Filter { session: Some(speaker.session().number), dial: Dial::Instant, ..Filter::default() };
    let (id, sink) = (pipeline.next_id(), Box::new(Patient(sender)));
    pipeline.subscribe(Subscription { id, room: "bench".into(), filter, after: None, replay: false, sink })?;
    let start = Instant::now();
    let seconds = std::thread::scope(|scope| {
        let feed = scope.spawn(move || {
            let mut seconds = 0.0;
            while let Some(block) = if live { reader.next_block() } else { reader.next_unpaced() }.expect("readable") {
                seconds += block.seconds();
                speaker.push(block).expect("the pipeline runs");
            }
            seconds
        });
        let (mut first, mut finals) = (None, Vec::new());
        for frame in frames {
            if let Body::Caption(c) = &frame.event.body {
                first.get_or_insert(frame.event.t - c.start);
                if c.is_final && c.kind == Kind::Translation {
                    finals.push(frame.event.t - c.end);
                }
            }
        }
        let mean = finals.iter().sum::<f64>() / finals.len().max(1) as f64;
        (feed.join().expect("fed"), first.unwrap_or(f64::NAN), mean)
    });
    Ok((seconds.0, start.elapsed().as_secs_f64(), seconds.1, seconds.2))
}

fn main() -> Result<()> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::args().skip(1).find(|a| !a.starts_with('-')).map(PathBuf::from);
    let path = named.unwrap_or_else(|| root.join("onnx/starter/samples/travel-en.wav"));
    let plan = Plan::new(config::parse("[speak]\nbackend = \"none\"", std::iter::empty())?)?;
    let models = plan.load()?;
    let pipeline = Pipeline::start(plan, models)?;
    let model_seconds = || sottovoce::metrics::get().model_seconds.get();
    let (model, cpu, mut audio, mut wall) = (model_seconds(), cpu_seconds(), 0.0, 0.0);
    for _ in 0..5 {
        let (seconds, took, _, _) = run(&pipeline, &path, false)?;
        (audio, wall) = (audio + seconds, wall + took);
    }
    let (model, cpu) = (model_seconds() - model, cpu_seconds() - cpu);
    println!("as fast as possible: {audio:.0} s of audio, RTF {:.4} (wall), {:.4} (CPU)", wall / audio, cpu / audio);
    println!("not model time (ONNX Runtime): {:.0} % of the CPU", 100.0 * (1.0 - model / cpu).max(0.0));
    let (_, _, first, last) = run(&pipeline, &path, true)?;
    println!(
        "in real time: first partial {first:.2} s after its utterance began; final translation {last:.2} s after its last word"
    );
    pipeline.stop(Duration::from_secs(5))
}
