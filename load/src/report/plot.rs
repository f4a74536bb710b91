//! A plot: two panels with logarithmic axes.
//!
//! Over how many at once: throughput, and p99. Over the lines of an act, where there are several sizes: the median, with
//! the straight line that fits it best, so that it can be seen whether cost is linear in size; and lines a second. Over
//! fleets of several sizes: how long it takes until each device had its turn, with its line, and how many a second.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::Figure;

const PANEL_WIDTH: f64 = 460.0;
const PANEL_HEIGHT: f64 = 320.0;
const MARGIN: f64 = 70.0;
/// One colour a series; they begin anew after that.
const COLOURS: [&str; 8] = [
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf", "#8c564b", "#7f7f7f",
];

/// What the figures are drawn over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Devices,
    Lines,
    AtOnce,
}

impl Over {
    /// The size that there are several of; devices before lines.
    fn of(figures: &[Figure]) -> Self {
        let differ = |size: fn(&Figure) -> Option<usize>| {
            let sizes: BTreeSet<usize> = figures.iter().filter_map(size).collect();
            sizes.len() > 1
        };
        if differ(|figure| figure.devices) {
            Self::Devices
        } else if differ(|figure| figure.lines) {
            Self::Lines
        } else {
            Self::AtOnce
        }
    }

    fn x(self, figure: &Figure) -> usize {
        let size = match self {
            Self::Devices => figure.devices,
            Self::Lines => figure.lines,
            Self::AtOnce => None,
        };
        size.unwrap_or(figure.at_once)
    }
}

/// Points of each series.
type Series = BTreeMap<String, Vec<(f64, f64)>>;

/// The figures as SVG.
#[must_use]
pub fn plot(figures: &[Figure]) -> String {
    let over = Over::of(figures);
    let series = |y: &dyn Fn(&Figure) -> Option<f64>| collect(figures, over, y);
    let per_second = series(&|figure| Some(figure.tally.per_second()));
    let panels = match over {
        Over::Devices => {
            let all = series(&all_seconds);
            [
                panel(
                    "seconds until each device had its turn",
                    "devices",
                    &all,
                    true,
                ),
                panel("a second", "devices", &per_second, false),
            ]
        }
        Over::Lines => {
            let median = series(&|figure| figure.tally.latencies.percentile_ms(50.0));
            let units = series(&|figure| Some(figure.tally.units_per_second()));
            [
                panel("median, ms", "lines", &median, true),
                panel("lines a second", "lines", &units, false),
            ]
        }
        Over::AtOnce => {
            let p99 = series(&|figure| figure.tally.latencies.percentile_ms(99.0));
            [
                panel("a second", "at once", &per_second, false),
                panel("p99, ms", "at once", &p99, false),
            ]
        }
    };
    let width = 2.0 * (PANEL_WIDTH + 2.0 * MARGIN);
    let height = PANEL_HEIGHT + 2.0 * MARGIN + 18.0 * legend_rows(&per_second);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (at, panel) in panels.iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "two panels")]
        let left = at as f64 * (PANEL_WIDTH + 2.0 * MARGIN) + MARGIN;
        // Writing to a string doesn't fail.
        _ = writeln!(
            text,
            "<g transform=\"translate({left},{MARGIN})\">\n{panel}</g>"
        );
    }
    text + "</svg>\n"
}

#[allow(clippy::cast_precision_loss, reason = "a few series")]
fn legend_rows(series: &Series) -> f64 {
    series.len() as f64
}

/// How long it takes until each device had its turn, at the pace that was measured.
fn all_seconds(figure: &Figure) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "nobody has 2^52 devices")]
    let devices = figure.devices? as f64;
    Some(figure.tally.per_second())
        .filter(|rate| *rate > 0.0)
        .map(|rate| devices / rate)
}

