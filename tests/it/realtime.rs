//! The capture callback is real-time safe: it allocates nothing, and it never waits for its reader.

use sottovoce::capture::ring::ring;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what a thread allocates while it is guarded.
struct Guard;

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

fn note() {
    // A thread that is ending has no cells any more, and no callback either.
    let _ = IS_GUARDED.try_with(|g| {
        if g.get() {
            let _ = ALLOCATIONS.try_with(|a| a.set(a.get() + 1));
        }
    });
}

// SAFETY: every call goes to the system's allocator unchanged.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Guard {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note();
        unsafe { System.dealloc(pointer, layout) }
    }
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note();
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static GUARD: Guard = Guard;

/// Runs `f` and tells how often it touched the allocator.
fn allocations(f: impl FnOnce()) -> usize {
    ALLOCATIONS.set(0);
    IS_GUARDED.set(true);
    f();
    IS_GUARDED.set(false);
    ALLOCATIONS.get()
}

#[test]
fn the_guard_sees_an_allocation() {
    assert!(allocations(|| drop(std::hint::black_box(Vec::<u8>::with_capacity(10)))) >= 2);
}

#[test]
fn the_callback_allocates_nothing_even_when_it_overruns() {
    let (mut writer, mut reader) = ring(4_800);
    let block = vec![100i16; 960];
    let mut out = Vec::new();
    for round in 0..2_000 {
        assert_eq!(allocations(|| writer.push(&block, |s| f32::from(s) / 32768.0)), 0, "round {round}");
        if round % 7 == 0 {
            reader.take(&mut out);
            out.clear();
        }
    }
    assert!(reader.take_lost() > 0, "the test never filled the ring");
}

#[test]
fn the_callback_never_waits_for_a_reader() {
    // The reader never takes anything, and is even dropped: a lock or a wait would hang here for ever.
    let (mut writer, reader) = ring(1_000);
    let block = vec![0.5f32; 480];
    (0..1_000).for_each(|_| writer.push(&block, |s| s));
    assert_eq!(reader.take_lost(), 480 * 1_000 - 1_000);
    drop(reader);
    writer.push(&block, |s| s);
}
