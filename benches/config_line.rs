//! What does a line of configuration cost a device, from its keys to its effect?

use benches::terminal::{Terminal, configuration};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

/// A line that takes the place of another.
fn replaced(criterion: &mut Criterion) {
    let mut terminal = Terminal::on_an_edge();
    terminal.types("configure terminal\ninterface GigabitEthernet1/0/1\n");
    let mut group = criterion.benchmark_group("config line");
    group.throughput(Throughput::Elements(2));
    group.bench_function("replaced", |bencher| {
        bencher.iter(|| terminal.types("description one\ndescription two\n"));
    });
    group.finish();
}

/// A configuration of new lines; twice the lines should take twice the time.
fn added(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("config line");
    group.sample_size(10);
    for lines in [500, 1_000, 2_000] {
        let text = configuration(lines);
        group.throughput(Throughput::Elements(lines as u64));
        group.bench_function(format!("{lines} added"), |bencher| {
            let in_configuration = || {
                let mut terminal = Terminal::on_an_edge();
                terminal.types("configure terminal\n");
                terminal
            };
            let typed = |terminal: &mut Terminal| terminal.types(&text);
            bencher.iter_batched_ref(in_configuration, typed, BatchSize::LargeInput);
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = replaced, added
}
criterion_main!(benches);