fn collect(figures: &[Figure], over: Over, y: &dyn Fn(&Figure) -> Option<f64>) -> Series {
    let mut series = Series::new();
    for figure in figures {
        let mut name = format!("{}, {}", figure.what, figure.who);
        if over != Over::AtOnce {
            name += &format!(", {} at once", figure.at_once);
        }
        if let Some(lines) = figure.lines.filter(|_| over != Over::Lines) {
            name += &format!(", {lines} lines");
        }
        if let Some(window) = figure.window.filter(|window| *window < usize::MAX) {
            name += &format!(", window {window}");
        }
        // A logarithm of nothing can't be drawn.
        if let Some(y) = y(figure).filter(|y| *y > 0.0) {
            #[allow(clippy::cast_precision_loss, reason = "nobody loads with 2^52 at once")]
            series
                .entry(name)
                .or_default()
                .push((over.x(figure).max(1) as f64, y));
        }
    }
    series
}

/// An axis with powers of ten.
struct Axis {
    low: f64,
    high: f64,
    length: f64,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64> + Clone, length: f64) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min).log10().floor();
        let high = values.fold(f64::NEG_INFINITY, f64::max).log10().ceil();
        match low.is_finite() && high.is_finite() {
            true if low < high => Self { low, high, length },
            true => Self {
                low,
                high: low + 1.0,
                length,
            },
            false => Self {
                low: 0.0,
                high: 1.0,
                length,
            },
        }
    }

    fn place(&self, value: f64) -> f64 {
        (value.log10() - self.low) / (self.high - self.low) * self.length
    }

    fn ticks(&self) -> impl Iterator<Item = f64> {
        let (low, high) = (self.low, self.high);
        std::iter::successors(Some(low), move |tick| {
            (tick + 1.0 <= high).then_some(tick + 1.0)
        })
        .map(|tick| 10_f64.powf(tick))
    }
}

fn panel(title: &str, below: &str, series: &Series, fitted: bool) -> String {
    let points = || series.values().flatten();
    let x = Axis::of(points().map(|point| point.0), PANEL_WIDTH);
    let y = Axis::of(points().map(|point| point.1), PANEL_HEIGHT);
    let mut text = frame(title, below, &x, &y);
    for (at, (name, points)) in series.iter().enumerate() {
        let colour = COLOURS[at % COLOURS.len()];
        let place = |point: &(f64, f64)| {
            format!(
                "{:.1},{:.1}",
                x.place(point.0),
                PANEL_HEIGHT - y.place(point.1)
            )
        };
        let path: Vec<String> = points.iter().map(place).collect();
        for point in points {
            _ = writeln!(
                text,
                "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" fill=\"{colour}\"/>",
                x.place(point.0),
                PANEL_HEIGHT - y.place(point.1)
            );
        }
        _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\"/>",
            path.join(" ")
        );
        let mut said = escaped(name);
        if let Some(fit) = fitted.then(|| Fit::of(points)).flatten() {
            let line: Vec<String> = fit.curve(points).iter().map(place).collect();
            _ = writeln!(
                text,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-dasharray=\"4 3\"/>",
                line.join(" ")
            );
            said += &format!(
                ": {} + {} for each (r² {:.4})",
                significant(fit.base),
                significant(fit.each),
                fit.r2
            );
        }
        #[allow(clippy::cast_precision_loss, reason = "a few series")]
        let row = PANEL_HEIGHT + 50.0 + 18.0 * at as f64;
        _ = writeln!(
            text,
            "<text x=\"0\" y=\"{row}\" fill=\"{colour}\">{said}</text>"
        );
    }
    text
}

fn frame(title: &str, below: &str, x: &Axis, y: &Axis) -> String {
    let mut text = format!(
        "<text x=\"0\" y=\"-12\" font-weight=\"bold\">{title}</text>\n\
         <text x=\"{PANEL_WIDTH}\" y=\"{}\" text-anchor=\"end\">{below}</text>\n",
        PANEL_HEIGHT + 34.0
    );
    for tick in x.ticks() {
        let at = x.place(tick);
        _ = writeln!(
            text,
            "<line x1=\"{at:.1}\" y1=\"0\" x2=\"{at:.1}\" y2=\"{PANEL_HEIGHT}\" stroke=\"#ddd\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{tick}</text>",
            PANEL_HEIGHT + 16.0
        );
    }
    for tick in y.ticks() {
        let at = PANEL_HEIGHT - y.place(tick);
        _ = writeln!(
            text,
            "<line x1=\"0\" y1=\"{at:.1}\" x2=\"{PANEL_WIDTH}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>\
             <text x=\"-6\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
            at + 4.0
        );
    }
    text
}

