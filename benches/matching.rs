//! What does it cost to find echo and prompt in what a device writes, one byte at a time and in pieces of 64 KB?
//!
//! Twice the bytes should take twice the time, and no piece may be so small that what came before it is looked at again.

use benches::plan::{lines, shown};
use benches::recorded::Recorded;
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main,
};

const PIECES: [usize; 2] = [1, 64 << 10];

/// The echoes and prompts of lines that are all on their way.
fn echoes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("echo and prompt");
    for count in [1_000, 10_000] {
        let routes = |n: usize| {
            format!(
                "ip route 10.{}.{}.0 255.255.255.0 Null0\n",
                n / 256,
                n % 256
            )
        };
        let lines = lines(&(0..count).map(routes).collect::<String>());
        for size in PIECES {
            let name = format!("{count} lines in pieces of {size}");
            measure(&mut group, name, size, || Recorded::lines(&lines));
        }
    }
    group.finish();
}

/// The output of a command, with its prompt behind it.
fn outputs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("output and prompt");
    for count in [1_000, 10_000] {
        let text = shown(count);
        assert!(text.lines().count() > count / 2, "it has loaded its lines");
        for size in PIECES {
            let name = format!("{count} lines in pieces of {size}");
            measure(&mut group, name, size, || Recorded::output(&text));
        }
    }
    group.finish();
}

/// A line of an output that doesn't end for long: letters, or blanks, which no pattern may go over again.
fn long_lines(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a long line");
    for (what, letter) in [("letters", "x"), ("blanks", " ")] {
        for count in [1_600, 16_000] {
            let text = format!("{}\n", letter.repeat(count));
            let name = format!("{count} {what} in pieces of 1");
            measure(&mut group, name, 1, || Recorded::output(&text));
        }
    }
    group.finish();
}

fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: String,
    size: usize,
    recorded: impl Fn() -> Recorded,
) {
    group.sample_size(10);
    group.throughput(Throughput::Bytes(recorded().bytes() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_batched_ref(&recorded, |it| it.in_pieces_of(size), BatchSize::LargeInput);
    });
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = echoes, outputs, long_lines
}
criterion_main!(benches);
