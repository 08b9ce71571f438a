//! Turns a ggml file into the certainty that whisper.cpp can load it, or into one line that says why not.
//!
//! whisper.cpp throws C++ exceptions and trusts its input; an exception that reaches Rust ends the process, a number out
//! of range reads beyond its arrays. So the whole structure is walked here first: it costs a seek per tensor.
//! The format (`shared/reference/models.md` §2; `whisper_model_load` of whisper.cpp 1.8.3): magic, eleven numbers, mel
//! filters, vocabulary, tensors; all numbers little-endian.

use crate::error::{Error, Result};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// `ggml` as a little-endian number, and the newer format that whisper.cpp doesn't read.
const MAGIC: u32 = 0x6767_6d6c;
const GGUF: u32 = 0x4655_4747;
/// Bins of the mel filters: half of the 400-sample window's spectrum and one.
const FFT_BINS: u32 = 201;
/// English-only, multilingual, large-v3. Special tokens are computed from these, so no other size can work.
const VOCABULARIES: [u32; 3] = [51_864, 51_865, 51_866];
/// whisper.cpp looks this token up without asking whether it is there.
const BLANK: &[u8] = b" ";
/// Names and words longer than this mean that the file is not what it says.
const LONGEST_NAME: u32 = 1_024;
/// A file's number format is this times a version, plus the format (`GGML_QNT_VERSION_FACTOR`).
const FORMAT_VERSION: u32 = 1_000;
/// The number formats that whisper.cpp accepts for a whole file (`ggml_ftype`): f32, f16, q4_0 … q6_K.
const FORMATS: &[u32] = &[0, 1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14];
/// Of a tensor's number format (`ggml_type`): its number, numbers in a block, bytes of a block.
const TYPES: &[(u32, u64, u64)] = &[
    (0, 1, 4),
    (1, 1, 2),
    (2, 32, 18),
    (3, 32, 20),
    (6, 32, 22),
    (7, 32, 24),
    (8, 32, 34),
    (10, 256, 84),
    (11, 256, 110),
    (12, 256, 144),
    (13, 256, 176),
    (14, 256, 210),
];

/// The numbers at the head of the file.
struct Head {
    vocabulary: u32,
    audio_positions: u32,
    width: u32,
    encoder_layers: u32,
    text_positions: u32,
    decoder_layers: u32,
    mels: u32,
}

/// Walks through the file.
///
/// # Errors
/// A missing-model error that names the file and what is wrong with it.
pub(super) fn check(path: &Path) -> Result<()> {
    let fault = |why: String| {
        Error::missing(format!("model file {} can't be used: {why}", path.display()))
            .hint("a whole Whisper file for whisper.cpp is needed (ggml-*.bin); fetch it again if it was cut short")
    };
    let file = File::open(path).map_err(|e| fault(e.to_string()))?;
    let length = file.metadata().map_err(|e| fault(e.to_string()))?.len();
    let mut walk = Walk { reader: BufReader::new(file), left: length };
    walk.head()
        .and_then(|head| walk.filters(&head).and_then(|()| walk.words(&head)).and_then(|()| walk.tensors(&head)))
        .map_err(fault)
}

/// What went wrong, as the end of a sentence.
type Step<T> = std::result::Result<T, String>;

struct Walk {
    reader: BufReader<File>,
    left: u64,
}

impl Walk {
    fn take(&mut self, bytes: u64) -> Step<()> {
        self.left = self.left.checked_sub(bytes).ok_or("it ends too early")?;
        Ok(())
    }

    fn bytes(&mut self, length: u32) -> Step<Vec<u8>> {
        if length > LONGEST_NAME {
            return Err("it is damaged: a name has no end".into());
        }
        self.take(u64::from(length))?;
        let mut bytes = vec![0; length as usize];
        self.reader.read_exact(&mut bytes).map_err(|e| e.to_string())?;
        Ok(bytes)
    }

