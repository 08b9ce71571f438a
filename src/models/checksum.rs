//! Turns a file into its checksums, and says whether they are those that the hub stated.
//!
//! The hub's ETag is the sha256 of a large file (git LFS), and the git blob hash of a small one: the sha1 of `blob `, its
//! length, a zero byte and its content.

use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

/// What the hub states about a file's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// Hexadecimal, 64 digits.
    Sha256(String),
    /// Hexadecimal, 40 digits.
    GitBlob(String),
}

impl Checksum {
    /// Reads an ETag: quoted, perhaps marked as weak. None if it is no checksum.
    pub fn from_etag(etag: &str) -> Option<Self> {
        let hex = etag.trim().trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
        let is_hex = hex.bytes().all(|b| b.is_ascii_hexdigit());
        match hex.len() {
            64 if is_hex => Some(Self::Sha256(hex)),
            40 if is_hex => Some(Self::GitBlob(hex)),
            _ => None,
        }
    }

    /// Its digits, which name the file in the cache.
    pub fn hex(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitBlob(hex) => hex,
        }
    }
}

/// The checksums of a file in the making.
pub struct Hasher<'a> {
    stated: &'a Checksum,
    sha256: Sha256,
    git: Option<Sha1>,
}

impl<'a> Hasher<'a> {
    /// For a file of this many bytes.
    pub fn new(stated: &'a Checksum, size: u64) -> Self {
        let git = matches!(stated, Checksum::GitBlob(_)).then(|| Sha1::new_with_prefix(format!("blob {size}\0")));
        Self { stated, sha256: Sha256::new(), git }
    }

    /// The next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        if let Some(git) = &mut self.git {
            git.update(bytes);
        }
    }

    /// The next bytes: all that is left of a file.
    pub fn read(&mut self, mut file: impl Read) -> std::io::Result<u64> {
        let mut buffer = vec![0; 1 << 16];
        let mut length = 0;
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(length),
                n => {
                    self.update(&buffer[..n]);
                    length += n as u64;
                }
            }
        }
    }

    /// The sha256, if the content is what was stated.
    pub fn finish(self) -> Option<String> {
        let sha256 = hex(&self.sha256.finalize());
        let found = self.git.map_or_else(|| sha256.clone(), |git| hex(&git.finalize()));
        (found == self.stated.hex()).then_some(sha256)
    }
}

/// The sha256 of a file, if its content is what was stated.
pub fn of_file(path: &Path, stated: &Checksum) -> std::io::Result<Option<String>> {
    let file = std::fs::File::open(path)?;
    let mut hasher = Hasher::new(stated, file.metadata()?.len());
    hasher.read(file)?;
    Ok(hasher.finish())
}

/// The sha256 of a file.
pub fn sha256(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    std::io::copy(&mut file, &mut hash)?;
    Ok(hex(&hash.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_etag_are_checked() {
        // `printf hello | sha256sum`, `printf hello | git hash-object --stdin`
        let (sha256, git) = (
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0",
        );
        for etag in [format!("\"{sha256}\""), format!("W/\"{git}\""), git.to_uppercase()] {
            let stated = Checksum::from_etag(&etag).expect("a checksum");
            for (text, good) in [("hello", true), ("hellp", false)] {
                let mut hasher = Hasher::new(&stated, 5);
                hasher.update(text.as_bytes());
                assert_eq!(hasher.finish().is_some(), good, "{etag} {text}");
            }
        }
        assert_eq!(Checksum::from_etag("\"5d41402abc4b2a76b9719d911017c592\""), None);
        assert_eq!(Checksum::from_etag(&"g".repeat(64)), None);
    }
}
