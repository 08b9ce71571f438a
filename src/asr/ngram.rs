//! An ARPA file beside a CTC model -> how likely a piece is after the pieces before it (a back-off n-gram model).
//!
//! The text format that KenLM, SRILM and `onnx/train/asr/lm.py` write, or the same in gzip. Over the model's pieces, not over words,
//! so that a word it has never seen can still be spelled. Read by hand: the crates for it bind a C++ library or know only words.

use super::tokens::Tokens;
use crate::error::{Error, Result};
use flate2::read::GzDecoder;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The pieces before, as far as the model looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context(u32);

/// What nothing stands before.
const EMPTY: u32 = 0;
/// Of a piece that the file lacks: ln 1e-7, below every likely one.
const UNSEEN: f32 = -16.0;
/// Bytes that are read of a file, unpacked: a small one must not become a huge one.
const MOST: u64 = 1 << 30;

/// A loaded model.
#[derive(Debug)]
pub struct Ngram {
    /// Context and next piece: its log-probability (natural), and the context after it.
    follows: HashMap<(u32, u32), (f32, Context)>,
    /// Of each context: the weight of backing off, and the shorter context to which.
    backoff: Vec<(f32, u32)>,
    /// At the start of an utterance.
    start: Context,
    /// The number of `</s>`.
    end: u32,
}

/// A line of the file.
struct Gram {
    pieces: Vec<u32>,
    log_p: f32,
    backoff: Option<f32>,
}

impl Ngram {
    /// The file in a model's folder, if there is one.
    pub fn find(folder: &Path) -> Option<PathBuf> {
        ["lm.arpa", "lm.arpa.gz"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file())
    }

