//! Each channel's effect, rate and repeatability.

use std::collections::BTreeSet;

use super::*;
use crate::chance::Chance;
use crate::corpus::{DOCUMENTS, Document};
use crate::text::{count, paragraphs, sentences, words};

fn document(name: &str) -> &'static Document {
    DOCUMENTS.iter().find(|d| d.name == name).unwrap()
}

fn bag(text: &str) -> Vec<String> {
    let mut bag: Vec<String> = words(text).into_iter().map(|w| text[w].to_lowercase()).collect();
    bag.sort();
    bag
}

/// How many standard deviations a count is from its mean under a binomial law.
fn deviations(count: usize, of: usize, rate: f64) -> f64 {
    let n = of as f64;
    (count as f64 - n * rate) / (n * rate * (1.0 - rate)).sqrt()
}

#[test]
fn names_are_unique_and_find_their_channel() {
    for channel in Channel::ALL {
        assert_eq!(Channel::named(channel.name()), Some(channel));
        assert!(!channel.about().is_empty());
    }
    assert_eq!(Channel::named("paraphrase"), None);
}

#[test]
fn equal_seeds_give_equal_leaks_and_other_seeds_others() {
    let text = document("es-minuta").source;
    let fixed = [Channel::Nfkc, Channel::AsciiFold, Channel::WrapQuote, Channel::Canonical];
    for channel in Channel::ALL {
        let leak = |seed| damage(text, channel, &mut Chance::new(seed));
        assert_eq!(leak(1), leak(1), "{}", channel.name());
        let differ = (2..6).any(|seed| leak(seed) != leak(1));
        assert_eq!(differ, !fixed.contains(&channel), "{}", channel.name());
    }
}

#[test]
fn no_channel_fails_on_texts_that_are_hardly_any() {
    for text in ["", "\n\n", "Sí", "a.", "[[two|three", "\u{301}\u{200b}", "... ... !"] {
        for channel in Channel::ALL {
            let leak = damage(text, channel, &mut Chance::new(1));
            assert!(leak.len() <= 4 * text.len() + 20_000, "{} of {text:?}", channel.name());
        }
    }
}

#[test]
fn pasting_changes_nothing_but_white_space() {
    for document in DOCUMENTS {
        let leak = damage(document.source, Channel::CopyPaste, &mut Chance::new(4));
        assert_ne!(leak, document.source);
        assert!(leak.split_whitespace().eq(document.source.split_whitespace()), "{}", document.name);
    }
}

#[test]
fn compatibility_characters_are_composed() {
    assert_eq!(
        damage("\u{fb01}ve \u{bd} caf\u{65}\u{301} \u{2460}\u{a0}\u{2026}", Channel::Nfkc, &mut Chance::new(1)),
        "five 1\u{2044}2 café 1 ..."
    );
}

#[test]
fn folding_leaves_ascii_only() {
    let leak = damage(
        "\u{ab}¿Qué pasó?\u{bb} \u{2014}dijo la Sra. Núñez\u{2014}; \u{201c}it\u{2019}s 5\u{2013}6\u{a0}m\u{2026}\u{201d}",
        Channel::AsciiFold,
        &mut Chance::new(1),
    );
    assert_eq!(leak, "\"?Que paso?\" --dijo la Sra. Nunez--; \"it's 5-6 m...\"");
    assert!(DOCUMENTS.iter().all(|d| damage(d.source, Channel::AsciiFold, &mut Chance::new(1)).is_ascii()));
}

#[test]
fn quoted_lines_are_at_most_72_wide_and_hold_every_word() {
    let text = document("en-minutes").source;
    let leak = damage(text, Channel::WrapQuote, &mut Chance::new(1));
    assert!(leak.lines().all(|l| l.starts_with('>') && l.chars().count() <= 72));
    let back: Vec<&str> = leak.lines().flat_map(|l| l[1..].split_whitespace()).collect();
    assert!(back.into_iter().eq(text.split_whitespace()));
}

