//! The memory of the program.

/// glibc keeps what was freed for each of its arenas: 300 wrong passwords left four gigabytes behind.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// mimalloc asks the kernel for pages of 2 MiB, of which a site that does little uses a small part of each: 70 MB in
/// place of 33. To be called before memory is asked for in earnest.
pub fn use_small_pages() {
    set_small(true);
}

/// Starts another program, which decides for itself: it would inherit the setting, and arrays are faster in large pages.
pub fn for_another_program<T>(start: impl FnOnce() -> T) -> T {
    set_small(false);
    let started = start();
    set_small(true);
    started
}

fn set_small(small: bool) {
    #[cfg(target_os = "linux")]
    if let Err(error) = nix::sys::prctl::set_thp_disable(small) {
        tracing::debug!(%error, small, "the size of pages is what it is");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = small;
}
