//! What was measured, as other programs and people read it.

use serde::Serialize;

#[derive(Default)]
pub struct Figures(Vec<Figure>);

#[derive(Serialize)]
struct Figure {
    name: &'static str,
    database: &'static str,
    value: f64,
    unit: &'static str,
    /// What it is judged by: a ceiling measured in the same run, or a budget.
    ceiling: Option<f64>,
    ratio: Option<f64>,
    /// Whether the budget of docs/performance.md is kept, where there is one.
    met: Option<bool>,
}

/// What a ratio has to be.
#[derive(Clone, Copy)]
pub enum Budget {
    AtLeast(f64),
    AtMost(f64),
}

impl Budget {
    fn is_met_by(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
        }
    }
}

impl Figures {
    /// `judged`: the ceiling or budget, and the ratio to it.
    pub fn add(
        &mut self,
        name: &'static str,
        database: &'static str,
        value: f64,
        unit: &'static str,
        judged: Option<(f64, f64)>,
        budget: Option<Budget>,
    ) {
        let value = rounded(value);
        let (ceiling, ratio) = judged.map(|(ceiling, ratio)| (rounded(ceiling), rounded(ratio))).unzip();
        let met = ratio.zip(budget).map(|(ratio, budget)| budget.is_met_by(ratio));
        self.0.push(Figure { name, database, value, unit, ceiling, ratio, met });
    }

    pub fn write(&self, path: &str) {
        let json = serde_json::to_string_pretty(&self.0).expect("figures are numbers");
        std::fs::write(path, json + "\n").expect("target/ can be written");
        println!(
            "\n{:<20} {:<9} {:>10} {:<11} {:>10} {:>6}  budget",
            "name", "database", "value", "unit", "ceiling", "ratio"
        );
        for Figure { name, database, value, unit, ceiling, ratio, met } in &self.0 {
            let shown = |number: &Option<f64>| number.map_or_else(String::new, |number| number.to_string());
            let (ceiling, ratio) = (shown(ceiling), shown(ratio));
            let met = met.map_or("", |met| if met { "kept" } else { "MISSED" });
            println!("{name:<20} {database:<9} {value:>10} {unit:<11} {ceiling:>10} {ratio:>6}  {met}");
        }
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
