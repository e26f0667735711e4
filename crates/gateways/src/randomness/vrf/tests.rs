use vrf_rfc9381::ec::edwards25519::tai::{
    EdVrfEdwards25519Tai as Judge, EdVrfEdwards25519TaiPublicKey, EdVrfEdwards25519TaiSecretKey,
};
use vrf_rfc9381::{Prover as _, VRF as _, Verifier as _};

use super::*;

fn hex<const N: usize>(text: &str) -> [u8; N] {
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
    assert_eq!(text.len(), 2 * N);
    std::array::from_fn(byte)
}

/// RFC 9381, appendix B.3, examples 16 to 18: secret key, public key, input, proof, output.
const VECTORS: [[&str; 5]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f26f8a57ccaed74ee1b190bed1f479d97\
         27d2d0f9b005a6e456a35d4fb0daab1268a1b0db10836d9826a528ca76567805",
        "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff\
         66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed5933bf0864a62558b3ed7f2fea45c92a465\
         301b3bbf5e3e54ddf2d935be3b67926da3ef39226bbc355bdc9850112c8f4b02",
        "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb\
         5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf8096bb474e53895c362d8628ee9f9ea3c0\
         e52c7a5c691b6c18c9979866568add7a2d41b00b05081ed0f58ee5e31b3a970e",
        "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45\
         2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f",
    ],
];

#[test]
fn the_vectors_of_the_rfc() {
    for [secret, public, input, expected_proof, expected] in VECTORS {
        let key = VrfKey::from_seed(&hex(secret));
        assert_eq!(key.public(), &hex(public));
        let input: Vec<u8> =
            (0..input.len().div_euclid(2)).map(|at| hex::<1>(&input[2 * at..2 * at + 2])[0]).collect();
        let (output, proof) = key.prove(&input).unwrap();
        assert_eq!(proof, hex(expected_proof));
        assert_eq!(output, hex(expected));
        assert_eq!(verify(key.public(), &input, &proof), Ok(output));
    }
}

#[test]
fn another_implementation_makes_and_takes_the_same_proofs() {
    for number in 0..64_u8 {
        let seed = [number; 32];
        let input = vec![number; usize::from(number)];
        let key = VrfKey::from_seed(&seed);
        let (output, proof) = key.prove(&input).unwrap();
        let theirs = EdVrfEdwards25519TaiSecretKey::from_slice(&seed).unwrap();
        assert_eq!(Judge.prove(&theirs, &input).unwrap(), proof, "{number}");
        let public = EdVrfEdwards25519TaiPublicKey::from_slice(key.public()).unwrap();
        assert_eq!(Judge.verify(&public, &input, &proof).unwrap().as_slice(), output, "{number}");
    }
}

#[test]
fn nothing_else_verifies() {
    let key = VrfKey::from_seed(&[1; 32]);
    let (output, proof) = key.prove(b"input").unwrap();
    assert_eq!(verify(key.public(), b"input", &proof), Ok(output));
    for bit in 0..8 * PROOF_BYTES {
        let mut other = proof;
        other[bit.div_euclid(8)] ^= 1 << (bit % 8);
        assert!(verify(key.public(), b"input", &other).is_err(), "bit {bit}");
    }
    assert_eq!(verify(key.public(), b"another", &proof), Err(VrfError::Proof));
    let other = VrfKey::from_seed(&[2; 32]);
    assert_eq!(verify(other.public(), b"input", &proof), Err(VrfError::Proof));
    for length in 0..PROOF_BYTES {
        assert_eq!(verify(key.public(), b"input", &proof[..length]), Err(VrfError::Form), "{length}");
    }
    let longer = [proof.as_slice(), &[0]].concat();
    assert_eq!(verify(key.public(), b"input", &longer), Err(VrfError::Form));
}

#[test]
fn a_scalar_above_the_order_is_another_spelling_and_refused() {
    // The order of the group, little-endian (RFC 8032, section 5.1).
    let order: [u8; 32] = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let key = VrfKey::from_seed(&[1; 32]);
    let (_, mut proof) = key.prove(b"input").unwrap();
    let mut carry = 0_u16;
    for (byte, more) in proof[48..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(more) + carry;
        *byte = u8::try_from(sum & 0xff).unwrap();
        carry = sum >> 8;
    }
    assert_eq!(verify(key.public(), b"input", &proof), Err(VrfError::Form));
    // The other implementation takes it. When it does no more, decision 0009 can be looked at again.
    let public = EdVrfEdwards25519TaiPublicKey::from_slice(key.public()).unwrap();
    assert!(Judge.verify(&public, b"input", &proof).is_ok());
}

#[test]
fn keys_of_small_order_and_in_other_spellings_are_refused() {
    let key = VrfKey::from_seed(&[1; 32]);
    let (_, proof) = key.prove(b"input").unwrap();
    for bad in [
        // The neutral point, a point of order 2, one of order 4, and the neutral point spelled with y = p + 1.
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // No point.
        "0200000000000000000000000000000000000000000000000000000000000000",
    ] {
        assert_eq!(verify(&hex(bad), b"input", &proof), Err(VrfError::Key), "{bad}");
    }
}
