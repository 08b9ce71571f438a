//! Many voices of eSpeak NG at once -> babble in which nobody can be understood.
//!
//! With six to 128 talkers natural babble hides speech best (Simpson and Cooke 2005, "Consonant identification in N-talker
//! babble is a nonmonotonic function of N"); fewer are conversations, in which words are there to be heard.

use super::noise::{at_level, decibels, white};
use fastrand::Rng;
use sottovoce::audio::AudioFormat;
use sottovoce::capture::Block;
use sottovoce::error::{Error, Result};
use sottovoce::listen::resample::Converter;
use std::io::Cursor;
use std::process::Command;

/// Voices that speak at once.
const AT_ONCE: std::ops::RangeInclusive<usize> = 8..=16;
const VOICES: &[&str] = &[
    "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "Alex", "Andy", "Annie", "Denis",
    "Diogo", "Gene", "Jacky", "Lee", "Mario", "Michael", "Mike",
];
const WORDS: &str = "about after again all and answer any are ask away because been before best big bring but buy can car \
    change child close cold come could country day different do door down early eat end evening every eye family far few find \
    first food for friend from garden get give go good great group hand hard have head help her here him home house how idea if \
    important in into it job just keep kind know large last late learn leave letter life light like line little live long look \
    make man many may mean money more morning mother much must name need never new next night nothing now number of off often \
    old on one only open or other our out over own paper part people place point put question quite read really right road room \
    run said same say school see set she should show side since small so some soon still stop story street such sure table take \
    talk tell than that the their them then there they thing think this those though three time to together too town tree try \
    turn two under until up use very wait walk want was watch water way we week well went were what when where which while white \
    who why will with without woman word work world would write year yes yet you young your";

/// Half a minute of each voice, all equally loud.
pub fn voices(rng: &mut Rng) -> Result<Vec<Vec<f32>>> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut speak = |voice: &&str| {
        let text: Vec<&str> = (0..90).map(|_| words[rng.usize(..words.len())]).collect();
        let (speed, pitch) = (rng.u32(140..190).to_string(), rng.u32(30..70).to_string());
        let voice = format!("en+{voice}");
        let args = ["-v", &voice, "-s", &speed, "-p", &pitch, "--stdout", &text.join(" ")];
        let said = Command::new("espeak-ng").args(args).output();
        let said = said.map_err(|e| Error::missing(format!("espeak-ng: {e}")).hint("install espeak-ng"))?;
        let loud = samples(&said.stdout)?;
        let power = loud.iter().map(|s| s * s).sum::<f32>() / loud.len().max(1) as f32;
        Ok(loud.into_iter().map(|s| s / power.sqrt().max(1e-6)).collect())
    };
    VOICES.iter().map(&mut speak).collect()
}

/// A WAV as 16 kHz samples.
fn samples(wav: &[u8]) -> Result<Vec<f32>> {
    let mut reader = hound::WavReader::new(Cursor::new(wav)).map_err(|e| Error::input(format!("espeak-ng: {e}")))?;
    let format = AudioFormat { rate: reader.spec().sample_rate, channels: 1 };
    // The length in a streamed header is a guess.
    let samples = reader.samples::<i16>().map_while(std::result::Result::ok).map(|s| f32::from(s) / 32768.0).collect();
    let mut converter = Converter::new(format)?;
    let mut out = converter.push(&Block { format, samples })?;
    out.extend(converter.finish()?);
    Ok(out)
}

/// So many samples of so many of these voices, its peak between -30 and -3 dB of full scale.
pub fn babble(voices: &[Vec<f32>], rng: &mut Rng, length: usize) -> Vec<f32> {
    let mut sound = vec![0.0; length];
    let many = rng.usize(AT_ONCE);
    for voice in rng.choose_multiple(voices, many) {
        let from = rng.usize(..voice.len());
        sound.iter_mut().zip(voice.iter().cycle().skip(from)).for_each(|(sum, s)| *sum += s);
    }
    let level = decibels(-30.0 + 27.0 * rng.f32());
    at_level(sound, level).into_iter().map(|s| s + 1e-4 * white(rng)).collect()
}