/// Three digits that matter, however small the number is.
fn significant(value: f64) -> String {
    let places = match value.abs().log10() {
        size if size.is_finite() => (2.0 - size.floor()).clamp(0.0, 9.0),
        _ => 0.0,
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 9"
    )]
    let places = places as usize;
    format!("{value:.places$}")
}

fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;")
}

/// The straight line that fits best: cost = base + each × size. Each point counts by its own size, so that small ones
/// aren't drowned by large ones.
struct Fit {
    base: f64,
    each: f64,
    r2: f64,
}

impl Fit {
    fn of(points: &[(f64, f64)]) -> Option<Self> {
        let weight = |point: &(f64, f64)| 1.0 / (point.1 * point.1);
        let sum = |of: &dyn Fn(&(f64, f64)) -> f64| -> f64 {
            points.iter().map(|point| weight(point) * of(point)).sum()
        };
        let all = sum(&|_| 1.0);
        let (x, y) = (sum(&|point| point.0) / all, sum(&|point| point.1) / all);
        let spread = sum(&|point| (point.0 - x).powi(2));
        if points.len() < 2 || spread <= 0.0 {
            return None;
        }
        let each = sum(&|point| (point.0 - x) * (point.1 - y)) / spread;
        let base = y - each * x;
        let left = sum(&|point| (point.1 - base - each * point.0).powi(2));
        let total = sum(&|point| (point.1 - y).powi(2));
        let r2 = if total > 0.0 { 1.0 - left / total } else { 1.0 };
        Some(Self { base, each, r2 })
    }

    /// Points of the line where it can be drawn.
    fn curve(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let on = points
            .iter()
            .map(|point| (point.0, self.base + self.each * point.0));
        on.filter(|point| point.1 > 0.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::figure;
    use super::*;

    #[test]
    fn a_straight_line_is_found() {
        let points: Vec<(f64, f64)> = [1.0, 10.0, 100.0, 1000.0]
            .map(|x| (x, 3.0 + 0.5 * x))
            .into();
        let fit = Fit::of(&points).unwrap();
        assert!((fit.base - 3.0).abs() < 1e-6 && (fit.each - 0.5).abs() < 1e-6);
        assert!((fit.r2 - 1.0).abs() < 1e-9);
        assert!(Fit::of(&points[..1]).is_none());
    }

    #[test]
    fn small_numbers_have_their_digits_too() {
        let told = [0.0, 0.000_454_1, -0.0021, 0.5, 3.0, 1234.5].map(significant);
        assert_eq!(told, ["0", "0.000454", "-0.00210", "0.500", "3.00", "1234"]);
    }

    #[test]
    fn a_sweep_has_a_series_for_each_side() {
        let figures: Vec<_> = [1, 8, 64]
            .iter()
            .flat_map(|at_once| ["floor", "fleet"].map(|who| figure(who, *at_once, 50)))
            .collect();
        let svg = plot(&figures);
        assert!(svg.contains("pushes, fleet, 20 lines, window 1"), "{svg}");
        assert_eq!(svg.matches("<polyline").count(), 4);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn fleets_of_several_sizes_are_drawn_over_their_devices() {
        let figures = [10, 100, 1_000].map(|devices| {
            // Forty of them a second.
            let mut figure = figure("fleet", 64, 80);
            figure.devices = Some(devices);
            figure
        });
        let svg = plot(&figures);
        assert!(
            svg.contains("pushes, fleet, 64 at once, 20 lines, window 1: "),
            "{svg}"
        );
        assert!(svg.contains("0.0250 for each (r² 1.0000)"), "{svg}");
    }

    #[test]
    fn sizes_have_a_fit() {
        let figures = [10, 100].map(|lines| {
            let mut figure = figure("fleet", 1, lines as u64);
            figure.lines = Some(lines);
            figure
        });
        let svg = plot(&figures);
        assert!(svg.contains("for each (r²"), "{svg}");
        assert!(plot(&[]).ends_with("</svg>\n"));
    }
}
