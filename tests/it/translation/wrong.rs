//! Translation models that are damaged, incomplete or of another kind: one line says so, and names the file.

use super::fixture::{TRAINED, copy, json, lang, load};
use crate::support::repo;
use sottovoce::onnx::proto::Model;
use std::path::Path;

/// An error that a user can read: one line that names the file, without panicking.
fn assert_told(folder: &Path, names: &str) {
    let error = load(folder).err().unwrap_or_else(|| panic!("{names}: nobody noticed"));
    let message = error.to_string();
    assert!(message.contains(names) && !message.contains('\n') && message.len() < 500, "{names}: {message}");
}

#[test]
fn a_wrong_model_is_told_in_one_line_that_names_the_file() {
    let starter = repo().join(TRAINED);
    for (missing, names) in [
        ("encoder_model.onnx", "encoder_model.onnx is not there"),
        ("decoder_model_merged.onnx", "decoder_model.onnx is not there"),
        ("tokenizer.json", "tokenizer.json"),
        ("config.json", "config.json is not there"),
    ] {
        let folder = copy(&starter);
        std::fs::remove_file(folder.path().join(missing)).expect("removed");
        assert_told(folder.path(), names);
    }
    for damaged in ["encoder_model.onnx", "decoder_model_merged.onnx", "tokenizer.json", "config.json"] {
        let folder = copy(&starter);
        let whole = std::fs::read(folder.path().join(damaged)).expect("there");
        std::fs::write(folder.path().join(damaged), &whole[..whole.len() / 2]).expect("written");
        assert_told(folder.path(), damaged);
    }
    // A model of another kind under the right name, on either side.
    for name in ["encoder_model.onnx", "decoder_model_merged.onnx"] {
        let folder = copy(&starter);
        std::fs::copy(repo().join("onnx/starter/asr/en/model.onnx"), folder.path().join(name)).expect("copied");
        assert_told(folder.path(), name);
    }
    let folder = copy(&starter);
    std::fs::write(folder.path().join("config.json"), r#"{"model_type":"bart"}"#).expect("written");
    assert_told(folder.path(), "config.json names `bart`");
}

#[test]
fn ids_of_32_bits_are_given_as_such_or_refused_in_one_line() {
    let folder = copy(&repo().join(TRAINED));
    let file = folder.path().join("encoder_model.onnx");
    let mut model = Model::read(&file).expect("the encoder");
    let input = model.graph_mut().input.iter_mut().find(|i| i.name == "input_ids").expect("ids");
    input.type_.mut_or_insert_default().mut_tensor_type().elem_type = 6;
    model.write(&file).expect("written");
    assert_told(folder.path(), "encoder_model.onnx");
}

#[test]
fn a_tokenizer_without_its_table_is_read_without_panicking() {
    let null = serde_json::json!({ "type": "Precompiled", "precompiled_charsmap": null });
    let sequence = serde_json::json!({ "type": "Sequence", "normalizers": [&null, { "type": "NFC" }] });
    for normaliser in [null, sequence] {
        let folder = copy(&repo().join(TRAINED));
        let file = folder.path().join("tokenizer.json");
        let mut tokenizer = json(&file);
        tokenizer["normalizer"] = normaliser;
        std::fs::write(&file, tokenizer.to_string()).expect("written");
        let model = load(folder.path()).expect("a model");
        let ids = model.source_ids("where is the train station", &lang("en"), &lang("es")).expect("encodes");
        assert_eq!(
            ids,
            load(&repo().join(TRAINED))
                .expect("the model")
                .source_ids("where is the train station", &lang("en"), &lang("es"))
                .expect("encodes")
        );
    }
}
