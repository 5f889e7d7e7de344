//! From probabilities to whom to refer for review: sets whose expected share of innocents is stated.

/// The largest set of the likeliest of whom at most this share are expected to be innocent, given calibrated probabilities
/// (Müller, Parmigiani, Robert and Rousseau, J. Amer. Statist. Assoc. 99, 2004): indices, the likeliest first.
#[must_use]
pub fn review_set(probabilities: &[f64], share: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    let mut innocent = 0.0;
    let mut within = 0;
    for (number, person) in order.iter().enumerate() {
        innocent += 1.0 - probabilities[*person];
        if innocent <= share * (number + 1) as f64 {
            within = number + 1;
        }
    }
    order.truncate(within);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_as_large_as_their_share_of_innocents_allows() {
        let p = [0.2, 0.99, 0.93, 0.5, 0.97];
        assert_eq!(review_set(&p, 0.05), [1, 4, 2], "0.01, 0.03 and 0.07 are 0.037 each");
        assert_eq!(review_set(&p, 0.011), [1]);
        assert_eq!(review_set(&p, 0.001), Vec::<usize>::new());
        assert_eq!(review_set(&p, 0.2), [1, 4, 2, 3]);
        assert!(review_set(&[], 0.05).is_empty());
    }
}
