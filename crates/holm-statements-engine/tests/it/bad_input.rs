//! What files of strangers get wrong.
