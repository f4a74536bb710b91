//! What does it cost to tell what a device lacks? It is asked twice a push.
//!
//! `read` makes a configuration of what `show running-config` showed; `change` finds what is missing of the wanted
//! lines, and what takes it back. 1,000 wanted lines are new sections and additions to those that are there.

use benches::configuration::{mixed, mixed_from};
use benches::plan::{lines, rules, running, shown};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use programmer::config::{change, difference, standing};

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan read");
    group.sample_size(20);
    for size in [300, 3_000] {
        let shown = shown(size);
        group.throughput(Throughput::Elements(shown.lines().count() as u64));
        group.bench_function(format!("{size} lines"), |bencher| {
            bencher.iter_with_large_drop(|| running(&shown));
        });
    }
    group.finish();
}

fn changes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan change");
    group.sample_size(20);
    for (size, wanted) in [(300, 20), (3_000, 20), (3_000, 1_000)] {
        let config = running(&shown(size));
        let new = lines(&mixed_from(size, wanted));
        assert!(!change(&new, &config, rules()).lines.is_empty());
        group.throughput(Throughput::Elements(wanted as u64));
        group.bench_function(format!("{wanted} of {size}"), |bencher| {
            bencher.iter_with_large_drop(|| change(&new, &config, rules()));
        });
    }
    group.finish();
}

fn comparisons(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan compare");
    group.sample_size(20);
    let config = running(&shown(3_000));
    let stands = lines(&mixed(1_000));
    group.bench_function("1,000 lines standing in 3,000", |bencher| {
        bencher.iter_with_large_drop(|| standing(&stands, &config, rules()));
    });
    group.bench_function("fingerprint of 3,000", |bencher| {
        bencher.iter(|| config.fingerprint());
    });
    let other = running(&shown(2_000));
    group.bench_function("difference of 3,000 and 2,000", |bencher| {
        bencher.iter_with_large_drop(|| difference(&config, &other, rules()));
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = benches::criterion();
    targets = read, changes, comparisons
}
criterion_main!(benches);
