//! Where models lie on this machine: the cache that is shared with other programs, and our own folder.

use std::env::var_os;
use std::path::PathBuf;

/// The folders.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The shared cache of hub repositories (`HF_HUB_CACHE`, else `HF_HOME/hub`).
    pub cache: PathBuf,
    /// Our own data: `XDG_DATA_HOME/sottovoce`.
    pub data: PathBuf,
}

impl Places {
    /// As the environment says.
    pub fn from_env() -> Self {
        let cache = var_os("HF_HUB_CACHE").or_else(|| var_os("HUGGINGFACE_HUB_CACHE")).map(PathBuf::from);
        Self {
            cache: cache.unwrap_or_else(|| hf_home().join("hub")),
            data: base("XDG_DATA_HOME", ".local/share").join("sottovoce"),
        }
    }

    /// The folder of a model that `models import` made; it comes before a fetched one.
    pub fn imported(&self, id: &str) -> PathBuf {
        self.data.join("models").join(id)
    }

    /// The folder of a model that was fetched: links to its files in the cache, and nothing else.
    pub fn pulled(&self, id: &str) -> PathBuf {
        self.data.join("pulled").join(id)
    }

    /// What was fetched, written down.
    pub fn lock(&self) -> PathBuf {
        self.data.join("models.lock")
    }
}

/// `HF_HOME`, where the token lies too.
pub fn hf_home() -> PathBuf {
    var_os("HF_HOME").map_or_else(|| base("XDG_CACHE_HOME", ".cache").join("huggingface"), PathBuf::from)
}

/// A folder of the XDG base directory specification.
fn base(variable: &str, below_home: &str) -> PathBuf {
    let set = var_os(variable).map(PathBuf::from).filter(|p| p.is_absolute());
    set.unwrap_or_else(|| PathBuf::from(var_os("HOME").unwrap_or_default()).join(below_home))
}
