#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use holm_codes::attack::*; use holm_codes::codeword::*; use holm_codes::decode::*; use holm_codes::evidence::Rows; use holm_codes::key::*; use holm_codes::law::*; use holm_codes::family::adjusted;
use std::time::Instant;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let get = |k: &str, d: &str| a.iter().position(|x| x == k).map_or(d.to_owned(), |i| a[i+1].clone());
    let n: usize = get("-n", "100").parse().unwrap();
    let m: usize = get("-m", "145").parse().unwrap();
    let c: usize = get("-c", "3").parse().unwrap();
    let q: usize = get("-q", "2").parse().unwrap();
    let trials: u32 = get("-t", "50").parse().unwrap();
    let noisy = get("--noisy", "0") == "1";
    let only = get("--attack", "");
    let alpha = 1e-3;
    let arities = vec![q; m];
    let law = match get("--law", "").as_str() { "half" => Law::Half, "j7" => Law::J7, "halfj7" => Law::HalfJ7, _ => Law::default_for((m as f64) * ((q - 1) as f64), n, 6) };
    println!("law {law:?}");
    let channel = if noisy { Channel::NOISY } else { Channel::CLEAN };
    for (name, attack) in Attack::catalogue() {
        if !only.is_empty() && only != name { continue; }
        let (mut js, mut jj, mut wrong) = (0, 0, 0);
        let (mut ts, mut tj) = (0.0, 0.0); let mut margins = Vec::new();
        for t in 0..trials {
            let mut key = [0u8; 32]; key[..4].copy_from_slice(&t.to_le_bytes()); key[5] = 77;
            let key = ItemKey::from_bytes(key);
            let biases = if get("--atom", "").is_empty() { draw_biases(&key, law, &arities) } else {
                let a: u32 = get("--atom", "").parse().unwrap(); let w: f64 = get("--w", "0.3").parse().unwrap();
                let mut r = key.stream(Context::Bias, b"custom");
                (0..m).map(|_| { let u = r.unit(); let p = if u < w { 0x8000 } else if u < w + (1.0 - w) / 2.0 { a << 8 } else { 65536 - (a << 8) }; Bias::new(vec![p, 65536 - p]).unwrap() }).collect()
            };
            let issuer = Issuer::new(biases);
            let ids: Vec<[u8; 8]> = (0..n as u64).map(|i| i.to_le_bytes()).collect();
            let book = Codebook::draw(&issuer, &key, &ids);
            let mut r = key.stream(Context::Salt, name.as_bytes());
            let words: Vec<Vec<u8>> = (0..c).map(|i| book.symbols(i)).collect();
            let pirate = attack.apply(&words, &arities, &mut r);
            let seen = channel.apply(&pirate, &arities, &mut r);
            let rows = Rows::read(&seen, &arities, if noisy { 0.05 } else { 0.0 });
            let t0 = Instant::now();
            let single = decode_single(issuer.biases(), &rows, |tab| tab.scan(&book));
            ts += t0.elapsed().as_secs_f64();
            let adj = adjusted(&single.iter().map(|s| s.p).collect::<Vec<_>>(), &vec![1.0; n]);
            if adj[..c].iter().any(|p| *p <= alpha) { js += 1; }
            wrong += adj[c..].iter().filter(|p| **p <= alpha).count();
            let t0 = Instant::now();
            let policy = TestPolicy { decoder: DecoderKind::Joint, draws: 10_000, certificate_share: 0.01 };
            let joint = LeaveOneOut::search(&book, issuer.biases(), &rows).scores(&policy, alpha, |i| key.stream(Context::Certificate, &(i as u64).to_le_bytes()));
            tj += t0.elapsed().as_secs_f64();
            margins.push(joint[..c].iter().map(|s| -s.p.ln()).fold(0.0, f64::max) - (n as f64 / alpha).ln());
            let adj = adjusted(&joint.iter().map(|s| s.p).collect::<Vec<_>>(), &vec![1.0; n]);
            if adj[..c].iter().any(|p| *p <= policy.naming_alpha(alpha)) { jj += 1; }
            wrong += adj[c..].iter().filter(|p| **p <= alpha).count();
        }
        let t = f64::from(trials);
        let mean = margins.iter().sum::<f64>() / t; let sd = (margins.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / t).sqrt();
        print!("z {:.2} ", mean / sd);
        println!("{name:12} single {:.3} joint {:.3} wrong {wrong}  ({:.1} ms, {:.1} ms)", f64::from(js) / t, f64::from(jj) / t, 1e3 * ts / t, 1e3 * tj / t);
    }
}
