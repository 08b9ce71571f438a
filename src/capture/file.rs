//! Turns audio files (WAV, FLAC, MP3, Ogg, AAC …) and standard input (the same, or raw s16le) into blocks of PCM.
//!
//! Decoding is symphonia's. A file that ends too early gives all it has, and then an error that says so.

use super::Block;
use crate::audio::{AudioFormat, s16le_to_f32};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Fault;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};

/// Gives one block after another until the sound ends.
pub trait Reader: Send {
    /// The next block; `None` at the end.
    ///
    /// # Errors
    /// An input error when the data is broken or ends too early; what came before is good.
    fn next_block(&mut self) -> Result<Option<Block>>;
    /// The whole length in seconds, where known.
    fn seconds(&self) -> Option<f64> {
        None
    }
}

/// Opens a file of any format we know.
///
/// # Errors
/// An input error that names the file.
pub fn open(path: &Path) -> Result<Box<dyn Reader>> {
    let file = File::open(path).map_err(|e| Error::input(format!("{}: {e}", path.display())))?;
    if file.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(Error::input(format!("{}: is a directory", path.display())).hint("name an audio file"));
    }
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
        hint.with_extension(extension);
    }
    let reader = Decoded::probe(Box::new(file), &hint).map_err(|e| e.context(path.display()))?;
    Ok(Box::new(reader))
}

/// Reads standard input (or any stream): raw s16le when `raw` gives its format, else a format with a header.
///
/// # Errors
/// An input error when it isn't audio.
pub fn from_stream(input: impl Read + Send + Sync + 'static, raw: Option<AudioFormat>) -> Result<Box<dyn Reader>> {
    match raw {
        Some(format) => Ok(Box::new(Raw { input, format })),
        None => {
            let reader = Decoded::probe(Box::new(ReadOnlySource::new(input)), &Hint::new()).map_err(|e| {
                e.context("standard input").hint("for raw 16-bit samples say their rate: `--rate 16000 -`")
            })?;
            Ok(Box::new(reader))
        }
    }
}

struct Decoded {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    rate: Option<u32>,
    expected: Option<u64>,
    decoded: u64,
}

impl Decoded {
    fn probe(source: Box<dyn MediaSource>, hint: &Hint) -> Result<Self> {
        let not_audio = |e: Fault| {
            Error::input(format!("not an audio file that can be read ({e})"))
                .hint("WAV, FLAC, MP3, Ogg Vorbis, AAC/MP4, AIFF and Matroska are understood")
        };
        let seekable = source.is_seekable();
        let stream = MediaSourceStream::new(source, Default::default());
        let format = symphonia::default::get_probe()
            .probe(hint, stream, FormatOptions::default(), Default::default())
            .map_err(not_audio)?;
        let track = format.default_track(TrackType::Audio).ok_or_else(|| Error::input("there is no audio in it"))?;
        let params = track
            .codec_params
            .as_ref()
            .and_then(|p| p.audio())
            .ok_or_else(|| Error::input("its audio format is unknown"))?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map_err(not_audio)?;
        Ok(Self {
            track: track.id,
            rate: params.sample_rate,
            expected: track.num_frames.filter(|n| seekable && is_counted(format.format_info().short_name, *n)),
            decoded: 0,
            decoder,
            format,
        })
    }

    fn at_end(&self) -> Result<Option<Block>> {
        match self.expected {
            // Lossy formats may be a packet off; a file cut short lacks more than 0.1 s.
            Some(n) if self.decoded + u64::from(self.rate.unwrap_or(0) / 10) < n => {
                Err(Error::input(format!("the file is cut short: {} of {n} samples are there", self.decoded))
                    .hint("what is there was used; copy or download the file again for the rest"))
            }
            _ => Ok(None),
        }
    }
}

/// Whether a file's length is to be believed: only formats that write it down, and not the placeholders of programs
/// that couldn't go back to write it: 0x7FFFF000 bytes by eSpeak NG, 0xFFFFFFFF by others, here of frames of 4 bytes.
fn is_counted(format: &str, frames: u64) -> bool {
    match format {
        "wave" => frames < 0x7fff_0000 / 4,
        "aiff" | "flac" => true,
        _ => false,
    }
}

