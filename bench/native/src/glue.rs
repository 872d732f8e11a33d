//! Runs each pool with and without the C ABI, interleaved, a process per measurement.

use crate::measure::median;
use std::path::Path;
use std::process::Command;

const BACKENDS: [&str; 4] = ["rayon", "crossbeam", "mpsc", "vecdeque"];

fn measure(mut command: Command) -> Result<f64, String> {
    let shown = format!("{command:?}");
    let output = command.output().map_err(|error| format!("{shown}: {error}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{shown}: {}: {reason}", output.status));
    }
    let answer: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{shown}: {error}"))?;
    let verified = answer["verified"] == true;
    answer["metrics"]["ns_per_job"]
        .as_f64()
        .filter(|_| verified)
        .ok_or_else(|| format!("{shown}: no verified ns_per_job in its answer"))
}

fn command(bin: &Path, program: &str, contender: Option<&str>, threads: usize) -> Command {
    let mut command = Command::new(bin.join(program));
    command.args(["run", "--workload", "nested", "--threads", &threads.to_string()]);
    if let Some(name) = contender {
        command.args(["--contender", &format!("native-{name}")]);
    }
    command
}

fn one_round(bin: &Path, backend: &str, threads: usize, swap: bool) -> Result<[f64; 2], String> {
    let through_c = || measure(command(bin, &format!("pool-bench-{backend}"), None, threads));
    let native = || measure(command(bin, "native-bench", Some(backend), threads));
    if swap {
        let native = native()?;
        return Ok([through_c()?, native]);
    }
    Ok([through_c()?, native()?])
}

fn print_row(backend: &str, rounds: &[[f64; 2]]) {
    let column = |pick: fn(&[f64; 2]) -> f64| rounds.iter().map(pick).collect::<Vec<_>>();
    let (mut through_c, mut native) = (column(|round| round[0]), column(|round| round[1]));
    let mut differences = column(|round| round[0] - round[1]);
    let middle = median(&mut differences);
    println!(
        "{backend:10} {:9.1} {:9.1} {middle:+11.1}   {:+.1} to {:+.1}",
        median(&mut through_c),
        median(&mut native),
        differences[0],
        differences[differences.len() - 1],
    );
}

/// Prints a table: medians of both in ns per job, and of their difference pair by pair.
pub fn compare(rounds: usize, threads: usize) -> Result<(), String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let bin = own.parent().ok_or("this program lies in no folder")?;
    let mut all = BACKENDS.map(|backend| (backend, Vec::with_capacity(rounds)));
    for round in 0..rounds {
        for (backend, pairs) in &mut all {
            pairs.push(one_round(bin, backend, threads, round % 2 == 1)?);
        }
    }
    println!("nested, {threads} worker(s), {rounds} rounds, ns per job");
    println!("{:10} {:>9} {:>9} {:>11}   range", "pool", "C ABI", "native", "difference");
    all.iter().for_each(|(backend, pairs)| print_row(backend, pairs));
    Ok(())
}
