// Verify checks records that Holm wrote with other people's code: golang.org/x/mod/sumdb/{note,tlog}, the original implementation of
// signed notes and tiled logs. It imports nothing of Holm.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run verify.go FOLDER...
//
// A folder has policy, checkpoint and tiles as published, and may have proofs (*.tlog-proof) and requests to a witness.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	for _, folder := range os.Args[1:] {
		said, err := verify(folder)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: DOES NOT HOLD: %v\n", folder, err)
			os.Exit(1)
		}
		fmt.Printf("%s: %s\n", folder, said)
	}
}

// A cosigner is a timed Ed25519 witness key, signature type 4 of C2SP tlog-cosignature.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

// readPolicy returns the keys of a policy that this program can check: those of ML-DSA it leaves to another.
func readPolicy(text string) (logs, witnesses []note.Verifier, err error) {
	for _, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if len(words) < 2 || (words[0] != "log" && words[0] != "witness") {
			continue
		}
		vkey := words[1]
		if words[0] == "witness" {
			vkey = words[2]
		}
		parts := strings.SplitN(vkey, "+", 3)
		raw, err := base64.StdEncoding.DecodeString(parts[2])
		if err != nil || len(raw) < 2 {
			return nil, nil, fmt.Errorf("the key of %s is not base64", parts[0])
		}
		switch raw[0] {
		case 1:
			log, err := note.NewVerifier(vkey)
			if err != nil {
				return nil, nil, err
			}
			logs = append(logs, log)
		case 4:
			sum := sha256.Sum256([]byte(parts[0] + "\n" + string(raw)))
			hash := binary.BigEndian.Uint32(sum[:])
			if stated, err := strconv.ParseUint(parts[1], 16, 32); err != nil || uint32(stated) != hash {
				return nil, nil, fmt.Errorf("the key id of %s does not match", parts[0])
			}
			witnesses = append(witnesses, &cosigner{parts[0], hash, ed25519.PublicKey(raw[1:])})
		}
	}
	return logs, witnesses, nil
}

// openCheckpoint checks the signatures of a checkpoint: how many keys of the list signed, and the tree.
func openCheckpoint(text string, keys []note.Verifier) (int, tlog.Tree, error) {
	opened, err := note.Open([]byte(text), note.VerifierList(keys...))
	if err != nil {
		return 0, tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 {
		return 0, tlog.Tree{}, fmt.Errorf("the checkpoint has too few lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return len(opened.Sigs), tlog.Tree{N: size, Hash: root}, err
}

// tiles reads tiles from a folder, in which C2SP leaves out the height that the Go checksum database writes.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		bytes, err := os.ReadFile(filepath.Join(t.folder, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// readLeaves reads all bundles.
func readLeaves(folder string, size int64) ([][]byte, error) {
	var leaves [][]byte
	for n := int64(0); n < (size+255)/256; n++ {
		width := size - 256*n
		if width > 256 {
			width = 256
		}
		path := (tlog.Tile{H: 8, L: 0, N: n, W: int(width)}).Path()
		bytes, err := os.ReadFile(filepath.Join(folder, strings.Replace(path, "tile/8/0/", "tile/entries/", 1)))
		if err != nil {
			return nil, err
		}
		for len(bytes) > 0 {
			if len(bytes) < 2 || len(bytes) < 2+int(binary.BigEndian.Uint16(bytes)) {
				return nil, fmt.Errorf("bundle %d ends within a leaf", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(bytes))
			leaves, bytes = append(leaves, bytes[2:end]), bytes[end:]
		}
	}
	if int64(len(leaves)) != size {
		return nil, fmt.Errorf("%d leaves, %d were signed", len(leaves), size)
	}
	return leaves, nil
}

func verify(folder string) (string, error) {
	policy, err := os.ReadFile(filepath.Join(folder, "policy"))
	if err != nil {
		return "", err
	}
	logs, witnesses, err := readPolicy(string(policy))
	if err != nil {
		return "", err
	}
	keys := append(logs, witnesses...)
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return "", err
	}
	signed, tree, err := openCheckpoint(string(text), keys)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	if signed != len(keys) {
		return "", fmt.Errorf("%d of %d keys signed the checkpoint", signed, len(keys))
	}

	leaves, err := readLeaves(folder, tree.N)
	if err != nil {
		return "", err
	}
	reader := tlog.TileHashReader(tree, tiles{folder})
	var indexes []int64
	for n := range leaves {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(n)))
	}
	hashes, err := reader.ReadHashes(indexes)
	if err != nil {
		return "", fmt.Errorf("tiles: %w", err)
	}
	for n, leaf := range leaves {
		if hashes[n] != tlog.RecordHash(leaf) {
			return "", fmt.Errorf("leaf %d is not the one that was signed", n)
		}
	}

	proofs, err := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	if err != nil {
		return "", err
	}
	for _, path := range proofs {
		if err := checkProof(path, keys, leaves); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	requests, err := filepath.Glob(filepath.Join(folder, "requests", "*"))
	if err != nil {
		return "", err
	}
	for _, path := range requests {
		if err := checkRequest(path, logs, reader); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	return fmt.Sprintf("%d signatures, %d leaves in their tiles, %d inclusion proofs, %d consistency proofs hold",
		signed, len(leaves), len(proofs), len(requests)), nil
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// checkProof checks a C2SP tlog-proof, and that it holds for no other leaf.
func checkProof(path string, keys []note.Verifier, leaves [][]byte) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, checkpoint, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("not a proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := parseHashes(lines[2:])
	if err != nil {
		return err
	}
	_, tree, err := openCheckpoint(checkpoint, keys)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaves[index])); err != nil {
		return err
	}
	other := (index + 1) % int64(len(leaves))
	if other != index && tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaves[other])) == nil {
		return fmt.Errorf("it holds for leaf %d, too", other)
	}
	return nil
}

// checkRequest checks what a witness is asked: the old root is computed from the tiles.
func checkRequest(path string, logs []note.Verifier, reader tlog.HashReader) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, checkpoint, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	old, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := parseHashes(lines[1:])
	if err != nil {
		return err
	}
	_, tree, err := openCheckpoint(checkpoint, logs)
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(old, reader)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, root); err != nil {
		return err
	}
	root[0] ^= 1
	if tlog.CheckTree(proof, tree.N, tree.Hash, old, root) == nil {
		return fmt.Errorf("it holds for another root, too")
	}
	return nil
}
