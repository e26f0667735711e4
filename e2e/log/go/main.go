// Verifier over the Go reference code (golang.org/x/mod/sumdb note and tlog, as Debian ships it): signatures and quorum, every tile and
// entry authenticated against the root, consistency, inclusion.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verify_go main.go
//	verify_go CASE      0 accepted, 1 refused, 2 wrong use
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type policy struct {
	logs      []note.Verifier
	witnesses map[string]note.Verifier
	groups    map[string]group
	quorum    string
}

type group struct {
	threshold int
	members   []string
}

// cosigner checks c2sp.org/tlog-cosignature lines with Ed25519; the package note knows plain signatures only.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.id }
func (c *cosigner) Verify(message, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	head := fmt.Sprintf("cosignature/v1\ntime %d\n", binary.BigEndian.Uint64(signature))
	return ed25519.Verify(c.key, append([]byte(head), message...), signature[8:])
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed witness key")
	}
	material, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(material) != 33 || material[0] != 4 {
		return nil, errors.New("not an Ed25519 cosignature key")
	}
	hash := sha256.Sum256(append([]byte(parts[0]+"\n"), material...))
	id := binary.BigEndian.Uint32(hash[:])
	if fmt.Sprintf("%08x", id) != parts[1] {
		return nil, errors.New("the key id is not the one of the key")
	}
	return &cosigner{parts[0], id, material[1:]}, nil
}

func readPolicy(path string) (*policy, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &policy{witnesses: map[string]note.Verifier{}, groups: map[string]group{}}
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		switch words[0] {
		case "log":
			key, err := note.NewVerifier(words[1])
			if err != nil {
				return nil, err
			}
			p.logs = append(p.logs, key)
		case "witness":
			key, err := newCosigner(words[2])
			if err != nil {
				return nil, err
			}
			p.witnesses[words[1]] = key
		case "group":
			g := group{1, words[3:]}
			if words[2] == "all" {
				g.threshold = len(g.members)
			} else if words[2] != "any" {
				if g.threshold, err = strconv.Atoi(words[2]); err != nil {
					return nil, err
				}
			}
			p.groups[words[1]] = g
		case "quorum":
			p.quorum = words[1]
		default:
			return nil, fmt.Errorf("policy: unknown line %q", line)
		}
	}
	if p.quorum == "" || len(p.logs) == 0 {
		return nil, errors.New("policy: no log or no quorum")
	}
	return p, nil
}

func (p *policy) satisfied(name string, cosigned map[string]bool) bool {
	if name == "none" {
		return true
	}
	if _, ok := p.witnesses[name]; ok {
		return cosigned[name]
	}
	count := 0
	for _, member := range p.groups[name].members {
		if p.satisfied(member, cosigned) {
			count++
		}
	}
	return p.groups[name].threshold > 0 && count >= p.groups[name].threshold
}

// open returns the tree of a note that a log of the policy signed and enough witnesses cosigned.
func (p *policy) open(text []byte) (tlog.Tree, error) {
	known := append([]note.Verifier{}, p.logs...)
	for _, witness := range p.witnesses {
		known = append(known, witness)
	}
	n, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, errors.New("a checkpoint has three lines")
	}
	signed, cosigned := false, map[string]bool{}
	for _, sig := range n.Sigs {
		for _, log := range p.logs {
			signed = signed || (log.Name() == sig.Name && log.KeyHash() == sig.Hash && sig.Name == lines[0])
		}
		for name, witness := range p.witnesses {
			if witness.Name() == sig.Name && witness.KeyHash() == sig.Hash {
				cosigned[name] = true
			}
		}
	}
	if !signed {
		return tlog.Tree{}, errors.New("the log did not sign this")
	}
	if !p.satisfied(p.quorum, cosigned) {
		return tlog.Tree{}, fmt.Errorf("quorum %s not met: %d cosigned", p.quorum, len(cosigned))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("bad size")
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

// folder reads tiles of a published folder; the tiles of package tlog have height 8 here.
type folder struct{ root string }

func tilePath(kind string, n int64, width int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width != 256 {
		path = fmt.Sprintf("%s.p/%d", path, width)
	}
	return "tile/" + kind + "/" + path
}

func (f folder) read(kind string, n int64, width int) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(f.root, tilePath(kind, n, width)))
	if os.IsNotExist(err) && width != 256 {
		data, err = os.ReadFile(filepath.Join(f.root, tilePath(kind, n, 256)))
	}
	return data, err
}

func (f folder) Height() int { return 8 }
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(strconv.Itoa(tile.L), tile.N, tile.W)
		if err != nil {
			return nil, err
		}
		if len(data) < 32*tile.W {
			return nil, fmt.Errorf("tile %v is short", tile)
		}
		all = append(all, data[:32*tile.W])
	}
	return all, nil
}
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

// entries checks every entry against the leaf hashes of the tree; the reader authenticates every tile on the way.
func (f folder) entries(tree tlog.Tree, reader tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 256 {
		count := tree.N - first
		if count > 256 {
			count = 256
		}
		bundle, err := f.read("entries", first/256, int(count))
		if err != nil {
			return err
		}
		var places []int64
		for i := int64(0); i < count; i++ {
			places = append(places, tlog.StoredHashIndex(0, first+i))
		}
		hashes, err := reader.ReadHashes(places)
		if err != nil {
			return err
		}
		for i, hash := range hashes {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("bundle %d is short", first/256)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:end]) != hash {
				return fmt.Errorf("entry %d is not the one of its tile", first+int64(i))
			}
			bundle = bundle[end:]
		}
	}
	return nil
}

func (p *policy) receipt(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(strings.TrimSuffix(path, ".tlog-proof") + ".entry")
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := p.open([]byte(signed))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func check(root string) (string, error) {
	p, err := readPolicy(filepath.Join(root, "policy"))
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(root, "log", "checkpoint"))
	if err != nil {
		return "", err
	}
	now, err := p.open(text)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	tiles := folder{filepath.Join(root, "log")}
	reader := tlog.TileHashReader(now, tiles)
	if hash, err := tlog.TreeHash(now.N, reader); err != nil || hash != now.Hash {
		return "", fmt.Errorf("the root of the tiles is not the root of the checkpoint: %v", err)
	}
	if err := tiles.entries(now, reader); err != nil {
		return "", err
	}
	seen, _ := filepath.Glob(filepath.Join(root, "seen", "*.note"))
	sort.Strings(seen)
	for _, path := range seen {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		old, err := p.open(text)
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		if old.N > now.N {
			return "", fmt.Errorf("rolled back: size %d was seen, now %d", old.N, now.N)
		}
		if old.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(now.N, old.N, reader)
		if err != nil {
			return "", err
		}
		if err := tlog.CheckTree(proof, now.N, now.Hash, old.N, old.Hash); err != nil {
			return "", fmt.Errorf("%s is not a prefix of the log: %w", path, err)
		}
	}
	receipts, _ := filepath.Glob(filepath.Join(root, "receipts", "*.tlog-proof"))
	for _, path := range receipts {
		if err := p.receipt(path); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	return fmt.Sprintf("size %d: every tile and entry, %d earlier checkpoints, %d receipts", now.N, len(seen), len(receipts)), nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: verify_go CASE")
		os.Exit(2)
	}
	said, err := check(os.Args[1])
	if err != nil {
		fmt.Printf("refused: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(said)
}
