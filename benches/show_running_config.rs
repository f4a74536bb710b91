//! What does `show running-config` cost a device that has 3,000 lines more than its pack gives it?

use benches::configuration::mixed;
use benches::terminal::Terminal;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn show_running_config(criterion: &mut Criterion) {
    let mut terminal = Terminal::on_an_edge();
    terminal.types(&format!("configure terminal\n{}end\n", mixed(3_000)));
    let bytes = terminal.types("show running-config\n");
    let mut group = criterion.benchmark_group("show running-config");
    group.sample_size(30);
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("3,000 lines", |bencher| {
        bencher.iter(|| terminal.types("show running-config\n"));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = show_running_config
}
criterion_main!(benches);
