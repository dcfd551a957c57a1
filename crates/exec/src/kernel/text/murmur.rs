/// MurmurHash3_x86_32 with seed 0. Source: Austin Appleby's public-domain reference, `MurmurHash3.cpp`.
pub(super) fn murmur3(bytes: &[u8]) -> i32 {
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut h = blocks.iter().fold(0, |h: u32, &block| {
        (h ^ mix(u32::from_le_bytes(block))).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
    });
    if !tail.is_empty() {
        h ^= mix(tail.iter().rev().fold(0, |k, &byte| k << 8 | u32::from(byte)));
    }
    h ^= bytes.len() as u32;
    h = (h ^ h >> 16).wrapping_mul(0x85eb_ca6b);
    h = (h ^ h >> 13).wrapping_mul(0xc2b2_ae35);
    (h ^ h >> 16) as i32
}

fn mix(k: u32) -> u32 {
    k.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `sklearn.utils.murmurhash3_32(text, seed=0)` of scikit-learn 1.9.1 gives.
    #[test]
    fn as_scikit_learn_hashes() {
        for (text, hash) in [
            ("", 0),
            ("a", 1009084850),
            ("ab", -1681926305),
            ("abc", -1277324294),
            ("abcd", 1139631978),
            ("hello", 613153351),
            ("naïve", 992511445),
            ("東京タワー", 2059466262),
            ("the quick brown fox", 519850996),
        ] {
            assert_eq!(murmur3(text.as_bytes()), hash, "{text}");
        }
    }
}
