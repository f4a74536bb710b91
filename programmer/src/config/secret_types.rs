//! How IOS hides passwords: type 7 is turned back, types 5, 8 and 9 are hashed again and compared.
//!
//! Type 7 is Vigenère's cipher with a key that has been public since 1995; type 5 is md5crypt, type 8 PBKDF2 with
//! HMAC-SHA-256 (20,000 rounds), type 9 scrypt (N = 16384, r = 1, p = 1), the last two with an alphabet of IOS's own.

use md5::{Digest as _, Md5};

/// The key of type 7; the first two digits say where in it to begin.
const KEY_7: &[u8] = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";

const DIGITS: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const ROUNDS_8: u32 = 20_000;
const ROUNDS_5: usize = 1_000;

/// The password behind a type 7 string.
pub(super) fn type7(hidden: &str) -> Option<String> {
    let begin: usize = hidden.get(..2)?.parse().ok()?;
    let digits = hidden.get(2..)?.as_bytes().chunks(2);
    let byte = |(index, pair): (usize, &[u8])| {
        let byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        let key = KEY_7.get((begin + index) % KEY_7.len())?;
        Some(byte ^ key)
    };
    let bytes: Option<Vec<u8>> = digits.enumerate().map(byte).collect();
    String::from_utf8(bytes?).ok()
}

/// Whether a hash is of this password, or `None`: it can't be told.
pub(super) fn is_hash_of(kind: &str, hash: &str, password: &str) -> Option<bool> {
    let mut parts = hash.strip_prefix('$')?.split('$');
    let (sign, salt) = (parts.next()?, parts.next()?);
    let told = match (kind, sign) {
        ("5", "1") => type5(password, salt),
        ("8", "8") => type8(password, salt),
        ("9", "9") => type9(password, salt)?,
        _ => return None,
    };
    Some(told == hash)
}

fn type8(password: &str, salt: &str) -> String {
    let mut key = [0_u8; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password.as_bytes(), salt.as_bytes(), ROUNDS_8, &mut key);
    format!("$8${salt}${}", sixty_fourths(&key))
}

fn type9(password: &str, salt: &str) -> Option<String> {
    let mut key = [0_u8; 32];
    let params = scrypt::Params::new(14, 1, 1).ok()?;
    scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut key).ok()?;
    Some(format!("$9${salt}${}", sixty_fourths(&key)))
}

/// Base 64 with the highest bits first and no padding.
fn sixty_fourths(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let filled =
            [0, 1, 2].map(|index| u32::from(chunk.get(index).copied().unwrap_or_default()));
        let all = filled.iter().fold(0, |all, byte| all << 8 | byte);
        text.extend((0..=chunk.len()).map(|place| digit(all >> (18 - 6 * place))));
    }
    text
}

fn digit(bits: u32) -> char {
    let index = usize::try_from(bits & 63).unwrap_or_default();
    DIGITS.get(index).copied().map_or('.', char::from)
}

fn type5(password: &str, salt: &str) -> String {
    let (password, salted) = (password.as_bytes(), salt.as_bytes());
    let hash = |parts: &[&[u8]]| -> [u8; 16] { Md5::digest(parts.concat()).into() };
    let inner = hash(&[password, salted, password]);
    let mut first = [password, b"$1$", salted].concat();
    first.extend(inner.iter().cycle().take(password.len()));
    let mut bits = password.len();
    while bits > 0 {
        let letter = password.first().copied().unwrap_or_default();
        first.push(if bits & 1 == 1 { 0 } else { letter });
        bits >>= 1;
    }
    let mut last = hash(&[&first]);
    for round in 0..ROUNDS_5 {
        let odd = round % 2 == 1;
        let before: &[u8] = if odd { password } else { &last };
        let after: &[u8] = if odd { &last } else { password };
        let middle: &[u8] = if round % 3 == 0 { b"" } else { salted };
        let again: &[u8] = if round % 7 == 0 { b"" } else { password };
        last = hash(&[before, middle, again, after]);
    }
    format!("$1${salt}${}", crypted(&last))
}

/// md5crypt's order of bytes, three at a time, the lowest bits first.
fn crypted(hash: &[u8; 16]) -> String {
    const GROUPS: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];
    let byte = |index: usize| u32::from(hash.get(index).copied().unwrap_or_default());
    let mut text = String::new();
    for [high, middle, low] in GROUPS {
        let all = byte(high) << 16 | byte(middle) << 8 | byte(low);
        text.extend((0..4).map(|place| digit(all >> (6 * place))));
    }
    text.extend((0..2).map(|place| digit(byte(11) >> (6 * place))));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes of the word that hashcat publishes for each type.
    #[test]
    fn a_password_is_told_from_its_hash() {
        let table = [
            ("5", "$1$28772684$iEwNOgGugqO9.bIz5sk8k/"),
            (
                "8",
                "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
            ),
            (
                "9",
                "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
            ),
        ];
        for (kind, hash) in table {
            assert_eq!(is_hash_of(kind, hash, "hashcat"), Some(true), "type {kind}");
            assert_eq!(
                is_hash_of(kind, hash, "hashcats"),
                Some(false),
                "type {kind}"
            );
        }
        assert_eq!(is_hash_of("6", "GZ[UOHdhEgf", "x"), None);
    }

    #[test]
    fn type_7_is_turned_back() {
        assert_eq!(type7("02050D480809").as_deref(), Some("cisco"));
        assert_eq!(type7("0"), None);
        assert_eq!(type7("02zz"), None);
    }
}
