//! Several rounds as one: what is told of each is its median run.

use super::table::Row;

/// Of each that pushed, the run that half of its runs were slower than; one that isn't whole counts before all others, so
/// that none is hidden. Every round has the same rows.
#[must_use]
pub fn median(rounds: Vec<Vec<Row>>) -> Vec<Row> {
    let count = rounds.first().map_or(0, Vec::len);
    let of = |who: usize| rounds.iter().filter_map(move |rows| rows.get(who));
    (0..count).filter_map(|who| middle(of(who))).collect()
}

fn middle<'r>(runs: impl Iterator<Item = &'r Row>) -> Option<Row> {
    let mut runs: Vec<&Row> = runs.collect();
    runs.sort_by(|a, b| a.per_second().total_cmp(&b.per_second()));
    let (slowest, fastest) = (runs.first()?.per_second(), runs.last()?.per_second());
    let odd = runs.iter().find(|run| !run.is_whole());
    let row = odd.or(runs.get(runs.len() / 2))?;
    Some(Row {
        spread: Some((slowest, fastest)),
        ..(*row).clone()
    })
}

#[cfg(test)]
mod tests {
    use super::super::job::Outcome;
    use super::super::who::OWN;
    use super::*;

    fn row(seconds: f64, failures: usize) -> Row {
        Row {
            who: OWN[0],
            lines: 20,
            outcome: Ok(Outcome {
                pushes: 100,
                failures,
                first_failure: None,
                seconds,
                cpu_seconds: 0.2,
                version: "1".to_string(),
            }),
            having: None,
            server_cpu: 0.1,
            spread: None,
        }
    }

    #[test]
    fn the_median_is_told_and_how_far_the_others_are_from_it() {
        let rounds = [0.1, 0.4, 0.2].map(|seconds| vec![row(seconds, 0)]);
        let rows = median(rounds.into());
        assert_eq!(rows[0].per_second(), 500.0);
        assert_eq!(rows[0].spread, Some((250.0, 1000.0)));
    }

    #[test]
    fn a_run_that_failed_is_told_whatever_the_others_were() {
        let rounds = [(0.1, 0), (0.4, 1), (0.2, 0)];
        let rows = median(
            rounds
                .map(|(seconds, failures)| vec![row(seconds, failures)])
                .into(),
        );
        assert!(!rows[0].is_whole());
    }
}
