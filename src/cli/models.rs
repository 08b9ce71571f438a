//! `models`: what there is, what is here, and how to get the rest.

use super::{Interrupt, pull, say};
use crate::error::{Error, Result};
use crate::models::import::Precision;
use crate::models::{Health, Model, Registry, State, bytes};
use crate::text::Lang;
use clap::Subcommand;
use indicatif::ProgressBar;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum ModelsCommand {
    /// Lists the models with size, languages and licence, and what suits which machine.
    List,
    /// Fetches published models, into the cache that other programs share (HF_HOME).
    Pull {
        /// Model ids; or tiny, laptop, gpu: what suits such a machine.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Accept licences that forbid commercial use, unasked.
        #[arg(short, long, visible_alias = "accept-licence")]
        yes: bool,
        /// Only fetch: don't prepare them as `import` does.
        #[arg(long)]
        as_is: bool,
    },
    /// Prepares a model from a folder (or a ggml file) and gives it an id: quicker, smaller, and proved by running it.
    ///
    /// Whisper takes windows of any length instead of 30 s; Whisper and translation models get one decoder instead of two,
    /// with their large matrices as 8-bit integers; both versions are run on the same input and compared. Other models are
    /// copied as they are.
    Import {
        /// The folder: config.json and *.onnx as optimum exports them, a zipformer2, NeMo, Piper or Kokoro model …
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The id, to be used as `model = "ID"` in pipeline files.
        #[arg(long = "as", value_name = "ID")]
        id: String,
        /// int8: large matrices as 8-bit integers; keep: numbers as they are (for cuda, or where int8 hurts).
        #[arg(long, value_enum, default_value_t)]
        precision: Precision,
    },
    /// Compares files with their checksums: all models that are here, or those named.
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
        ModelsCommand::List => list(&registry),
        ModelsCommand::Pull { ids, yes, as_is } => {
            let models = chosen(&registry, ids)?;
            let wish = pull::Wish { yes: *yes, as_is: *as_is };
            for (model, folder) in models.iter().zip(pull::all(&registry, &models, wish, &Interrupt::watch()?)?) {
                say(&format!("{} is in {} (licence: {})", model.id, folder.display(), licence(model)))?;
            }
            Ok(())
        }
        ModelsCommand::Import { folder, id, precision } => {
            let dest = registry.import_folder(id)?;
            let report = pull::prepare(id, folder, &dest, *precision)?;
            report.lines.iter().try_for_each(|line| say(&format!("  {line}")))?;
            say(&format!("{id} ({}) is in {}", report.layout.backend(), dest.display()))
        }
        ModelsCommand::Path { id } => say(&registry.folder(id)?.display().to_string()),
        ModelsCommand::Verify { ids } => verify(&registry, ids),
    }
}

/// The models of ids and of sizes of machine.
fn chosen(registry: &Registry, names: &[String]) -> Result<Vec<Model>> {
    let ids = names.iter().flat_map(|name| match registry.catalogue.sizes.iter().find(|s| s.name == *name) {
        Some(size) => size.models.clone(),
        None => vec![name.clone()],
    });
    ids.map(|id| registry.get(&id)).collect()
}

fn list(registry: &Registry) -> Result<()> {
    say(&format!("  {:<32} {:<4} {:>8}  {:<18} {:<28} NOTE", "ID", "TASK", "SIZE", "LANGUAGES", "LICENCE"))?;
    let own = registry.installed().into_iter().filter(|m| !registry.models.iter().any(|o| o.id == m.id));
    for model in registry.models.iter().cloned().chain(own) {
        let model = &model;
        let mark = match registry.state(model) {
            State::Absent => " ",
            State::Imported => "+",
            State::Shipped | State::Pulled => "*",
        };
        let (size, languages) = (bytes(model.size()), short(&model.languages));
        let licence = licence(model);
        say(&format!(
            "{mark} {:<32} {:<4} {size:>8}  {languages:<18} {licence:<28} {}",
            model.id, model.task, model.note
        ))?;
    }
    let rules: Vec<&str> = registry.catalogue.rules().collect();
    say(&format!("\n* is here, + was imported; sizes of the others are about. Also: {}", rules.join(", ")))?;
    for size in &registry.catalogue.sizes {
        let models = chosen(registry, &size.models)?;
        let total = bytes(models.iter().map(Model::size).sum());
        say(&format!(
            "{:<7} {:<20} sottovoce run {:<22} {} ({total})",
            size.name,
            size.about,
            size.pipeline,
            size.models.join(", ")
        ))?;
    }
    Ok(())
}

fn licence(model: &Model) -> String {
    match model.commercial {
        Some(false) => format!("{} NON-COMMERCIAL", model.licence),
        _ => model.licence.clone(),
    }
}

/// The first few languages and how many more.
fn short(languages: &[Lang]) -> String {
    const FEW: usize = 4;
    let first = languages.iter().take(FEW).map(Lang::tag).collect::<Vec<_>>().join(",");
    match languages.len() {
        0..=FEW => first,
        n => format!("{first} +{}", n - FEW),
    }
}

fn verify(registry: &Registry, ids: &[String]) -> Result<()> {
    let chosen = match ids {
        [] => registry.installed(),
        ids => ids.iter().map(|id| registry.get(id)).collect::<Result<_>>()?,
    };
    let bar = ProgressBar::new(chosen.len() as u64);
    let (mut bad, mut lines) = (Vec::new(), Vec::new());
    for model in &chosen {
        // A model that was never here has no files to be wrong.
        let files = registry.verify(model)?;
        if files.is_empty() {
            registry.folder(&model.id)?;
            lines.push(format!(
                "unknown  {} (imported, or not written down: there is nothing to compare it with)",
                model.id
            ));
        }
        for (file, health) in files {
            let name = format!("{}/{file}", model.id);
            let word = match health {
                Health::Good => "good",
                Health::Missing => "missing",
                Health::Damaged => "damaged",
            };
            lines.push(format!("{word:<8} {name}"));
            if health != Health::Good {
                bad.push((model, name));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    lines.iter().try_for_each(|l| say(l))?;
    let Some((model, _)) = bad.first() else { return Ok(()) };
    let names: Vec<&str> = bad.iter().map(|(_, name)| name.as_str()).collect();
    let hint = match model.published {
        Some(_) => format!("`sottovoce models pull {}` fetches what is wrong again", model.id),
        None => "check the project's files out again (`git checkout onnx`)".into(),
    };
    Err(Error::missing(format!("{} files are not as they should be: {}", bad.len(), names.join(", "))).hint(hint))
}
