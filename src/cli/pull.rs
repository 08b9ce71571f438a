//! Fetches models for people: says what is needed and how large it is, and asks where there is somebody to ask.

use super::Interrupt;
use crate::config::Config;
use crate::error::{Error, ErrorKind, Result};
use crate::models::import::{self, Precision};
use crate::models::layout::Layout;
use crate::models::{Model, Registry, pull};
use crate::plan::Plan;
use indicatif::ProgressBar;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

/// The plan of a configuration; models that are missing are fetched, after a yes.
///
/// # Errors
/// What is wrong with the configuration, before anything is fetched; or what is missing, and the command that fetches it.
pub(super) fn plan(config: Config, yes: bool, interrupt: &Interrupt) -> Result<Plan> {
    let why = match Plan::new(config.clone()) {
        Err(e) if e.kind() == ErrorKind::Missing => e,
        done => return done,
    };
    let registry = Registry::find()?;
    let missing = Plan::missing(&config, &registry);
    if missing.is_empty() || missing.iter().any(|m| m.published.is_none()) {
        return Err(why);
    }
    match if yes { Some(true) } else { ask(&format!("sottovoce: {why}.\nFetch now?"), interrupt) } {
        Some(true) => {}
        Some(false) => return Err(why),
        None => {
            let hint = why.hint_text().unwrap_or_default().to_owned();
            return Err(why.hint(format!("{hint}; so does `--yes`")));
        }
    }
    all(&registry, &missing, Wish { yes, as_is: false }, interrupt)?;
    Plan::new(config)
}

/// How somebody wants models.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Without being asked.
    pub(super) yes: bool,
    /// As they were published.
    pub(super) as_is: bool,
}

/// Fetches models, one after the other; each fetches its files in parallel. Prepares those that gain by it. Gives their
/// folders.
///
/// # Errors
/// As [`pull::pull`]; or a licence isn't accepted.
pub(super) fn all(registry: &Registry, models: &[Model], wish: Wish, interrupt: &Interrupt) -> Result<Vec<PathBuf>> {
    // All questions before the first byte: nobody waits for the second one.
    models.iter().filter(|m| m.commercial == Some(false) && !wish.yes).try_for_each(|m| accept(m, interrupt))?;
    let mut folders = Vec::new();
    for model in models {
        let folder = pull::pull(model, &registry.places, interrupt.flag())?;
        let precision = model.published.as_ref().map(|p| p.precision).filter(|_| !wish.as_is);
        folders.push(match precision.filter(|_| Layout::of(&folder).is_ok_and(Layout::is_preparable)) {
            Some(precision) => prepared(registry, model, folder, precision),
            None => folder,
        });
    }
    Ok(folders)
}

/// The prepared version of a fetched model; where that can't be made, the fetched one, which works as well.
fn prepared(registry: &Registry, model: &Model, folder: PathBuf, precision: Precision) -> PathBuf {
    let dest = registry.places.imported(&model.id);
    match prepare(&model.id, &folder, &dest, precision) {
        Ok(_) => dest,
        Err(e) => {
            tracing::warn!("{} is used as it was published, since it can't be prepared: {e}", model.id);
            folder
        }
    }
}

/// Imports a folder, and says what is being done.
///
/// # Errors
/// As [`import::import`].
pub(super) fn prepare(id: &str, folder: &Path, dest: &Path, precision: Precision) -> Result<import::Report> {
    let spinner = ProgressBar::new_spinner().with_message(format!("{id}: looking at it"));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let report = import::import(folder, dest, precision, &mut |step| spinner.set_message(format!("{id}: {step}")));
    spinner.finish_and_clear();
    report
}

/// Asks whether a licence that forbids commercial use is accepted.
fn accept(model: &Model, interrupt: &Interrupt) -> Result<()> {
    let what = format!("model `{}` is for non-commercial use only ({}, {})", model.id, model.licence, model.source);
    match ask(&format!("{what}.\nDo you accept its licence?"), interrupt) {
        Some(true) => Ok(()),
        Some(false) => Err(Error::missing(format!("{what}, and its licence was not accepted"))),
        None => Err(Error::missing(what).hint("accept its licence with `--accept-licence` (or `--yes`)")),
    }
}

/// A question that anything but y or yes answers with no, Ctrl-C too; none if there is nobody to ask.
fn ask(question: &str, interrupt: &Interrupt) -> Option<bool> {
    let mut output = std::io::stderr();
    if !std::io::stdin().is_terminal() || !output.is_terminal() {
        return None;
    }
    let _ = write!(output, "{question} [y/N] ").and_then(|()| output.flush());
    // On a thread of its own: reading isn't cut short by a signal.
    let (sender, answer) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = std::io::stdin().read_line(&mut line);
        let _ = sender.send(["y", "yes"].contains(&line.trim().to_lowercase().as_str()));
    });
    loop {
        match answer.recv_timeout(Duration::from_millis(50)) {
            Err(RecvTimeoutError::Timeout) if !interrupt.came() => {}
            answer => return Some(answer.unwrap_or(false)),
        }
    }
}