    fn number(&mut self) -> Step<u32> {
        self.take(4)?;
        let mut bytes = [0; 4];
        self.reader.read_exact(&mut bytes).map_err(|e| e.to_string())?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn skip(&mut self, bytes: u64) -> Step<()> {
        self.take(bytes)?;
        let bytes = i64::try_from(bytes).map_err(|e| e.to_string())?;
        self.reader.seek_relative(bytes).map_err(|e| e.to_string())
    }

    fn head(&mut self) -> Step<Head> {
        match self.number()? {
            MAGIC => {}
            GGUF => return Err("it is a GGUF file, which whisper.cpp doesn't read".into()),
            _ => return Err("it is not a ggml file".into()),
        }
        let mut numbers = [0; 11];
        for number in &mut numbers {
            *number = self.number()?;
        }
        let [
            vocabulary,
            audio_positions,
            width,
            heads,
            encoder_layers,
            text_positions,
            text_width,
            text_heads,
            decoder_layers,
            mels,
            format,
        ] = numbers;
        let divides = |heads: u32| heads > 0 && width % heads == 0;
        let rules = [
            (VOCABULARIES.contains(&vocabulary), "its vocabulary is not Whisper's"),
            (text_width == width && (1..=8_192).contains(&width), "its encoder and decoder don't fit together"),
            (divides(heads) && divides(text_heads), "its heads don't divide its width"),
            (
                (1..=128).contains(&encoder_layers) && (1..=128).contains(&decoder_layers),
                "its number of layers is none",
            ),
            (
                (1..=1_500).contains(&audio_positions) && (16..=4_096).contains(&text_positions),
                "its lengths are not Whisper's",
            ),
            (mels == 80 || mels == 128, "it has neither 80 nor 128 mel bins"),
            (FORMATS.contains(&(format % FORMAT_VERSION)), "its number format is unknown"),
        ];
        match rules.iter().find(|(holds, _)| !holds) {
            Some((_, why)) => Err((*why).into()),
            None => {
                Ok(Head { vocabulary, audio_positions, width, encoder_layers, text_positions, decoder_layers, mels })
            }
        }
    }

    fn filters(&mut self, head: &Head) -> Step<()> {
        if (self.number()?, self.number()?) != (head.mels, FFT_BINS) {
            return Err("its mel filters don't fit".into());
        }
        self.skip(u64::from(head.mels) * u64::from(FFT_BINS) * 4)
    }

    fn words(&mut self, head: &Head) -> Step<()> {
        let count = self.number()?;
        if count > head.vocabulary {
            return Err("it has more words than its vocabulary".into());
        }
        let mut has_blank = false;
        for _ in 0..count {
            let length = self.number()?;
            has_blank |= self.bytes(length)? == BLANK;
        }
        match has_blank {
            true => Ok(()),
            false => Err("its vocabulary lacks the blank".into()),
        }
    }

    fn tensors(&mut self, head: &Head) -> Step<()> {
        // As `whisper_model_load` makes them: 7 of the encoder, 4 of the decoder, 15 and 24 of each of their layers.
        let expected = (7 + 15 * head.encoder_layers + 4 + 24 * head.decoder_layers) as usize;
        // The sizes at the head, found again: nothing is reserved for what isn't there.
        let known = [
            ("encoder.positional_embedding", [head.width, head.audio_positions]),
            ("decoder.positional_embedding", [head.width, head.text_positions]),
            ("decoder.token_embedding.weight", [head.width, head.vocabulary]),
        ];
        let mut names = HashSet::new();
        while self.left > 0 {
            let (dims, length, format) = (self.number()?, self.number()?, self.number()?);
            if !(1..=4).contains(&dims) {
                return Err("it is damaged: a tensor has no shape".into());
            }
            let shape = (0..dims).map(|_| self.number()).collect::<Step<Vec<u32>>>()?;
            let name = String::from_utf8_lossy(&self.bytes(length)?).into_owned();
            let &(_, block, bytes) = TYPES
                .iter()
                .find(|t| t.0 == format)
                .ok_or_else(|| format!("the number format of its tensor `{name}` is unknown"))?;
            if known.iter().any(|(n, size)| *n == name && size[..] != shape) || u64::from(shape[0]) % block != 0 {
                return Err(format!("its tensor `{name}` has the wrong size"));
            }
            let numbers = shape.iter().try_fold(1u64, |n, &d| n.checked_mul(u64::from(d)));
            let bytes =
                numbers.and_then(|n| (n / block).checked_mul(bytes)).ok_or("it is damaged: a tensor has no end")?;
            self.skip(bytes)?;
            if !names.insert(name) {
                return Err("it is damaged: a tensor comes twice".into());
            }
        }
        if names.len() != expected || !known.iter().all(|(name, _)| names.contains(*name)) {
            return Err(format!("it has {} tensors instead of {expected}", names.len()));
        }
        Ok(())
    }
}
