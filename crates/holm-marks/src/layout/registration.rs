//! Places of words in pictures of pages.
