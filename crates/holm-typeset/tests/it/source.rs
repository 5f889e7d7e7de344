//! Where words stand in the source.

use crate::{CORPUS, SAMPLE, layout};

#[test]
fn words_say_where_they_begin_in_their_markdown() {
    for (markdown, language) in CORPUS {
        let layout = layout(markdown, language);
        let known = layout.words().iter().filter_map(|word| Some((word, word.source?)));
        let mut count = 0;
        let mut last = None;
        for (word, source) in known {
            // A word may be in several styles: what stands there begins like it.
            let first: String = word.text.chars().take(1).collect();
            assert!(markdown[source..].starts_with(&first), "{word:?}");
            assert!(last < Some(source), "{word:?}");
            last = Some(source);
            count += 1;
        }
        assert!(count * 100 >= 98 * layout.words().len(), "{count} of {}", layout.words().len());
    }
}

#[test]
fn code_and_entities_stand_nowhere() {
    let source = |markdown: &str| {
        let layout = layout(markdown, holm_typeset::Language::English);
        layout.words().iter().map(|word| word.source).collect::<Vec<_>>()
    };
    assert_eq!(source("A `b c` d\n"), [Some(0), None, None, Some(8)]);
    assert_eq!(source("A &amp; b\n"), [Some(0), None, Some(8)]);
    assert_eq!(source("A **bo**ld *b*\n"), [Some(0), Some(4), Some(12)]);
    assert_eq!(source("```\nA b\n```\n"), [None, None]);
    assert!(layout(SAMPLE, holm_typeset::Language::Spanish).words().iter().any(|word| word.source.is_none()));
}
