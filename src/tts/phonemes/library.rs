//! Turns a text into eSpeak NG's phonemes, clause by clause, through the shared library of the user's system.
//!
//! The library (GPL) is loaded at run time, so that it is the user's own and not part of this program (design §6). It keeps
//! one state for the whole process: called from two threads at once, about one text in a hundred comes out silently wrong
//! (`shared/reference/stack.md` §7), so [`library`] hands it to one caller at a time. All unsafe code of the voices is here.

#![expect(unsafe_code, reason = "eSpeak NG is a C library")]

use crate::error::{Error, Result};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Where systems have it. `PHONEMIZER_ESPEAK_LIBRARY` (the name other programs know too) goes first.
const NAMES: &[&str] = if cfg!(windows) {
    &["libespeak-ng.dll", "C:\\Program Files\\eSpeak NG\\libespeak-ng.dll"]
} else if cfg!(target_os = "macos") {
    &["libespeak-ng.1.dylib", "/opt/homebrew/lib/libespeak-ng.1.dylib", "/usr/local/lib/libespeak-ng.1.dylib"]
} else {
    &["libespeak-ng.so.1", "libespeak-ng.so"]
};

// `speak_lib.h` of eSpeak NG 1.49 to 1.52.
const AUDIO_OUTPUT_SYNCHRONOUS: c_int = 2;
const INITIALIZE_DONT_EXIT: c_int = 0x8000;
/// UTF-8, or 8-bit where the bytes are no UTF-8: what Piper asks for.
const CHARS_AUTO: c_int = 0;
const PHONEMES_IPA: c_int = 2;

type Initialize = unsafe extern "C" fn(c_int, c_int, *const c_char, c_int) -> c_int;
type Info = unsafe extern "C" fn(*mut *const c_char) -> *const c_char;
type SetVoiceByName = unsafe extern "C" fn(*const c_char) -> c_int;
type TextToPhonemes = unsafe extern "C" fn(*mut *const c_void, c_int, c_int) -> *const c_char;
type WithTerminator = unsafe extern "C" fn(*mut *const c_void, c_int, c_int, *mut c_int) -> *const c_char;

/// One clause of a text.
#[derive(Debug, PartialEq)]
pub struct Clause {
    /// IPA.
    pub phonemes: String,
    /// Bytes of the text that are read after it: one character more than the clause has, unless the text is over.
    pub read: usize,
    /// How it ends, in eSpeak NG's bits; `None` where the library can't say (before March 2025, 1.52.0 included).
    pub terminator: Option<i32>,
}

/// The loaded library.
pub struct Library {
    set_voice_by_name: SetVoiceByName,
    text_to_phonemes: TextToPhonemes,
    with_terminator: Option<WithTerminator>,
    version: String,
    voice: String,
    /// Keeps the functions above in memory.
    _library: libloading::Library,
}

/// The library, for one caller at a time. Loaded at the first call.
///
/// # Errors
/// A missing-library error that says how to get it.
pub fn library() -> Result<MutexGuard<'static, Library>> {
    static LIBRARY: OnceLock<Result<Mutex<Library>>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        let own = std::env::var_os("PHONEMIZER_ESPEAK_LIBRARY").filter(|p| !p.is_empty()).map(PathBuf::from);
        let names = own.map_or_else(|| NAMES.iter().map(PathBuf::from).collect(), |path| vec![path]);
        Library::open(&names).map(Mutex::new)
    });
    // A caller that panicked left no half-done state on our side: the voice is set again when it changes.
    library.as_ref().map(|l| l.lock().unwrap_or_else(PoisonError::into_inner)).map_err(Clone::clone)
}

