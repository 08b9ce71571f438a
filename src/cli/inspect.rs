//! Commands that look and don't touch: `devices`, `check`, `doctor`.

use super::say;
use crate::config;
use crate::error::{Error, Result};
use crate::models::{Health, Registry};
use crate::onnx;
use crate::plan::Plan;
use crate::text::Lang;
use crate::tts::espeak::Espeak;
use std::path::PathBuf;

pub(super) fn check(pipelines: &[PathBuf]) -> Result<()> {
    for path in pipelines {
        let plan = config::load(path).and_then(|c| Plan::new(c).map_err(|e| e.context(path.display())))?;
        let langs = plan.langs().iter().map(Lang::tag).collect::<Vec<_>>().join(", ");
        say(&format!("{}: good (serves {}, languages: {langs})", path.display(), plan.listen))?;
        if let Some(file) = &plan.config.glossary.file {
            say(&format!("  glossary {}: {}", file.display(), plan.glossary.now().summary()))?;
        }
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
    let models = registry.installed();
    let files = models.iter().map(|m| registry.verify(m)).collect::<Result<Vec<_>>>()?;
    match files.iter().flatten().filter(|(_, health)| *health != Health::Good).count() {
        0 => Ok(format!("{} in {} and {}", models.len(), registry.root.display(), registry.places.data.display())),
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
