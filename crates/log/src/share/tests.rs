use super::*;

/// The tree of RFC 6962, section 2.1, by its recursive definition: split at the largest power of two below the size.
fn by_definition(leaves: &[ShareLeaf]) -> ShareNode {
    match leaves {
        [leaf] => leaf.node(),
        many => {
            let at = many.len().next_power_of_two() >> 1;
            ShareNode::above(&by_definition(&many[..at]), &by_definition(&many[at..])).unwrap()
        }
    }
}

fn roster(size: u64) -> Vec<ShareLeaf> {
    let period = PeriodTag::new("neighbours", "2019-01-b");
    let leaf = |index: u64| {
        let counted = index % 5 != 3;
        let amount = if counted { 3 + index % 2 } else { 0 };
        ShareLeaf { period, salt: [u8::try_from(index % 251).unwrap(); 16], index, amount, counted }
    };
    (0..size).map(leaf).collect()
}

fn tree(size: u64) -> (Vec<ShareLeaf>, Vec<ShareNode>, ShareTree) {
    let leaves = roster(size);
    let nodes: Vec<ShareNode> = leaves.iter().map(ShareLeaf::node).collect();
    let head = root_of(&nodes).unwrap().head();
    (leaves, nodes, head)
}

#[test]
fn roots_sums_and_paths_are_those_of_the_definition_at_every_size() {
    for size in 1..=70 {
        let (leaves, nodes, head) = tree(size);
        assert_eq!(root_of(&nodes).unwrap(), by_definition(&leaves), "size {size}");
        assert_eq!(head.sum, leaves.iter().map(|leaf| leaf.amount).sum::<u64>());
        assert_eq!(head.count, leaves.iter().filter(|leaf| leaf.counted).count() as u64);
        for (at, leaf) in leaves.iter().enumerate() {
            let path = SharePath { size, nodes: path_of(&nodes, at).unwrap() };
            assert_eq!(path.verify(leaf, &head), Ok(()), "place {at} of {size}");
        }
        assert_eq!(path_of(&nodes, nodes.len()), None);
    }
    assert_eq!(root_of(&[]), None);
}

/// The bytes as another program makes them: `printf` and `sha256sum`.
#[test]
fn leaf_and_node_are_the_hashes_of_the_documented_bytes() {
    let leaf = |index, amount| ShareLeaf {
        period: PeriodTag([0x11; 16]),
        salt: [0x22; 16],
        index,
        amount,
        counted: true,
    };
    let left = leaf(0, 3);
    assert_eq!(left.node().hash.to_hex(), "4aa075e5c9112522bba557bdcf662f5f77ba3c520bc06a90ea75acab2264f13a");
    let above = ShareNode::above(&left.node(), &leaf(1, 3).node()).unwrap();
    assert_eq!(above.hash.to_hex(), "a77f04fa382251c0e7bdf9e2839dc0b7f4e73055b2d60a78c43e9677de55ba9d");
    assert_eq!((above.sum, above.count), (6, 2));
    assert_eq!(PeriodTag::new("neighbours", "2019-01-b").to_string(), "48038bc5628fd3f48e19407d6b85a9a8");
}

#[test]
fn whatever_is_changed_is_refused_with_the_reason() {
    let (leaves, nodes, head) = tree(13);
    let (at, leaf) = (6, leaves[6]);
    let path = SharePath { size: 13, nodes: path_of(&nodes, at).unwrap() };
    let other_root = Err(ShareError::OtherRoot);
    for changed in [
        ShareLeaf { amount: leaf.amount + 1, ..leaf },
        ShareLeaf { salt: [0; 16], ..leaf },
        ShareLeaf { period: PeriodTag([0; 16]), ..leaf },
        ShareLeaf { index: 7, ..leaf },
        ShareLeaf { amount: 0, counted: false, ..leaf },
    ] {
        assert_eq!(path.verify(&changed, &head), other_root, "{changed:?}");
    }
    for level in 0..path.nodes.len() {
        let with = |change: &dyn Fn(&mut ShareNode)| {
            let mut nodes = path.nodes.clone();
            change(&mut nodes[level]);
            SharePath { size: 13, nodes }.verify(&leaf, &head)
        };
        // What is moved between sums of the own and the other side keeps the total: only the hashed sums tell.
        assert_eq!(with(&|node| node.sum += 1), other_root, "sum of level {level}");
        assert_eq!(with(&|node| node.count -= 1), other_root, "count of level {level}");
        assert!(matches!(with(&|node| node.count = 99), Err(ShareError::TooMany { count: 99, .. })));
        assert!(matches!(with(&|node| node.sum = u64::MAX), Err(ShareError::TooLarge)), "level {level}");
    }
    let short = SharePath { size: 13, nodes: path.nodes[..3].to_vec() };
    assert_eq!(short.verify(&leaf, &head), Err(ShareError::Length(3)));
    let long = SharePath { size: 13, nodes: [path.nodes.clone(), vec![nodes[0]]].concat() };
    assert_eq!(long.verify(&leaf, &head), Err(ShareError::Length(5)));
    let beyond = SharePath { size: 6, nodes: path.nodes.clone() };
    assert_eq!(beyond.verify(&leaf, &head), Err(ShareError::NoSuchPlace { index: 6, size: 6 }));
    let stated = ShareTree { sum: head.sum + 1, ..head.clone() };
    let found = Err(ShareError::OtherSum { found: head.sum, stated: head.sum + 1 });
    assert_eq!(path.verify(&leaf, &stated), found);
    let stated = ShareTree { count: head.count - 1, ..head.clone() };
    let found = Err(ShareError::OtherCount { found: head.count, stated: head.count - 1 });
    assert_eq!(path.verify(&leaf, &stated), found);
    let uncounted = ShareLeaf { counted: false, ..leaf };
    assert_eq!(path.verify(&uncounted, &head), Err(ShareError::NotCounted));
}
