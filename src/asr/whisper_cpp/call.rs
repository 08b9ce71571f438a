//! How whisper.cpp is called: its parameters, and the switch that ends a call early. The only unsafe code of this backend.
#![expect(
    unsafe_code,
    reason = "the binding's safe setter of the abort callback is unsound: shared/reference/stack.md §3"
)]

use crate::asr::Abort;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use whisper_rs::{FullParams, SamplingStrategy, WhisperTokenId};

/// The most decoders that whisper.cpp has (`WHISPER_MAX_DECODERS`).
const MOST_BEAMS: usize = 8;

/// The parameters that all calls share.
pub(super) struct Params {
    template: FullParams<'static, 'static>,
    /// What the template's callback looks at: it lives as long as the template.
    abort: Abort,
}

// SAFETY: the pointers inside the template are the language's name, which the binding never frees and nobody writes, and
// the address of the atomic flag that `abort` keeps alive. It holds no closures.
unsafe impl Send for Params {}
// SAFETY: as above; a shared template is only ever cloned.
unsafe impl Sync for Params {}

impl Params {
    /// For a language that whisper.cpp knows; `None` where the model knows but one.
    pub(super) fn new(lang: Option<&'static str>, beams: usize, abort: Abort) -> Self {
        let mut template = FullParams::new(match beams {
            0 | 1 => SamplingStrategy::Greedy { best_of: 1 },
            n => SamplingStrategy::BeamSearch { beam_size: n.min(MOST_BEAMS) as c_int, patience: -1.0 },
        });
        if lang.is_some() {
            // The binding leaks the name it is given: a template is made once, so that is once.
            template.set_language(lang);
        }
        // Settings for streaming: `shared/reference/models.md` §2.
        template.set_no_context(true);
        template.set_single_segment(true);
        // One attempt: a second at another temperature would double the delay of a live caption.
        template.set_temperature_inc(0.0);
        template.set_suppress_blank(true);
        template.set_suppress_nst(true);
        template.set_print_special(false);
        template.set_print_progress(false);
        template.set_print_realtime(false);
        template.set_print_timestamps(false);
        // SAFETY: the callback is a function that lives forever and takes the pointer that is set here: the flag's, which
        // `Self` keeps alive for as long as the template. It only reads the flag.
        unsafe {
            template.set_abort_callback(Some(is_aborted));
            template.set_abort_callback_user_data(std::ptr::from_ref(abort.flag()).cast_mut().cast());
        }
        Self { template, abort }
    }

    /// For one call, which is given these tokens as text from before. It must not outlive `self`.
    pub(super) fn for_call<'a>(
        &'a self,
        threads: usize,
        audio_ctx: usize,
        max_tokens: usize,
        before: &'a [WhisperTokenId],
    ) -> FullParams<'a, 'a> {
        let mut params: FullParams<'a, 'a> = self.template.clone();
        // "No context", above, means only what the state remembers of its last call: perhaps another stream's.
        params.set_tokens(before);
        params.set_n_threads(threads.max(1) as c_int);
        params.set_audio_ctx(audio_ctx as c_int);
        params.set_max_tokens(max_tokens as c_int);
        params
    }

    /// The switch.
    pub(super) fn abort(&self) -> &Abort {
        &self.abort
    }
}

/// Called by whisper.cpp after the encoder and after each step of the decoder.
///
/// # Safety
/// `flag` must point to an `AtomicBool` that is alive.
unsafe extern "C" fn is_aborted(flag: *mut c_void) -> bool {
    // SAFETY: the caller's promise; `Params::new` passes such a pointer together with this function.
    let flag = unsafe { &*flag.cast_const().cast::<AtomicBool>() };
    flag.load(Ordering::Relaxed)
}