#[test]
fn a_typist_leaves_a_hundredth_of_the_letters_wrong() {
    // Words of eleven letters without a slip: 0.99^11 = 0.895. Two texts, 4 standard deviations.
    let text = "information ".repeat(4000);
    let leak = damage(&text, Channel::Retype, &mut Chance::new(6)).replace("-\n", "");
    let right = leak.split_whitespace().filter(|w| *w == "information").count();
    // A slip on the last letter but none before may swap across no space; a swap spares the letter after it its own slip.
    assert!(deviations(right, 4000, 0.99_f64.powi(11)).abs() < 4.0, "{right} of 4,000");
    let spanish = damage(document("es-evaluacion").source, Channel::Retype, &mut Chance::new(7));
    assert!(spanish.contains('ó') && !spanish.contains(['\u{201c}', '\u{2019}', '\u{ab}', '\u{2014}']));
    let bare = damage(document("es-evaluacion").source, Channel::RetypeBare, &mut Chance::new(7));
    assert!(!bare.contains(['ó', 'í', 'A', 'M']) && bare.contains('n'));
}

#[test]
fn excerpts_hold_the_share_of_words_they_say_and_successive_sentences_only() {
    for document in DOCUMENTS {
        let all: Vec<&str> = paragraphs(document.source).into_iter().flat_map(sentences).collect();
        let total = count(document.source) as f64;
        let longest = all.iter().map(|s| count(s)).max().unwrap() as f64;
        for (channel, share) in [(Channel::Excerpt50, 0.5), (Channel::Excerpt20, 0.2)] {
            for seed in 0..20 {
                let leak = damage(document.source, channel, &mut Chance::new(seed));
                let words = count(&leak) as f64;
                assert!(
                    words >= share * total - 1.0 && words <= share * total + longest + 1.0,
                    "{} {} {words} of {total}",
                    document.name,
                    channel.name()
                );
                let taken: Vec<&str> = paragraphs(&leak).into_iter().flat_map(sentences).collect();
                assert!(all.windows(taken.len()).any(|w| w == taken), "{} {}", document.name, channel.name());
            }
        }
    }
}

#[test]
fn a_paragraph_is_one_of_the_text_and_of_the_right_length() {
    for document in DOCUMENTS {
        let all = paragraphs(document.source);
        let fit = |p: &str| (60..=100).contains(&count(p));
        for seed in 0..10 {
            let leak = damage(document.source, Channel::Paragraph, &mut Chance::new(seed));
            assert!(all.contains(&leak.as_str()) && (fit(&leak) || !all.iter().any(|p| fit(p))), "{}: {leak}", document.name);
        }
    }
    assert_eq!(damage("One two.\n\nOne two three.", Channel::Paragraph, &mut Chance::new(1)), "One two three.");
}

#[test]
fn a_shuffle_keeps_every_sentence() {
    let text = document("en-legal-memo").source;
    let leak = damage(text, Channel::Shuffle, &mut Chance::new(8));
    assert_eq!(bag(&leak), bag(text));
    let all: Vec<&str> = paragraphs(text).into_iter().flat_map(sentences).collect();
    let kept = all.windows(2).filter(|w| leak.contains(&w.join(" "))).count();
    // Of k neighbours, each pair stays together with probability 1/k: one is expected, ten come less than once in a million.
    assert!(kept < 10, "{kept} of {} neighbours are still together", all.len());
}

#[test]
fn a_buried_text_keeps_its_paragraphs_in_order_among_ten_times_as_many_words() {
    for name in ["en-email", "es-evaluacion"] {
        let text = document(name).source;
        let leak = damage(text, Channel::Bury, &mut Chance::new(9));
        let times = (count(&leak) - count(text)) as f64 / count(text) as f64;
        assert!((10.0..11.5).contains(&times), "{name}: {times}");
        let own = paragraphs(text);
        let found: Vec<&str> = paragraphs(&leak).into_iter().filter(|p| own.contains(p)).collect();
        assert_eq!(found, own);
    }
}

#[test]
fn words_are_deleted_inserted_and_exchanged_at_the_stated_rates() {
    // Every channel on one document of 2,900 words, ten seeds; 4 standard deviations, which one run of 6 in 2,600 exceeds.
    let text = document("en-assessment").source;
    let total = words(text).len();
    let each = |channel| -> usize { (0..10).map(|seed| measure(text, channel, seed)).sum() };
    for (channel, rate) in [
        (Channel::Delete5, 0.05),
        (Channel::Delete15, 0.15),
        (Channel::Insert5, 0.05),
        (Channel::Insert15, 0.15),
        (Channel::Substitute5, 0.05),
        (Channel::Substitute15, 0.15),
    ] {
        let changed = each(channel);
        assert!(deviations(changed, 10 * total, rate).abs() < 4.0, "{}: {changed} of {}", channel.name(), 10 * total);
    }
}

