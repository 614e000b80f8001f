//! Times assemblyline-markings on the banners given: one line each, nanoseconds a call and the normal form or `refused`.
//! Its vocabulary is its configuration's: here the levels, controls and countries that the banners use.
use assemblyline_markings::classification::ClassificationParser;
use assemblyline_markings::config::{ClassificationConfig, ClassificationGroup, ClassificationLevel, ClassificationMarking};
use std::time::Instant;

const CALLS: u32 = 20_000;

fn configuration() -> ClassificationConfig {
    let levels = [(100, "U", "UNCLASSIFIED"), (200, "C", "CONFIDENTIAL"), (300, "S", "SECRET"), (400, "TS", "TOP SECRET")];
    let controls = ["SI", "TK", "NOFORN"];
    let countries = ["USA", "AUS", "CAN", "GBR", "JPN", "NZL"];
    ClassificationConfig {
        enforce: true,
        dynamic_groups: false,
        dynamic_groups_type: Default::default(),
        levels: levels.iter().map(|(rank, short, name)| ClassificationLevel::new(*rank, short, name, vec![])).collect(),
        required: controls.iter().map(|name| ClassificationMarking::new(name, name, vec![])).collect(),
        groups: countries.iter().map(|name| ClassificationGroup::new(name, name)).collect(),
        subgroups: vec![],
        restricted: "TOP SECRET".to_owned(),
        unrestricted: "UNCLASSIFIED".to_owned(),
    }
}

fn main() {
    let parser = ClassificationParser::new(configuration()).expect("the configuration is its own");
    for banner in std::env::args().skip(1) {
        let said = parser.normalize_classification(&banner).unwrap_or_else(|_| "refused".to_owned());
        let mut rounds: Vec<u128> = (0..5)
            .map(|_| {
                let started = Instant::now();
                for _ in 0..CALLS {
                    let _ = std::hint::black_box(parser.normalize_classification(std::hint::black_box(&banner)));
                }
                started.elapsed().as_nanos() / u128::from(CALLS)
            })
            .collect();
        rounds.sort_unstable();
        println!("{}\t{}", rounds[2], said);
    }
}
