//! `nested` and `one_producer` of `bench/pool` on the Rust pools, without the C ABI between: what is
//! left of the difference is the price of the ABI. `README.md` has the figures.
#![deny(unsafe_code)]

mod give_way;
mod glue;
mod look;
mod measure;
mod nested;
mod placement;
mod tally;

use measure::{one_producer, Count, Measured};
use nested::{nested, Crossbeam, Mpsc, Rayon, VecDeque};
use rust_pools::{BoxedJob, CrossbeamPool, MpscPool, RayonPool, VecDequePool};
use serde_json::json;
use std::process::ExitCode;
use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(60);
const USAGE: &str = "usage: native-bench list --contender NAME
       native-bench run --contender NAME --workload nested|one_producer [--threads N] [--seed NUMBER]
       native-bench glue [--rounds N] [--threads N]";

type Run = fn(usize, u64) -> Result<Measured, String>;

/// Contender, workload, measurement: with the pool's job type as a program with one kind of job has
/// it, and boxed. Of a contender's workloads the first is what the ABI's price is taken from.
const WORKLOADS: [(&str, &str, Run); 11] = [
    ("native-rayon", "nested", nested::<Rayon>),
    ("native-rayon", "one_producer", one_producer::<Count, RayonPool>),
    ("native-crossbeam", "nested", nested::<Crossbeam>),
    ("native-crossbeam", "one_producer", one_producer::<Count, CrossbeamPool<Count>>),
    ("native-mpsc", "nested", nested::<Mpsc>),
    ("native-mpsc", "one_producer", one_producer::<Count, MpscPool<Count>>),
    ("native-vecdeque", "nested", nested::<VecDeque>),
    ("native-vecdeque", "one_producer", one_producer::<Count, VecDequePool<Count>>),
    ("native-boxed-crossbeam", "one_producer", one_producer::<BoxedJob, CrossbeamPool<BoxedJob>>),
    ("native-boxed-mpsc", "one_producer", one_producer::<BoxedJob, MpscPool<BoxedJob>>),
    ("native-boxed-vecdeque", "one_producer", one_producer::<BoxedJob, VecDequePool<BoxedJob>>),
];

fn title(workload: &str) -> &'static str {
    match workload {
        "nested" => "each job spawns two, depth 18",
        _ => "one producer outside the pool, empty jobs",
    }
}

struct Arguments {
    command: String,
    contender: Option<String>,
    workload: Option<String>,
    threads: usize,
    rounds: usize,
    seed: u64,
}

fn number(option: &str, text: &str, least: u64, most: u64) -> Result<u64, String> {
    match text.parse() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        _ => Err(format!("{option} {text}: a whole number from {least} to {most} is accepted")),
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (command, contender, workload) = (String::new(), None, None);
    let mut all = Arguments { command, contender, workload, threads: 1, rounds: 7, seed: 1 };
    while let Some(option) = words.next() {
        if !option.starts_with('-') && all.command.is_empty() {
            all.command = option;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{option} needs a value"))?;
        match option.as_str() {
            "--contender" => all.contender = Some(value),
            "--workload" => all.workload = Some(value),
            "--threads" => {
                all.threads = number(&option, &value, 1, tally::MOST_WORKERS as u64)? as usize;
            }
            "--rounds" => all.rounds = number(&option, &value, 1, 1000)? as usize,
            "--seed" => all.seed = number(&option, &value, 0, 1 << 32)?,
            _ => return Err(format!("unknown option '{option}'")),
        }
    }
    if all.command.is_empty() {
        return Err("a command is missing: 'list', 'run' or 'glue'".into());
    }
    Ok(all)
}

type Workloads = Vec<(&'static str, Run)>;

fn find(wanted: Option<&str>) -> Result<(&'static str, Workloads), String> {
    let mut accepted = WORKLOADS.map(|(contender, ..)| contender).to_vec();
    accepted.dedup();
    let accepted_words = accepted.join(" ");
    let wanted =
        wanted.ok_or_else(|| format!("--contender is missing; accepted: {accepted_words}"))?;
    let name = accepted
        .into_iter()
        .find(|name| *name == wanted)
        .ok_or_else(|| format!("unknown contender '{wanted}'; accepted: {accepted_words}"))?;
    let own = WORKLOADS.into_iter().filter(|(contender, ..)| *contender == name);
    Ok((name, own.map(|(_, workload, measure)| (workload, measure)).collect()))
}

fn find_workload(
    workloads: Workloads,
    wanted: Option<&str>,
) -> Result<(&'static str, Run), String> {
    let accepted = workloads.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" ");
    let wanted = wanted.ok_or_else(|| format!("--workload is missing; accepted: {accepted}"))?;
    workloads
        .into_iter()
        .find(|(name, _)| *name == wanted)
        .ok_or_else(|| format!("unknown workload '{wanted}'; accepted: {accepted}"))
}

fn list(contender: &str, workloads: &Workloads) {
    let metrics = json!([
        {"name": "ns_per_job", "unit": "ns", "better": "lower", "primary": true},
        {"name": "jobs_per_batch", "unit": "jobs", "better": "none"},
        {"name": "batches", "unit": "batches", "better": "none"}]);
    let workload = |(name, _): &(&str, Run)| {
        json!({"name": name, "title": title(name), "group": "throughput", "threads": [1, 2, 4],
            "default": false, "seconds": 0.3, "floor": "spsc_ring", "metrics": metrics})
    };
    let workloads = workloads.iter().map(workload).collect::<Vec<_>>();
    println!("{}", json!({"contender": contender, "available": true, "workloads": workloads}));
}

/// Sleeps end when they are due, not up to 50 µs later; no measurement lasts for ever; no process
/// has its data where the others have it.
fn prepare_process() {
    placement::move_heap();
    if let Err(error) = std::fs::write("/proc/self/timerslack_ns", "1") {
        eprintln!("native-bench: timers stay imprecise: {error}");
    }
    std::thread::spawn(|| {
        std::thread::sleep(LONGEST);
        eprintln!("native-bench: the measurement did not end within 60 seconds");
        std::process::exit(1);
    });
}

fn run(
    contender: &str,
    (workload, measure): (&str, Run),
    arguments: &Arguments,
) -> Result<(), String> {
    prepare_process();
    let measured = measure(arguments.threads, arguments.seed)?;
    let metrics = json!({"ns_per_job": measured.ns_per_job,
        "jobs_per_batch": measured.jobs_per_batch, "batches": measured.batches});
    let answer = json!({"contender": contender, "workload": workload,
        "threads": arguments.threads, "verified": true, "metrics": metrics});
    println!("{answer}");
    Ok(())
}

/// The outer error is the user's, the inner one the measurement's.
fn execute(arguments: &Arguments) -> Result<Result<(), String>, String> {
    match arguments.command.as_str() {
        "glue" => Ok(glue::compare(arguments.rounds, arguments.threads)),
        "list" => find(arguments.contender.as_deref()).map(|(contender, workloads)| {
            list(contender, &workloads);
            Ok(())
        }),
        "run" => {
            let (contender, workloads) = find(arguments.contender.as_deref())?;
            let workload = find_workload(workloads, arguments.workload.as_deref())?;
            Ok(run(contender, workload, arguments))
        }
        other => Err(format!("unknown command '{other}': 'list', 'run' and 'glue' are accepted")),
    }
}

fn main() -> ExitCode {
    match parse(std::env::args().skip(1)).and_then(|arguments| execute(&arguments)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => {
            eprintln!("native-bench: {failure}");
            ExitCode::from(1)
        }
        Err(mistake) => {
            eprintln!("native-bench: {mistake}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}
