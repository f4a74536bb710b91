//! What does a line of configuration cost a device, from its keys to its effect, and does it grow with the configuration?

use benches::configuration::mixed;
use benches::terminal::{Terminal, edge};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use device::config::reader;
use device::secrets::Vault;

/// From ten lines to ten thousand: ten times the lines should take ten times the time.
const SIZES: [usize; 4] = [25, 100, 1_000, 10_000];

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

/// New lines, each typed when the one before has its prompt.
fn typed(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("config line typed");
    group.sample_size(10);
    for lines in SIZES {
        let text = mixed(lines);
        group.throughput(Throughput::Elements(lines as u64));
        group.bench_function(format!("{lines} added"), |bencher| {
            let in_configuration = || {
                let mut terminal = Terminal::on_an_edge();
                terminal.types("configure terminal\n");
                terminal
            };
            let typed = |terminal: &mut Terminal| terminal.types_one_by_one(&text);
            bencher.iter_batched_ref(in_configuration, typed, BatchSize::LargeInput);
        });
    }
    group.finish();
}

/// New lines that are read from a file.
fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("config line read");
    group.sample_size(10);
    let platform = edge().platform().clone();
    for lines in SIZES {
        let text = mixed(lines);
        group.throughput(Throughput::Elements(lines as u64));
        group.bench_function(format!("{lines} added"), |bencher| {
            let read = || {
                let mut root = platform.baseline().clone();
                let refused = reader::read_with(&platform, &mut root, &mut Vault::default(), &text);
                assert_eq!(refused, [], "all must be taken");
                root
            };
            bencher.iter_with_large_drop(read);
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = replaced, typed, read
}
criterion_main!(benches);
