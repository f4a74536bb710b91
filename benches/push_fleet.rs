//! What do 20 lines cost on each of 100 devices, by how they are sent and how many devices go at once?
//!
//! Fleet and programmer are in one process; each push reads the device, sends the lines, and reads it again.

use benches::many::Many;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use programmer::session::Sending;
use tokio::runtime::Runtime;

const DEVICES: usize = 100;

/// So many are enough to see that it runs: `cargo test` passes no `--bench`.
const DEVICES_TESTED: usize = 2;

/// A port of its own: another program's device would be pushed to.
const PORT: u16 = 25_022;

#[allow(clippy::expect_used, reason = "a bench that can't go on stops")]
fn push_fleet(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime starts");
    let measured = std::env::args().any(|argument| argument == "--bench");
    let devices = if measured { DEVICES } else { DEVICES_TESTED };
    let many = runtime.block_on(Many::of_20_lines(devices, PORT));
    let mut group = criterion.benchmark_group("100 devices, 20 lines each");
    group.sample_size(10);
    group.throughput(Throughput::Elements(devices as u64));
    let modes = [
        ("lockstep", Sending::Lockstep),
        ("pipelined", Sending::Pipelined { window: 8 }),
        ("buffer", Sending::Buffer),
    ];
    for (name, sending) in modes {
        for concurrency in [1, 8, 64] {
            group.bench_function(format!("{name}, {concurrency} at once"), |bencher| {
                // What was pushed before is taken away, and isn't measured: a second push would send nothing.
                let clear = || runtime.block_on(many.clear());
                let run = |()| runtime.block_on(many.run(sending, concurrency));
                bencher.iter_batched(clear, run, BatchSize::PerIteration);
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = push_fleet
}
criterion_main!(benches);
