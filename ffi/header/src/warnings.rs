//! Records what cbindgen says through the `log` facade, where nobody would hear it.

use log::{Level, LevelFilter, Log, Metadata, Record};
use std::sync::Mutex;

struct Recorder(Mutex<Vec<String>>);

static RECORDER: Recorder = Recorder(Mutex::new(Vec::new()));

impl Log for Recorder {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= Level::Warn
    }

    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            self.0.lock().expect("no panic under it").push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// From here on warnings and errors are kept.
pub fn record() {
    log::set_logger(&RECORDER).expect("the first logger");
    log::set_max_level(LevelFilter::Warn);
}

/// What was recorded.
pub fn taken() -> Vec<String> {
    std::mem::take(&mut RECORDER.0.lock().expect("no panic under it"))
}
