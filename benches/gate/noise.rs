//! A seed -> sounds that nobody speaks in: silence, noise, hum, clicks, music-like tones. 16 kHz, one channel.

use fastrand::Rng;
use std::f32::consts::TAU;

const RATE: f32 = 16_000.0;

/// Makes so many samples, at whatever level.
type Make = fn(&mut Rng, usize) -> Vec<f32>;

/// The kinds by name.
pub const KINDS: &[(&str, Make)] = &[
    ("silence", |_, length| vec![0.0; length]),
    ("white noise", |rng, length| (0..length).map(|_| white(rng)).collect()),
    ("pink noise", pink),
    ("wind", wind),
    ("hum", hum),
    ("key clicks", clicks),
    ("beeps", beeps),
    ("tones", |rng, length| notes(rng, length, 1)),
    ("chords", |rng, length| notes(rng, length, 3)),
    ("drums", drums),
];

/// Makes `length` samples of a kind, its peak between -40 and -3 dB of full scale, over a floor of -80 dB.
pub fn make(kind: Make, rng: &mut Rng, length: usize) -> Vec<f32> {
    let sound = kind(rng, length);
    let level = decibels(-40.0 + 37.0 * rng.f32());
    at_level(sound, level).into_iter().map(|s| s + 1e-4 * white(rng)).collect()
}

/// The sound with this peak.
pub fn at_level(sound: Vec<f32>, peak: f32) -> Vec<f32> {
    let now = sound.iter().fold(0.0f32, |most, s| most.max(s.abs()));
    if now == 0.0 { sound } else { sound.into_iter().map(|s| s * peak / now).collect() }
}

/// A ratio of amplitudes.
pub fn decibels(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

/// One sample between -1 and 1.
pub fn white(rng: &mut Rng) -> f32 {
    2.0 * rng.f32() - 1.0
}

/// Noise of equal power in each octave: sums of white noises, each held twice as long as the one before (Voss and
/// McCartney).
pub fn pink(rng: &mut Rng, length: usize) -> Vec<f32> {
    let mut rows = [0.0f32; 12];
    let mut next = |i: usize| {
        let row = (i.trailing_zeros() as usize).min(rows.len() - 1);
        rows[row] = white(rng);
        rows.iter().sum()
    };
    (1..=length).map(&mut next).collect()
}

/// Low noise that swells and fades.
fn wind(rng: &mut Rng, length: usize) -> Vec<f32> {
    let (mut low, mut swell, mut wish) = (0.0f32, 0.5f32, 0.5f32);
    let mut next = |i: usize| {
        if i.is_multiple_of(8_000) {
            wish = rng.f32();
        }
        swell += (wish - swell) / 4_000.0;
        low += (white(rng) - low) * (0.02 + 0.1 * swell);
        low * swell
    };
    (0..length).map(&mut next).collect()
}

/// The mains and their overtones.
fn hum(rng: &mut Rng, length: usize) -> Vec<f32> {
    let mains = [50.0, 60.0][rng.usize(..2)];
    let overtones: Vec<f32> = (0..12).map(|i| rng.f32() / (1.0 + i as f32)).collect();
    let at = |t: f32| overtones.iter().zip(1..).map(|(a, i)| a * (TAU * mains * i as f32 * t).sin()).sum();
    (0..length).map(|i| at(i as f32 / RATE)).collect()
}

/// Adds a sound that begins at `from` and fades in `fade` seconds.
fn strike(sound: &mut [f32], from: usize, fade: f32, mut wave: impl FnMut(f32) -> f32) {
    for (i, sample) in sound.iter_mut().skip(from).take((RATE * fade * 6.0) as usize).enumerate() {
        let t = i as f32 / RATE;
        *sample += (-t / fade).exp() * wave(t);
    }
}

/// Somebody types: two to nine strokes a second, with pauses.
fn clicks(rng: &mut Rng, length: usize) -> Vec<f32> {
    let (mut sound, mut at) = (vec![0.0; length], 0);
    while at < length {
        let (fade, ring, loud) = (0.002 + 0.006 * rng.f32(), 1_000.0 + 3_000.0 * rng.f32(), 0.3 + rng.f32());
        let mut own = rng.fork();
        strike(&mut sound, at, fade, |t| loud * (white(&mut own) + (TAU * ring * t).sin()));
        at += if rng.u8(..12) == 0 { 16_000 } else { rng.usize(1_800..8_000) };
    }
    sound
}

/// A machine's signals: short, of one pitch or gliding.
fn beeps(rng: &mut Rng, length: usize) -> Vec<f32> {
    let (mut sound, mut at) = (vec![0.0; length], 0);
    let (pitch, glide) = (300.0 + 2_000.0 * rng.f32(), if rng.bool() { 0.0 } else { 2_000.0 * white(rng) });
    let (on, off) = (rng.usize(1_600..12_000), rng.usize(1_600..16_000));
    while at < length {
        for (i, sample) in sound.iter_mut().skip(at).take(on).enumerate() {
            let t = i as f32 / RATE;
            *sample = (TAU * (pitch + glide * t / 2.0) * t).sin();
        }
        at += on + off;
    }
    sound
}

/// Notes of a scale, so many at once, like a plucked or a bowed instrument.
fn notes(rng: &mut Rng, length: usize, at_once: usize) -> Vec<f32> {
    const SCALE: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
    let (mut sound, mut at) = (vec![0.0; length], 0);
    let (root, beat, fade) = (110.0 * 2f32.powf(rng.f32()), rng.usize(2_400..12_000), 0.1 + 0.7 * rng.f32());
    let overtones: Vec<f32> = (0..8).map(|i| rng.f32() / (1.0 + i as f32)).collect();
    while at < length {
        let lowest = rng.usize(..14);
        for note in 0..at_once {
            let step = lowest + 2 * note;
            let semitones = SCALE[step % 7] + 12 * (step / 7) as i32;
            let pitch = root * 2f32.powf(semitones as f32 / 12.0);
            let attack = 0.01 + 0.04 * rng.f32();
            let wave =
                |t: f32| overtones.iter().zip(1..).map(|(a, i)| a * (TAU * pitch * i as f32 * t).sin()).sum::<f32>();
            strike(&mut sound, at, fade, |t| (t / attack).min(1.0) * wave(t));
        }
        at += beat * [1, 1, 1, 2][rng.usize(..4)];
    }
    sound
}

/// A drummer: a low drum, a snare, a cymbal.
fn drums(rng: &mut Rng, length: usize) -> Vec<f32> {
    let (mut sound, beat) = (vec![0.0; length], rng.usize(2_400..6_000));
    for (i, at) in (0..length).step_by(beat).enumerate() {
        let mut own = rng.fork();
        match i % 4 {
            0 => strike(&mut sound, at, 0.12, |t| (TAU * (50.0 + 60.0 * (-30.0 * t).exp()) * t).sin()),
            2 => strike(&mut sound, at, 0.06, |t| 0.5 * white(&mut own) + 0.4 * (TAU * 190.0 * t).sin()),
            _ if rng.bool() => strike(&mut sound, at, 0.03, |_| 0.3 * white(&mut own)),
            _ => {}
        }
    }
    sound
}
