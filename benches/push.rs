//! What does it cost to push 20 lines to one device over loopback, and what of that is SSH?
//!
//! `floor` is russh alone; README.md says how to read the two.

use benches::floor::Floor;
use benches::many::Many;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use programmer::session::Sending;
use tokio::runtime::Runtime;

/// Nobody else here listens there.
const PORT: u16 = 25_023;

#[allow(clippy::expect_used, reason = "a bench that can't go on stops")]
fn push(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime starts");
    let floor = runtime.block_on(Floor::start());
    let push = runtime.block_on(Many::of_20_lines(1, PORT));
    let mut group = criterion.benchmark_group("push of 20 lines");
    group.sample_size(30);
    group.bench_function("floor", |bencher| {
        bencher.iter(|| runtime.block_on(floor.run()));
    });
    group.bench_function("programmer to fleet", |bencher| {
        // What was pushed before is taken away, and isn't measured: a second push would send nothing.
        let clear = || runtime.block_on(push.clear());
        bencher.iter_batched(
            clear,
            |()| runtime.block_on(push.run(Sending::Lockstep, 1)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = push
}
criterion_main!(benches);
