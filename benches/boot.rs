//! What does a device cost that somebody connects to for the first time, without SSH?
//!
//! `born` is a device as its pack makes it, up to its first prompt: login, terminal, prompt. `pushed to` is what a
//! programmer's session asks of it then: terminal settings, the running-config, 20 lines, the running-config again.
//! `loaded` is a device that boots from a startup-config.

use benches::configuration::mixed;
use benches::terminal::{Terminal, edge_with};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

/// What a push of 20 lines types, four VLANs and two VRFs among them.
const PUSH: &str = "terminal length 0\nterminal width 0\nshow running-config\nconfigure terminal\n\
    vlan 21\n name a\n exit\nvlan 22\n name b\n exit\nvlan 23\n name c\n exit\nvlan 24\n name d\n exit\n\
    vrf definition RED\n address-family ipv4\n exit-address-family\n exit\n\
    vrf definition BLUE\n address-family ipv4\n exit-address-family\n exit\nend\n\
    show running-config\n";

fn boot(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("device");
    group.bench_function("born", |bencher| {
        bencher.iter_with_large_drop(Terminal::on_an_edge);
    });
    group.bench_function("pushed to", |bencher| {
        let pushed = |terminal: &mut Terminal| terminal.types_one_by_one(PUSH);
        bencher.iter_batched_ref(Terminal::on_an_edge, pushed, BatchSize::SmallInput);
    });
    let startup = mixed(3_000);
    group.sample_size(10);
    group.throughput(Throughput::Elements(3_000));
    group.bench_function("loaded with 3,000 lines", |bencher| {
        bencher.iter_with_large_drop(|| edge_with(Some(&startup)));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = boot
}
criterion_main!(benches);
