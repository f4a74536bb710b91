//! The hashes of stored secrets: type 5 (md5crypt), type 8 (PBKDF2), type 9 (scrypt).

use md5::{Digest, Md5};

/// IOS's own alphabet for the 64 digits; md5crypt has the same.
pub(super) const DIGITS: &[u8; 64] =
    b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What each type hashes into.
const BYTES: usize = 32;

/// PBKDF2 with HMAC-SHA-256, as type 8 has it.
const ROUNDS_8: u32 = 20_000;

/// md5crypt's rounds.
const ROUNDS_5: usize = 1000;

/// `$9$salt$…`: scrypt with N = 16384, r = 1, p = 1, 32 bytes.
pub(super) fn type9(secret: &str, salt: &str) -> Option<String> {
    let mut key = [0_u8; BYTES];
    let params = scrypt::Params::new(14, 1, 1).ok()?;
    scrypt::scrypt(secret.as_bytes(), salt.as_bytes(), &params, &mut key).ok()?;
    Some(format!("$9${salt}${}", digits(&key)))
}

/// `$8$salt$…`.
pub(super) fn type8(secret: &str, salt: &str) -> String {
    let mut key = [0_u8; BYTES];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(secret.as_bytes(), salt.as_bytes(), ROUNDS_8, &mut key);
    format!("$8${salt}${}", digits(&key))
}

/// `$1$salt$…`: Poul-Henning Kamp's md5crypt, which type 5 is.
pub(super) fn type5(secret: &str, salt: &str) -> String {
    let (secret, salt_bytes) = (secret.as_bytes(), salt.as_bytes());
    let md5 = |parts: &[&[u8]]| -> [u8; 16] {
        let mut hash = Md5::new();
        parts.iter().for_each(|part| hash.update(part));
        hash.finalize().into()
    };
    let inner = md5(&[secret, salt_bytes, secret]);
    let mut first = [secret, b"$1$", salt_bytes].concat();
    first.extend(inner.iter().cycle().take(secret.len()));
    let mut bits = secret.len();
    while bits > 0 {
        first.push(if bits & 1 == 1 { 0 } else { secret[0] });
        bits >>= 1;
    }
    let mut hash = md5(&[&first]);
    for round in 0..ROUNDS_5 {
        let odd = round % 2 == 1;
        let before: &[u8] = if odd { secret } else { &hash };
        let after: &[u8] = if odd { &hash } else { secret };
        let salted: &[u8] = if round % 3 == 0 { b"" } else { salt_bytes };
        let again: &[u8] = if round % 7 == 0 { b"" } else { secret };
        hash = md5(&[before, salted, again, after]);
    }
    format!("$1${salt}${}", shuffled(&hash))
}

/// md5crypt's order of bytes, and its digits, the lowest first.
fn shuffled(hash: &[u8; 16]) -> String {
    let group = |high: usize, middle: usize, low: usize| {
        u32::from(hash[high]) << 16 | u32::from(hash[middle]) << 8 | u32::from(hash[low])
    };
    let groups = [
        group(0, 6, 12),
        group(1, 7, 13),
        group(2, 8, 14),
        group(3, 9, 15),
        group(4, 10, 5),
    ];
    let four = groups
        .iter()
        .flat_map(|group| (0..4).map(move |place| group >> (6 * place)));
    let last = u32::from(hash[11]);
    let all = four.chain([last, last >> 6]);
    all.map(|digit| char::from(DIGITS[(digit & 63) as usize]))
        .collect()
}

fn digits(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let all = chunk
            .iter()
            .fold(0_u32, |all, byte| (all << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let digit = (all >> (18 - 6 * place)) & 63;
            text.push(char::from(DIGITS[digit as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes of the word that hashcat publishes for each type.
    #[test]
    fn known_hashes_come_out() {
        assert_eq!(
            type5("hashcat", "28772684"),
            "$1$28772684$iEwNOgGugqO9.bIz5sk8k/"
        );
        assert_eq!(
            type8("hashcat", "TnGX/fE4KGHOVU"),
            "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk"
        );
        assert_eq!(
            type9("hashcat", "2MJBozw/9R3UsU").as_deref(),
            Some("$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6")
        );
    }
}
