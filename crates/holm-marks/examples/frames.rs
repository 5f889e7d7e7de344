//! Shows where a pack's frames fire in a text, for those who write and judge frames.
//!
//! `cargo run -p holm-marks --example frames -- PACK.toml TEXT [--json] [--propose] [--frame ID]`

use std::collections::BTreeMap;

use holm_marks::document::Block;
use holm_marks::find::{Found, find};
use holm_marks::frame::{Pack, Tier};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let files: Vec<&String> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let flag = |name: &str| args.iter().any(|a| a == name);
    let only = args.iter().position(|a| a == "--frame").and_then(|i| args.get(i + 1));
    let pack = Pack::parse(&std::fs::read_to_string(files.first().ok_or("no pack")?)?)?;
    let text = std::fs::read_to_string(files.get(1).ok_or("no text")?)?;
    let blocks: Vec<Block> = text.split("\n\n").map(Block::prose).collect();
    let words: usize = blocks.iter().map(|b| b.text.split_whitespace().count()).sum();
    let mut found = find(&blocks, Some(&pack))?;
    found.retain(|f| (flag("--propose") || f.tier == Tier::Auto) && only.is_none_or(|id| f.mark.rule == *id));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &found {
        *counts.entry(&one.mark.rule).or_default() += 1;
        show(one, &blocks, flag("--json"))?;
    }
    eprintln!("{} marks in {words} words: {:.1} per 1,000", found.len(), found.len() as f64 * 1000.0 / words as f64);
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    sorted.iter().for_each(|(rule, n)| eprintln!("{n:5} {rule}"));
    Ok(())
}

fn show(found: &Found, blocks: &[Block], json: bool) -> Result<(), Box<dyn std::error::Error>> {
    for site in &found.mark.sites {
        let text = &blocks[site.block].text;
        let from = text[..site.range.start].char_indices().rev().nth(220).map_or(0, |(i, _)| i);
        let to = text[site.range.end..].char_indices().nth(220).map_or(text.len(), |(i, _)| site.range.end + i);
        let (before, after) = (text[from..site.range.start].replace('\n', " "), text[site.range.end..to].replace('\n', " "));
        let rule = &found.mark.rule;
        if json {
            let row = serde_json::json!({"rule": rule, "before": before, "alternatives": site.texts, "after": after, "source": &text[site.range.clone()]});
            println!("{row}");
        } else {
            println!("[{rule}] …{before}⟦{}⟧{after}…", site.texts.join("|"));
        }
    }
    Ok(())
}