    /// Reads the file. N-grams of pieces that `tokens` doesn't have are left out.
    ///
    /// # Errors
    /// A missing-model error that names the line.
    pub fn load(path: &Path, tokens: &Tokens) -> Result<Self> {
        let bad = |what: String| Error::missing(format!("{}: {what}", path.display()));
        let file = std::fs::File::open(path).map_err(|e| bad(e.to_string()))?;
        let file: Box<dyn Read> =
            if path.extension().is_some_and(|e| e == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
        let mut text = String::new();
        file.take(MOST).read_to_string(&mut text).map_err(|e| bad(e.to_string()))?;
        Self::parse(&text, tokens).map_err(bad)
    }

    pub(super) fn parse(text: &str, tokens: &Tokens) -> std::result::Result<Self, String> {
        let (start, end) = (tokens.len() as u32, tokens.len() as u32 + 1);
        let mut numbers: HashMap<&str, u32> = tokens.pieces().zip(0..).collect();
        numbers.extend([("<s>", start), ("</s>", end)]);
        let number = |piece: &str| numbers.get(piece).copied();
        let mut grams = Vec::new();
        for (i, line) in text.lines().enumerate().filter(|(_, l)| l.contains('\t')) {
            let gram = gram(line, number).ok_or_else(|| format!("line {}: not an n-gram of an ARPA file", i + 1))?;
            grams.extend(gram);
        }
        if !text.contains("\\data\\") || grams.is_empty() {
            return Err("not an ARPA language model".into());
        }
        Self::build(&grams, start, end)
    }

    fn build(grams: &[Gram], start: u32, end: u32) -> std::result::Result<Self, String> {
        let mut contexts: HashMap<&[u32], u32> = HashMap::from([(&[][..], EMPTY)]);
        for gram in grams.iter().filter(|g| g.backoff.is_some()) {
            let next = contexts.len() as u32;
            contexts.entry(&gram.pieces).or_insert(next);
        }
        let longest = |mut pieces: &[u32]| loop {
            match contexts.get(pieces) {
                Some(&id) => return id,
                None => pieces = &pieces[1..],
            }
        };
        let mut backoff = vec![(0.0, EMPTY); contexts.len()];
        let mut follows = HashMap::with_capacity(grams.len());
        for gram in grams {
            if let Some(weight) = gram.backoff {
                backoff[contexts[&gram.pieces[..]] as usize] = (weight, longest(&gram.pieces[1..]));
            }
            let Some((&last, before)) = gram.pieces.split_last() else { continue };
            let Some(&context) = contexts.get(before) else {
                return Err("an n-gram's context has no back-off weight".into());
            };
            follows.insert((context, last), (gram.log_p, Context(longest(&gram.pieces))));
        }
        let start = Context(longest(&[start]));
        Ok(Self { follows, backoff, start, end })
    }

    /// Before the first piece of an utterance.
    pub fn start(&self) -> Context {
        self.start
    }

    /// The log-probability (natural) of a piece, and the context for the one after it.
    pub fn follow(&self, context: Context, piece: usize) -> (f32, Context) {
        let (mut at, mut score) = (context.0, 0.0);
        loop {
            if let Some((log_p, next)) = self.follows.get(&(at, piece as u32)) {
                return (score + log_p, *next);
            }
            if at == EMPTY {
                return (score + UNSEEN, Context(EMPTY));
            }
            let (weight, shorter) = self.backoff[at as usize];
            score += weight;
            at = shorter;
        }
    }

    /// The log-probability (natural) that the utterance ends here.
    pub fn end(&self, context: Context) -> f32 {
        self.follow(context, self.end as usize).0
    }
}

/// Reads a line: probability, pieces, and perhaps a back-off weight, in powers of ten. `Some(None)`: of other pieces.
fn gram(line: &str, number: impl Fn(&str) -> Option<u32>) -> Option<Option<Gram>> {
    let natural =
        |field: &str| field.trim().parse::<f32>().ok().filter(|v| !v.is_nan()).map(|v| v * std::f32::consts::LN_10);
    let mut fields = line.split('\t');
    let log_p = natural(fields.next()?)?;
    let pieces: Option<Vec<u32>> = fields.next()?.split(' ').map(number).collect();
    let backoff = fields.next().map(natural);
    if backoff == Some(None) {
        return None;
    }
    Some(pieces.map(|pieces| Gram { pieces, log_p, backoff: backoff.flatten() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ARPA: &str = "\\data\\\nngram 1=4\nngram 2=2\n\n\\1-grams:\n-9\t<s>\t-0.5\n-1\ta\t-0.3\n-1.5\tb\n-1\t</s>\n\n\
        \\2-grams:\n-0.2\t<s> a\n-0.4\ta b\n\n\\end\\\n";

    fn tokens() -> Tokens {
        Tokens::parse("<blk> 0\na 1\nb 2\nc 3\n").expect("tokens")
    }

    #[test]
    fn packed_or_not_it_is_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Ngram::find(folder.path()), None);
        let packed = folder.path().join("lm.arpa.gz");
        let file = std::fs::File::create(&packed).expect("created");
        let mut gz = flate2::write::GzEncoder::new(file, flate2::Compression::best());
        std::io::Write::write_all(&mut gz, ARPA.as_bytes()).expect("written");
        gz.finish().expect("finished");
        let found = Ngram::find(folder.path()).expect("found");
        let (lm, plain) = (Ngram::load(&found, &tokens()), Ngram::parse(ARPA, &tokens()).expect("tokens"));
        let lm = lm.expect("loaded");
        assert_eq!(
            (lm.follow(lm.start(), 1), lm.end(lm.start())),
            (plain.follow(plain.start(), 1), plain.end(plain.start()))
        );
        std::fs::write(&packed, &std::fs::read(&packed).expect("read")[..40]).expect("cut");
        assert!(Ngram::load(&packed, &tokens()).expect_err("cut").to_string().contains("lm.arpa.gz"));
    }

    #[test]
    fn it_backs_off() {
        let lm = Ngram::parse(ARPA, &tokens()).expect("a model");
        let ten = |p: f32| p / std::f32::consts::LN_10;
        let (a, after_a) = lm.follow(lm.start(), 1);
        let (b, after_b) = lm.follow(after_a, 2);
        // `a a` is not there: the weight of `a`, and `a` alone.
        let (again, _) = lm.follow(after_a, 1);
        let near = |x: f32, y: f32| (ten(x) - y).abs() < 1e-5;
        assert!(near(a, -0.2) && near(b, -0.4) && near(again, -1.3), "{a} {b} {again}");
        assert!(near(lm.end(after_b), -1.0));
        assert_eq!(lm.follow(after_b, 3), (UNSEEN, Context(EMPTY)));
    }

    #[test]
    fn what_is_no_model_is_told_with_its_line() {
        assert!(Ngram::parse("hello", &tokens()).is_err());
        let broken = ARPA.replace("-0.4\ta b", "much\ta b");
        assert_eq!(Ngram::parse(&broken, &tokens()).map(drop), Err("line 13: not an n-gram of an ARPA file".into()));
    }

    proptest! {
        #[test]
        fn no_file_makes_it_panic(text in "(\\\\data\\\\\n)?([-0-9.]{0,4}\t([abc] ?){0,3}(\t[-0-9]{0,3})?\n){0,9}", ids in prop::collection::vec(0usize..9, 0..9)) {
            if let Ok(lm) = Ngram::parse(&text, &tokens()) {
                ids.iter().fold(lm.start(), |context, id| lm.follow(context, *id).1);
            }
        }
    }
}
