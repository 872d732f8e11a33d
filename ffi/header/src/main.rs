//! Makes `thread_pool.h` from `exports.rs`, or checks that the committed one is what it would make.
//!
//! Usage: `thread_pool_header [--check] FFI_DIR [EXPORTS_RS [HEADER]]`. Any warning of cbindgen is
//! an error: it leaves out what it does not understand, and says so only there. So is a function
//! of `exported_symbols.txt` that the header does not declare.

mod warnings;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

struct Arguments {
    check: bool,
    ffi: PathBuf,
    exports: PathBuf,
    header: PathBuf,
}

fn parse(arguments: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = arguments.peekable();
    let check = arguments.next_if(|first| first == "--check").is_some();
    let ffi = PathBuf::from(arguments.next()?);
    let exports = arguments.next().map_or_else(|| ffi.join("exports.rs"), PathBuf::from);
    let header = arguments.next().map_or_else(|| ffi.join("include/thread_pool.h"), PathBuf::from);
    arguments.next().is_none().then_some(Arguments { check, ffi, exports, header })
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The header as cbindgen makes it, or what it complained about.
fn generate(arguments: &Arguments) -> Result<String, String> {
    let config = cbindgen::Config::from_file(arguments.ffi.join("cbindgen.toml"))?;
    let bindings = cbindgen::Builder::new()
        .with_config(config)
        .with_src(&arguments.exports)
        .generate()
        .map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    match warnings::taken() {
        warnings if warnings.is_empty() => {
            String::from_utf8(text).map(|text| name_types(&text)).map_err(|e| e.to_string())
        }
        warnings => Err(format!("cbindgen warns:\n{}", warnings.join("\n"))),
    }
}

/// With both tags and typedefs to choose from cbindgen writes `struct thread_pool` in functions;
/// a reader wants the typedef.
fn name_types(text: &str) -> String {
    let name = |line: &str| match line.starts_with(char::is_alphabetic) && line.ends_with(");") {
        true => line.replace("struct thread_pool", "thread_pool") + "\n",
        false => line.to_owned() + "\n",
    };
    text.lines().map(name).collect()
}

/// The first function of the list that `header` does not declare.
fn undeclared<'a>(list: &'a str, header: &str) -> Option<&'a str> {
    let declaration = |line: &&str| line.starts_with(char::is_alphabetic) && line.ends_with(");");
    let declarations: Vec<&str> = header.lines().filter(declaration).collect();
    let declares = |line: &&str, name: &str| {
        let before = line.find(&format!("{name}(")).and_then(|at| line[..at].chars().last());
        matches!(before, Some(' ' | '*'))
    };
    list.lines().find(|name| !declarations.iter().any(|line| declares(line, name)))
}

fn first_difference(made: &str, committed: &str) -> String {
    let mut pairs = made.lines().zip(committed.lines()).enumerate();
    match pairs.find(|(_, (made, committed))| made != committed) {
        Some((at, (made, committed))) => {
            format!("line {}:\n  the source says  {made}\n  the header says  {committed}", at + 1)
        }
        None => "one ends before the other".to_owned(),
    }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let made = generate(arguments)?;
    let list = read(&arguments.ffi.join("exported_symbols.txt"))?;
    if let Some(name) = undeclared(&list, &made) {
        return Err(format!("{name} is in exported_symbols.txt and not in the header"));
    }
    if !arguments.check {
        return std::fs::write(&arguments.header, made).map_err(|error| error.to_string());
    }
    let committed = read(&arguments.header)?;
    if made == committed {
        return Ok(());
    }
    let difference = first_difference(&made, &committed);
    Err(format!("{} differs from its source, {difference}", arguments.header.display()))
}

fn main() -> ExitCode {
    let Some(arguments) = parse(std::env::args().skip(1)) else {
        eprintln!("usage: thread_pool_header [--check] FFI_DIR [EXPORTS_RS [HEADER]]");
        return ExitCode::from(2);
    };
    warnings::record();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("thread_pool_header: {message}");
            ExitCode::FAILURE
        }
    }
}