/// Number of words that the channel deleted, inserted or exchanged.
fn measure(text: &str, channel: Channel, seed: u64) -> usize {
    let leak = damage(text, channel, &mut Chance::new(seed));
    let (before, after) = (words(text), words(&leak));
    match channel {
        Channel::Delete5 | Channel::Delete15 => before.len() - after.len(),
        Channel::Insert5 | Channel::Insert15 => after.len() - before.len(),
        _ => {
            assert_eq!(before.len(), after.len());
            before
                .into_iter()
                .zip(after)
                .filter(|(b, a)| text[b.clone()].to_lowercase() != leak[a.clone()].to_lowercase())
                .count()
        }
    }
}

#[test]
fn foreign_words_come_from_foreign_texts() {
    let source: BTreeSet<String> = crate::corpus::foreign(Language::En).flat_map(|d| bag(d.source)).collect();
    let text = "Quetzal quetzal quetzal. ".repeat(200);
    let leak = damage(&text, Channel::Substitute15, &mut Chance::new(3));
    let new: Vec<String> = bag(&leak).into_iter().filter(|w| w != "quetzal").collect();
    assert!(!new.is_empty() && new.iter().all(|w| source.contains(w)));
}

#[test]
fn pinned_leaks_stay_as_they_are() {
    // Pinned under SplitMix64: a change here changes every result of the survival bench, so raise `CHANNELS` with it.
    let text = "The unit entered the yard at five. Nobody was there, but the gate had been left open. We waited for an hour.";
    let leak = |channel, seed| damage(text, channel, &mut Chance::new(seed));
    assert_eq!(leak(Channel::CopyPaste, 7), text.replacen("unit ", "unit\u{a0}", 1) + "\n");
    assert_eq!(
        leak(Channel::Retype, 5),
        "The unit entered the yard at five. Nobody was thee, but the gate had been\nleft oopen. We waites for an hour."
    );
    assert_eq!(
        leak(Channel::Excerpt50, 7),
        "The unit entered the yard at five. Nobody was there, but the gate had been left open."
    );
    assert_eq!(
        leak(Channel::Shuffle, 7),
        "We waited for an hour. The unit entered the yard at five. Nobody was there, but the gate had been left open."
    );
    assert_eq!(
        leak(Channel::Delete15, 7),
        "The entered the yard at five. Nobody there, the gate had been left open. We waited for an."
    );
    assert_eq!(leak(Channel::Insert5, 7), text.replacen("unit", "signed unit", 1));
    assert_eq!(
        leak(Channel::Substitute15, 7),
        "The signed entered the yard at five. It say there, but the gate had been left open. We queue for an hour."
    );
}

#[test]
fn the_knowing_attacker_makes_all_copies_alike_where_frames_fire() {
    let document = document("en-minutes");
    let master = holm_marks::carrier::Master::parse(document.source.as_bytes(), "minutes.txt").unwrap();
    let pack = holm_marks::frame::Pack::shipped(Language::En).unwrap();
    let found = holm_marks::find::find(master.blocks(), Some(&pack)).unwrap();
    let marks: Vec<_> = found
        .into_iter()
        .filter(|f| f.tier == holm_marks::frame::Tier::Auto)
        .map(|f| f.mark)
        .filter(|m| m.sites.iter().all(|s| master.can_carry(m, s)))
        .collect();
    let template = master.template(&marks).unwrap();
    let copy = |seed: usize| {
        let symbols: Vec<u8> = marks.iter().enumerate().map(|(j, m)| ((seed * 7 + j * j) % m.arity()) as u8).collect();
        String::from_utf8(template.render(&symbols).unwrap()).unwrap()
    };
    let apart = |a: &str, b: &str| a.split_whitespace().filter(|w| !b.contains(w)).count();
    let before = apart(&copy(1), &copy(2));
    let rewritten = |seed| damage(&copy(seed), Channel::Canonical, &mut Chance::new(1));
    let after = apart(&rewritten(1), &rewritten(2));
    assert!(marks.len() > 20 && after * 4 < before, "{before} words apart before, {after} after");
}
