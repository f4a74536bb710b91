//! What does a keystroke cost a device?
//!
//! A letter is typed and erased again, at the end of a line of configuration.

use benches::terminal::Terminal;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn keystroke(criterion: &mut Criterion) {
    let mut terminal = Terminal::on_an_edge();
    terminal.presses(b"show running-config interface GigabitEthernet1/0/");
    let mut group = criterion.benchmark_group("keystroke");
    group.throughput(Throughput::Elements(2));
    group.bench_function("a letter and its erasure", |bencher| {
        bencher.iter(|| terminal.presses(b"1\x08"));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = keystroke
}
criterion_main!(benches);
