//! What accounts say of people.
