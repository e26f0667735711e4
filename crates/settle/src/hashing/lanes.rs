//! SHA-256 of several messages beside each other with the processor's own instructions.
//!
//! One message leaves the unit idle for most of each instruction's latency; several fill it. This is the only module of Huzhu
//! with `unsafe`: one call, after the processor was asked whether it has the instructions.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_cvtsi128_si64, _mm_extract_epi64, _mm_set_epi32,
    _mm_set_epi64x, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8,
    _mm_shuffle_epi32,
};

/// Messages beside each other. Measured: 1, 2 and 4; see the bench of this crate.
const LANES: usize = 2;

/// First 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2).
#[rustfmt::skip]
const K: [i32; 64] = as_signed([
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]);

/// The state before the first block (FIPS 180-4, section 5.3.3), a to h.
const START: [i32; 8] = as_signed([
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
]);

#[expect(
    clippy::cast_possible_wrap,
    reason = "the instructions take words as signed numbers of the same bits"
)]
const fn as_signed<const N: usize>(words: [u32; N]) -> [i32; N] {
    let mut signed = [0; N];
    let mut at = 0;
    while at < N {
        signed[at] = words[at] as i32;
        at += 1;
    }
    signed
}

/// Digests of messages that are laid out with their padding. `false`: the processor cannot, nothing was done.
pub(super) fn digest_all<const BYTES: usize>(messages: &[[u8; BYTES]], digests: &mut [[u8; 32]]) -> bool {
    let able = is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1");
    if able {
        #[expect(unsafe_code, reason = "the one call into code for instructions that were just asked for")]
        // SAFETY: the function needs these three features and nothing else; all three were detected above.
        unsafe {
            run(messages, digests);
        }
    }
    able
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn run<const BYTES: usize>(messages: &[[u8; BYTES]], digests: &mut [[u8; 32]]) {
    let (many, single) = messages.as_chunks::<LANES>();
    let (to_many, to_single) = digests.as_chunks_mut::<LANES>();
    for (messages, digests) in many.iter().zip(to_many) {
        lanes(messages, digests);
    }
    for (message, digest) in single.iter().zip(to_single) {
        lanes(&[*message], std::array::from_mut(digest));
    }
}

/// One message in each lane.
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn lanes<const N: usize, const BYTES: usize>(messages: &[[u8; BYTES]; N], digests: &mut [[u8; 32]; N]) {
    // The instructions keep a, b, e, f in one register and c, d, g, h in the other.
    let abef = _mm_set_epi32(START[0], START[1], START[4], START[5]);
    let cdgh = _mm_set_epi32(START[2], START[3], START[6], START[7]);
    let mut states = [(abef, cdgh); N];
    let blocks = messages.each_ref().map(|message| message.as_chunks::<64>().0);
    let many = blocks.first().map_or(0, |blocks| blocks.len());
    for at in 0..many {
        let mut words = [[_mm_set_epi64x(0, 0); 4]; N];
        for (words, blocks) in words.iter_mut().zip(&blocks) {
            if let Some(block) = blocks.get(at) {
                *words = load(block);
            }
        }
        compress(&mut states, words);
    }
    for ((abef, cdgh), digest) in states.into_iter().zip(digests) {
        let parts = [
            _mm_extract_epi64::<1>(abef),
            _mm_extract_epi64::<1>(cdgh),
            _mm_cvtsi128_si64(abef),
            _mm_cvtsi128_si64(cdgh),
        ];
        for (to, part) in digest.as_chunks_mut::<8>().0.iter_mut().zip(parts) {
            *to = part.to_be_bytes();
        }
    }
}

/// The 16 words of a block, four in each register.
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn load(block: &[u8; 64]) -> [__m128i; 4] {
    let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let mut words = [swap; 4];
    for (word, sixteen) in words.iter_mut().zip(block.as_chunks::<16>().0) {
        let whole = u128::from_le_bytes(*sixteen);
        let halves = _mm_set_epi64x(half(whole >> 64), half(whole));
        *word = _mm_shuffle_epi8(halves, swap);
    }
    words
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half of the bits is what is wanted")]
const fn half(whole: u128) -> i64 {
    (whole as u64).cast_signed()
}

/// The 64 rounds of FIPS 180-4, section 6.2.2, four at a time, for all lanes.
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn compress<const N: usize>(states: &mut [(__m128i, __m128i); N], mut words: [[__m128i; 4]; N]) {
    let before = *states;
    // Unrolled, so that the words stay in registers.
    macro_rules! rounds {
        ($($at:literal)*) => { $(
            let k = _mm_set_epi32(K[4 * $at + 3], K[4 * $at + 2], K[4 * $at + 1], K[4 * $at]);
            for ((abef, cdgh), words) in states.iter_mut().zip(&mut words) {
                if $at >= 4 {
                    // The next four words of the message schedule take the place of the oldest four.
                    let three = _mm_alignr_epi8::<4>(words[($at + 3) & 3], words[($at + 2) & 3]);
                    let part = _mm_add_epi32(_mm_sha256msg1_epu32(words[$at & 3], words[($at + 1) & 3]), three);
                    words[$at & 3] = _mm_sha256msg2_epu32(part, words[($at + 3) & 3]);
                }
                let message = _mm_add_epi32(words[$at & 3], k);
                *cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, message);
                *abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32::<0x0e>(message));
            }
        )* };
    }
    rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for (state, before) in states.iter_mut().zip(before) {
        state.0 = _mm_add_epi32(state.0, before.0);
        state.1 = _mm_add_epi32(state.1, before.1);
    }
}
