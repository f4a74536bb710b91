//! What does Tab cost a device, and `?`?
//!
//! Tab completes the last word of a line of configuration, in the mode with the most statements; what it added is
//! erased again. `?` lists all that may begin a line there.

use benches::terminal::Terminal;
use criterion::{Criterion, criterion_group, criterion_main};

fn tab(criterion: &mut Criterion) {
    let mut terminal = Terminal::on_an_edge();
    terminal.types("configure terminal\ninterface GigabitEthernet1/0/1\n");
    let mut group = criterion.benchmark_group("completion");
    group.bench_function("a word completed", |bencher| {
        bencher.iter(|| terminal.presses(b"spanning-tree bpdug\t\x15"));
    });
    group.bench_function("all that may begin a line", |bencher| {
        bencher.iter(|| terminal.presses(b"?"));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = tab
}
criterion_main!(benches);
