//! Commands that look and don't touch: `devices`, `check`, `doctor`, `models`.

use super::say;
use crate::config;
use crate::error::{Error, Result};
use crate::models::{Health, Registry};
use crate::onnx;
use crate::plan::Plan;
use crate::text::Lang;
use crate::tts::espeak::Espeak;
use clap::Subcommand;
use indicatif::ProgressBar;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum ModelsCommand {
    /// Lists the models with task, languages, size and licence.
    List,
    /// Compares files with their checksums: all models, or those named.
    Verify {
        /// Model ids.
        ids: Vec<String>,
    },
    /// Prints the folder of a model.
    Path {
        /// A model id.
        id: String,
    },
}

pub(super) fn models(command: &ModelsCommand) -> Result<()> {
    let registry = Registry::find()?;
    match command {
        ModelsCommand::List => {
            say(&format!("{:<20} {:<5} {:<12} {:>8}  {:<20} NOTE", "ID", "TASK", "LANGUAGES", "SIZE", "LICENCE"))?;
            for m in &registry.models {
                let languages = m.languages.iter().map(Lang::tag).collect::<Vec<_>>().join(",");
                let size = format!("{:.1} MB", m.size() as f64 / 1e6);
                say(&format!("{:<20} {:<5} {languages:<12} {size:>8}  {:<20} {}", m.id, m.task, m.licence, m.note))?;
            }
            Ok(())
        }
        ModelsCommand::Path { id } => say(&registry.folder(id)?.display().to_string()),
        ModelsCommand::Verify { ids } => verify(&registry, ids),
    }
}

fn verify(registry: &Registry, ids: &[String]) -> Result<()> {
    let chosen = match ids {
        [] => registry.models.iter().collect(),
        ids => ids.iter().map(|id| registry.get(id)).collect::<Result<Vec<_>>>()?,
    };
    let bar = ProgressBar::new(chosen.iter().map(|m| m.files.len() as u64).sum());
    let mut bad = Vec::new();
    let mut lines = Vec::new();
    for model in chosen {
        for file in &model.files {
            let health = registry.check(model, file);
            bar.inc(1);
            let name = format!("{}/{}", model.id, file.path);
            lines.push(format!(
                "{:<8} {name}",
                match health {
                    Health::Good => "good",
                    Health::Missing => "missing",
                    Health::Damaged => "damaged",
                }
            ));
            if health != Health::Good {
                bad.push(name);
            }
        }
    }
    bar.finish_and_clear();
    lines.iter().try_for_each(|l| say(l))?;
    match bad.as_slice() {
        [] => Ok(()),
        bad => Err(Error::missing(format!("{} files are not as they should be: {}", bad.len(), bad.join(", ")))
            .hint("check the project's files out again (`git checkout onnx`)")),
    }
}

pub(super) fn check(pipelines: &[PathBuf]) -> Result<()> {
    for path in pipelines {
        let plan = config::load(path).and_then(|c| Plan::new(c).map_err(|e| e.context(path.display())))?;
        let langs = plan.langs().iter().map(Lang::tag).collect::<Vec<_>>().join(", ");
        say(&format!("{}: good (serves {}, languages: {langs})", path.display(), plan.listen))?;
    }
    Ok(())
}

#[cfg(feature = "microphone")]
pub(super) fn devices() -> Result<()> {
    let devices = crate::capture::device::list();
    if devices.is_empty() {
        return Err(Error::missing("no microphone was found")
            .hint("plug one in, or speak through the browser page of `sottovoce run`"));
    }
    for d in devices {
        let format = format!("{} Hz, {} channels", d.format.rate, d.format.channels);
        let mark = if d.is_default { "*" } else { " " };
        say(&format!("{mark} {:<40} {:<24} {}", d.id, format, d.name))?;
    }
    say("(* is what `device = \"default\"` means)")
}

#[cfg(not(feature = "microphone"))]
pub(super) fn devices() -> Result<()> {
    Err(Error::missing("this build has no microphone support").hint("build with `--features microphone`"))
}

pub(super) fn doctor() -> Result<()> {
    let mut worst: Option<Error> = None;
    let mut look = |what: &str, result: Result<String>, is_needed: bool| -> Result<()> {
        match result {
            Ok(detail) => say(&format!("ok       {what}: {detail}")),
            Err(e) => {
                let hint = e.hint_text().map(|h| format!("\n         hint: {h}")).unwrap_or_default();
                let mark = if is_needed { "missing " } else { "without " };
                say(&format!("{mark} {what}: {e}{hint}"))?;
                if is_needed {
                    worst.get_or_insert(e);
                }
                Ok(())
            }
        }
    };
    let library = onnx::library().and_then(|path| match ort::util::probe(&path) {
        Some(minor) if minor >= onnx::MINIMUM_MINOR => Ok(format!("1.{minor} at {}", path.display())),
        _ => Err(Error::missing(format!("{} is not ONNX Runtime 1.{} or newer", path.display(), onnx::MINIMUM_MINOR))),
    });
    look("ONNX Runtime", library, true)?;
    look("models", registry_health(), true)?;
    let starter = super::load(None).and_then(Plan::new).and_then(|plan| plan.load());
    look("starter pipeline", starter.map(|_| "loads and runs".into()), true)?;
    look("voice", Espeak::find().map(|_| "espeak-ng".into()), false)?;
    look("microphone", microphone(), false)?;
    match worst {
        None => say("Everything that is needed is there."),
        Some(e) => Err(e),
    }
}

fn registry_health() -> Result<String> {
    let registry = Registry::find()?;
    let all = registry.models.iter().flat_map(|m| m.files.iter().map(move |f| (m, f)));
    let bad = all.filter(|(m, f)| registry.check(m, f) != Health::Good).count();
    match bad {
        0 => Ok(format!("{} in {}", registry.models.len(), registry.root.display())),
        n => {
            Err(Error::missing(format!("{n} files are missing or damaged"))
                .hint("`sottovoce models verify` names them"))
        }
    }
}

#[cfg(feature = "microphone")]
fn microphone() -> Result<String> {
    match crate::capture::device::list().into_iter().find(|d| d.is_default) {
        Some(d) => Ok(d.name),
        None => Err(Error::missing("none; the browser page can still be spoken into")),
    }
}

#[cfg(not(feature = "microphone"))]
fn microphone() -> Result<String> {
    Err(Error::missing("this build has no microphone support"))
}