impl Reader for Decoded {
    fn next_block(&mut self) -> Result<Option<Block>> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return self.at_end(),
                Err(Fault::IoError(e)) if e.kind() == ErrorKind::UnexpectedEof => return self.at_end(),
                Err(e) => return Err(Error::input(format!("can't be read further ({e})"))),
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(buffer) => {
                    let channels = buffer.spec().channels().count() as u16;
                    let format = AudioFormat { rate: buffer.spec().rate(), channels };
                    if !format.is_usable() {
                        return Err(Error::input(format!("{} Hz with {channels} channels can't be used", format.rate)));
                    }
                    self.decoded += buffer.frames() as u64;
                    let mut samples = vec![0.0f32; buffer.samples_interleaved()];
                    buffer.copy_to_slice_interleaved(&mut samples);
                    return Ok(Some(Block { format, samples }));
                }
                // One bad packet in a stream is a click, not the end.
                Err(Fault::DecodeError(_)) => continue,
                Err(e) => return Err(Error::input(format!("can't be decoded further ({e})"))),
            }
        }
    }

    fn seconds(&self) -> Option<f64> {
        Some(self.expected? as f64 / f64::from(self.rate?))
    }
}

struct Raw<R> {
    input: R,
    format: AudioFormat,
}

impl<R: Read + Send> Reader for Raw<R> {
    fn next_block(&mut self) -> Result<Option<Block>> {
        // 20 ms a block: small enough that a live pipe isn't delayed, large enough to be cheap.
        let frame_bytes = usize::from(self.format.channels) * 2;
        let mut bytes = vec![0; (self.format.rate as usize / 50).max(1) * frame_bytes];
        let mut filled = 0;
        while filled < bytes.len() {
            match self.input.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::input(format!("standard input: {e}"))),
            }
        }
        bytes.truncate(filled - filled % frame_bytes);
        let block = Block { format: self.format, samples: s16le_to_f32(&bytes) };
        Ok((!block.samples.is_empty()).then_some(block))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(frames: usize) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: 8000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut bytes = std::io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).expect("header");
        for i in 0..frames * 2 {
            writer.write_sample((i % 100) as i16).expect("sample");
        }
        writer.finalize().expect("finish");
        bytes.into_inner()
    }

    fn read_file(bytes: &[u8]) -> (usize, Option<Error>) {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("a.wav");
        std::fs::write(&path, bytes).expect("write");
        let mut reader = match open(&path) {
            Ok(reader) => reader,
            Err(e) => return (0, Some(e)),
        };
        let mut frames = 0;
        loop {
            match reader.next_block() {
                Ok(Some(block)) => frames += block.frames(),
                Ok(None) => return (frames, None),
                Err(e) => return (frames, Some(e)),
            }
        }
    }

    #[test]
    fn a_whole_file_is_read() {
        assert_eq!(read_file(&wav(12_345)), (12_345, None));
    }

    #[test]
    fn a_truncated_file_gives_what_it_has_and_says_so() {
        let bytes = wav(16_000);
        let (frames, error) = read_file(&bytes[..bytes.len() / 2]);
        assert!((7_000..=8_000).contains(&frames), "{frames}");
        assert!(error.expect("an error").to_string().contains("cut short"));
    }

    #[test]
    fn text_is_not_audio() {
        let (_, error) = read_file(b"Dear reader, this is not sound at all.\n".repeat(50).as_slice());
        assert_eq!(error.expect("an error").kind(), crate::error::ErrorKind::Input);
    }

    #[test]
    fn raw_samples_need_no_header() {
        let input = std::io::Cursor::new(vec![0u8; 1001]);
        let mut reader = from_stream(input, Some(AudioFormat { rate: 16_000, channels: 1 })).expect("raw");
        let mut total = 0;
        while let Some(block) = reader.next_block().expect("readable") {
            total += block.frames();
        }
        assert_eq!(total, 500);
    }
}
