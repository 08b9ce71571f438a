//! Turns a microphone (or any capture device of the system) into samples in a [`ring`](super::ring).
//!
//! All names of the audio library stay in this file. The callback runs on the system's real-time thread: it copies
//! into the ring and counts, nothing else.

use super::ring::{RingReader, RingWriter, ring};
use crate::audio::AudioFormat;
use crate::error::{Error, Result};
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use std::io::Read;

/// How much the ring holds, in seconds: what a busy machine may be late before audio is lost.
const RING_SECONDS: u32 = 4;

/// An open capture device. Dropping it closes the device.
pub struct Microphone {
    _stream: cpal::Stream,
    /// What it delivers.
    pub format: AudioFormat,
    /// The system's name of it.
    pub name: String,
    /// Where its samples are.
    pub ring: RingReader,
}

/// A capture device the system offers.
pub struct DeviceInfo {
    /// What to write in `source.device`.
    pub id: String,
    /// For people.
    pub name: String,
    /// The format it prefers.
    pub format: AudioFormat,
    /// Whether `default` means this one.
    pub is_default: bool,
}

/// The capture devices of this machine that can be used; empty if there is none.
pub fn list() -> Vec<DeviceInfo> {
    quietly(usable)
}

/// Asks the system while what its sound libraries print on standard error goes to the debug log: ALSA and JACK complain
/// there of everything that is not, on machines where nothing is wrong.
fn quietly<T>(ask: impl FnOnce() -> T) -> T {
    // Where standard error can't be redirected, or is just now, they may complain.
    let hush = gag::BufferRedirect::stderr();
    let answer = ask();
    let mut said = String::new();
    if let Ok(mut hush) = hush {
        let _ = hush.read_to_string(&mut said);
    }
    said.lines().filter(|line| !line.is_empty()).for_each(|line| tracing::debug!("the sound library: {line}"));
    answer
}

fn usable() -> Vec<DeviceInfo> {
    let host = cpal::default_host();
    let id_of = |d: &cpal::Device| d.id().map(|id| id.to_string()).unwrap_or_default();
    let default = host.default_input_device().map(|d| id_of(&d));
    let Ok(devices) = host.input_devices() else { return Vec::new() };
    devices
        .filter_map(|device| {
            let id = id_of(&device);
            let format = format_of(&device.default_input_config().ok()?);
            // ALSA's device that hears nothing.
            let is_real = id != "alsa:null";
            is_real.then(|| DeviceInfo {
                is_default: default.as_ref() == Some(&id),
                id,
                name: device.to_string(),
                format,
            })
        })
        .collect()
}

fn format_of(config: &cpal::SupportedStreamConfig) -> AudioFormat {
    AudioFormat { rate: config.sample_rate(), channels: config.channels() }
}

/// Opens a device by id (`default` for the system's choice) and starts it.
///
/// # Errors
/// A missing-device error that says what to do.
pub fn open(id: &str) -> Result<Microphone> {
    quietly(|| start(id))
}

fn start(id: &str) -> Result<Microphone> {
    let host = cpal::default_host();
    let missing = |what: String| {
        Error::missing(what).hint("`sottovoce devices` lists what there is; `source.kind = \"none\"` runs without one")
    };
    let device = match id {
        "default" => host.default_input_device(),
        id => id.parse().ok().and_then(|id| host.device_by_id(&id)),
    };
    let device = device.ok_or_else(|| missing(format!("no microphone: `{id}` is not there")))?;
    let name = device.to_string();
    let config = device.default_input_config().map_err(|e| missing(format!("no microphone: {name}: {e}")))?;
    let format = format_of(&config);
    let (writer, reader) = ring((format.rate * u32::from(format.channels) * RING_SECONDS) as usize);
    let stream = build(&device, config.config(), config.sample_format(), writer)
        .and_then(|stream| stream.play().map(|()| stream))
        .map_err(|e| missing(format!("microphone {name} can't be opened: {e}")))?;
    Ok(Microphone { _stream: stream, format, name, ring: reader })
}

fn build(
    device: &cpal::Device,
    config: StreamConfig,
    format: SampleFormat,
    writer: RingWriter,
) -> std::result::Result<cpal::Stream, cpal::Error> {
    match format {
        SampleFormat::I8 => typed::<i8>(device, config, writer),
        SampleFormat::I16 => typed::<i16>(device, config, writer),
        SampleFormat::I32 => typed::<i32>(device, config, writer),
        SampleFormat::U8 => typed::<u8>(device, config, writer),
        SampleFormat::U16 => typed::<u16>(device, config, writer),
        SampleFormat::U32 => typed::<u32>(device, config, writer),
        SampleFormat::F64 => typed::<f64>(device, config, writer),
        _ => typed::<f32>(device, config, writer),
    }
}

fn typed<T: SizedSample>(
    device: &cpal::Device,
    config: StreamConfig,
    mut writer: RingWriter,
) -> std::result::Result<cpal::Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let failed = writer.failure_flag();
    device.build_input_stream(
        config,
        move |samples: &[T], _: &cpal::InputCallbackInfo| writer.push(samples, f32::from_sample_),
        // An overrun inside the driver is a gap we can't measure; a device that is gone ends the source.
        move |e| {
            if !matches!(e.kind(), cpal::ErrorKind::Xrun | cpal::ErrorKind::RealtimeDenied) {
                failed.raise();
            }
        },
        None,
    )
}
