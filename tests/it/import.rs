//! `models import`: prepared models compute what the original does, whatever exporter made it.

use crate::support::repo;
use sottovoce::models::import::{Precision, import};
use std::path::Path;

/// Imports a model of the repository; each line of the report is one string.
fn imported(model: &str, dest: &Path, precision: Precision) -> Vec<String> {
    let report = import(&repo().join(model), dest, precision, &mut |_| ()).unwrap_or_else(|e| panic!("{model}: {e}"));
    report.lines
}

#[test]
fn the_starter_translator_is_prepared() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, precision) in [("keep", Precision::Keep), ("int8", Precision::Int8)] {
        let lines = imported("onnx/starter/mt-en-es", &folder.path().join(name), precision);
        println!("{lines:?}");
        assert!(folder.path().join(name).join("decoder_model_prepared.onnx").is_file());
    }
}