impl Library {
    /// Opens the first of these that is there.
    fn open(names: &[PathBuf]) -> Result<Self> {
        let hint = "`apt install espeak-ng`, or point PHONEMIZER_ESPEAK_LIBRARY at its library";
        let missing = |why: String| Error::missing(format!("eSpeak NG's library, which pronounces, {why}")).hint(hint);
        let open = |name: &PathBuf| {
            // SAFETY: opening runs the library's initialisers; eSpeak NG's do nothing but set its own variables.
            unsafe { libloading::Library::new(name) }.ok()
        };
        let library = names.iter().find_map(open).ok_or_else(|| {
            let looked: Vec<String> = names.iter().map(|n| n.display().to_string()).collect();
            missing(format!("is not there (looked for {})", looked.join(", ")))
        })?;
        let lacks = |e: libloading::Error| missing(format!("is not usable: {e}"));
        // SAFETY: the types are those of `speak_lib.h`, unchanged since 1.49.
        let (initialize, info, set_voice_by_name, text_to_phonemes, with_terminator) = unsafe {
            (
                *library.get::<Initialize>("espeak_Initialize").map_err(lacks)?,
                *library.get::<Info>("espeak_Info").map_err(lacks)?,
                *library.get::<SetVoiceByName>("espeak_SetVoiceByName").map_err(lacks)?,
                *library.get::<TextToPhonemes>("espeak_TextToPhonemes").map_err(lacks)?,
                library.get::<WithTerminator>("espeak_TextToPhonemesWithTerminator").ok().map(|f| *f),
            )
        };
        // SAFETY: a null path means the built-in one (or ESPEAK_DATA_PATH), which `espeak_Info` allows to ask for as well.
        let (rate, version) = unsafe {
            let rate = initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, std::ptr::null(), INITIALIZE_DONT_EXIT);
            (rate, text(info(std::ptr::null_mut())))
        };
        if rate <= 0 {
            return Err(missing("finds no data".into()).hint("`apt install espeak-ng-data`"));
        }
        let version = version.split_whitespace().next().unwrap_or_default().to_owned();
        let voice = String::new();
        Ok(Self { set_voice_by_name, text_to_phonemes, with_terminator, version, voice, _library: library })
    }

    /// Its version, such as `1.51`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Chooses a voice, such as `en-us`.
    ///
    /// # Errors
    /// When it has none of that name.
    pub fn set_voice(&mut self, voice: &str) -> Result<()> {
        if self.voice == voice {
            return Ok(());
        }
        // Version 1.51 doesn't know France's French by `fr-fr`, only by `fr`.
        let names = [voice, voice.split('-').next().unwrap_or(voice)].map(CString::new);
        let is_set = names.iter().flatten().any(|name| {
            // SAFETY: the name lives until the call is over, and eSpeak NG copies it.
            unsafe { (self.set_voice_by_name)(name.as_ptr()) == 0 }
        });
        if !is_set {
            self.voice.clear();
            return Err(Error::missing(format!("eSpeak NG {} has no voice `{voice}`", self.version))
                .hint("`espeak-ng --voices` lists them"));
        }
        voice.clone_into(&mut self.voice);
        Ok(())
    }

    /// The clauses of a text.
    pub fn clauses(&mut self, whole: &str) -> Vec<Clause> {
        // A zero byte would end the text for C.
        let whole = whole.replace('\0', " ");
        let Ok(buffer) = CString::new(whole.as_bytes()) else { return Vec::new() };
        let start: *const c_void = buffer.as_ptr().cast();
        let mut next = start;
        let mut clauses = Vec::new();
        // Each call reads a character at least; the bound only keeps a broken library from running forever.
        while !next.is_null() && clauses.len() <= whole.len() {
            let mut terminator = 0;
            // SAFETY: `next` points into `buffer`, which ends with a zero byte and outlives the calls; the library moves it
            // on within it, or sets it to null at the end. It returns its own buffer, valid until the next call.
            let (phonemes, read) = unsafe {
                let phonemes = match self.with_terminator {
                    Some(function) => function(&raw mut next, CHARS_AUTO, PHONEMES_IPA, &raw mut terminator),
                    None => (self.text_to_phonemes)(&raw mut next, CHARS_AUTO, PHONEMES_IPA),
                };
                let read = if next.is_null() { whole.len() } else { next.byte_offset_from(start) as usize };
                (text(phonemes), read.min(whole.len()))
            };
            clauses.push(Clause { phonemes, read, terminator: self.with_terminator.map(|_| terminator) });
        }
        clauses
    }
}

/// A C string as text; a null pointer is an empty one.
///
/// # Safety
/// It must be null or end with a zero byte.
unsafe fn text(c: *const c_char) -> String {
    // SAFETY: as the caller promises.
    if c.is_null() { String::new() } else { unsafe { CStr::from_ptr(c) }.to_string_lossy().into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_no_espeak_is_told_how_to_get_it() {
        let e = Library::open(&["/nowhere/libespeak-ng.so.1".into()]).err().expect("it is not there");
        assert!(e.to_string().contains("/nowhere/libespeak-ng.so.1"), "{e}");
        assert!(e.hint_text().is_some_and(|h| h.contains("apt install espeak-ng")));
    }

    #[test]
    fn a_voice_that_is_not_there_is_named() {
        let e = library().and_then(|mut l| l.set_voice("xx-nobody")).expect_err("no such voice");
        assert!(e.to_string().contains("xx-nobody"), "{e}");
    }
}
