use super::*;
use huzhu_log::share::root_of;
use proptest::prelude::*;

fn maker() -> LeafMaker {
    LeafMaker::new(PeriodTag::new("neighbours", "2019-01-b"), &[7; 32])
}

/// What the definition in `huzhu_log::share` gives, leaf by leaf.
fn by_definition(maker: &LeafMaker, from: u64, shares: &[(u32, bool)]) -> Option<ShareNode> {
    let leaf = |(index, (share, counted)): (u64, &(u32, bool))| {
        maker.leaf(index, u64::from(*share), *counted).node()
    };
    let nodes: Vec<ShareNode> = (from..).zip(shares).map(leaf).collect();
    root_of(&nodes)
}

proptest! {
    #[test]
    fn a_page_is_what_the_definition_gives(
        from in 0_u64..1 << 40,
        shares in proptest::collection::vec((any::<u32>(), any::<bool>()), 0..300),
    ) {
        let mut page = PageTree::new();
        let expected = by_definition(&maker(), from, &shares);
        prop_assert_eq!(page.node(&maker(), from, shares.iter().copied()), expected);
        // The buffers are used again: nothing of the page before may be left in them.
        let fewer = &shares[..shares.len() >> 1];
        let expected = by_definition(&maker(), from, fewer);
        prop_assert_eq!(page.node(&maker(), from, fewer.iter().copied()), expected);
    }

    /// With and without the processor's instructions, on any bytes.
    #[test]
    fn lanes_and_sha2_agree(messages in proptest::collection::vec(any::<[u8; 32]>(), 0..20)) {
        let laid_out: Vec<Block> = messages
            .iter()
            .map(|message| {
                let mut block = padded::<64>(32);
                block[..32].copy_from_slice(message);
                block
            })
            .collect();
        let mut digests = vec![[0; 32]; messages.len()];
        digest_all(&laid_out, &mut digests, messages.len(), 32);
        let mut plain = vec![[0; 32]; messages.len()];
        portable(&laid_out, &mut plain, 32);
        prop_assert_eq!(&digests, &plain);
    }
}

#[test]
fn a_full_page_and_its_leaves() {
    let shares: Vec<(u32, bool)> = (0..1_024).map(|at| (at % 7, at % 7 > 0)).collect();
    let mut page = PageTree::new();
    let node = page.node(&maker(), 1 << 30, shares.iter().copied());
    assert_eq!(node, by_definition(&maker(), 1 << 30, &shares));
    let leaves = page.leaf_nodes(&maker(), 1 << 30, shares.iter().copied());
    assert_eq!(root_of(&leaves), node);
}

/// FIPS 197, appendix C.3: key 00..1f, plaintext 00112233..ff. A salt is that encryption of the place.
#[test]
fn salts_are_aes_256_of_the_place() {
    let key: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let maker = LeafMaker::new(PeriodTag([0; 16]), &key);
    let mut block = [Array::from(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes())];
    maker.cipher.encrypt_blocks(&mut block);
    let wanted = 0x8ea2_b7ca_5167_45bf_eafc_4990_4b49_6089_u128.to_be_bytes();
    assert_eq!(<[u8; 16]>::from(block[0]), wanted);
    let mut place = [Array::from(5_u128.to_be_bytes())];
    maker.cipher.encrypt_blocks(&mut place);
    assert_eq!(maker.leaf(5, 1, true).salt, <[u8; 16]>::from(place[0]));
}
