// Command golog lets verifiers that other people wrote judge our log, and lets their log be judged by us.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"filippo.io/mldsa"
	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/proof"
	mproof "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	verbs := map[string]func([]string) error{
		"note": openNote, "checkpoint": openCheckpoint, "cosignature": openCosignature, "proof": checkProof,
		"formats-proof": checkFormatsProof, "consistency": checkConsistency, "mldsa": openMLDSA, "fsck": checkLog, "entries": readEntries, "write": writeLog,
	}
	verb := verbs[os.Args[1]]
	if verb == nil {
		fmt.Println("unknown verb")
		os.Exit(2)
	}
	if err := verb(os.Args[2:]); err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func read(name string) []byte {
	data, err := os.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return data
}

// golang.org/x/mod/sumdb/note
func openNote(args []string) error {
	v, err := note.NewVerifier(args[1])
	if err != nil {
		return err
	}
	_, err = note.Open(read(args[0]), note.VerifierList(v))
	return err
}

// filippo.io/torchwood: a cosignature of type 0x04 or 0x06
func openCosignature(args []string) error {
	v, err := torchwood.NewCosignatureVerifier(args[1])
	if err != nil {
		return err
	}
	_, err = note.Open(read(args[0]), note.VerifierList(v))
	return err
}

// filippo.io/mldsa and golang.org/x/mod/sumdb/note: a cosignature of type 0x06, its message built from the specification's text
func openMLDSA(args []string) error {
	parts := strings.SplitN(args[1], "+", 3)
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || raw[0] != 6 {
		return fmt.Errorf("not an ML-DSA-44 key")
	}
	pub, err := mldsa.NewPublicKey(mldsa.MLDSA44(), raw[1:])
	if err != nil {
		return err
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return err
	}
	v := mldsaVerifier{parts[0], uint32(id), pub}
	_, err = note.Open(read(args[0]), note.VerifierList(v))
	return err
}

type mldsaVerifier struct {
	name string
	id   uint32
	pub  *mldsa.PublicKey
}

func (v mldsaVerifier) Name() string    { return v.name }
func (v mldsaVerifier) KeyHash() uint32 { return v.id }
func (v mldsaVerifier) Verify(msg, sig []byte) bool {
	c, err := torchwood.ParseCheckpoint(string(msg))
	if err != nil || len(sig) < 8 {
		return false
	}
	m := append([]byte("subtree/v1\n\x00"), byte(len(v.name)))
	m = append(append(m, v.name...), sig[:8]...)
	m = append(append(m, byte(len(c.Origin))), c.Origin...)
	m = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(m, 0), uint64(c.N))
	return mldsa.Verify(v.pub, append(m, c.Hash[:]...), sig[8:], nil) == nil
}

// filippo.io/torchwood: a checkpoint under a tlog-policy
func openCheckpoint(args []string) error {
	policy, err := torchwood.ParsePolicy(read(args[1]))
	if err != nil {
		return err
	}
	_, _, err = torchwood.VerifyCheckpoint(read(args[0]), policy)
	return err
}

// filippo.io/torchwood: a tlog-proof of an entry under a tlog-policy
func checkProof(args []string) error {
	policy, err := torchwood.ParsePolicy(read(args[1]))
	if err != nil {
		return err
	}
	return torchwood.VerifyProof(policy, tlog.RecordHash(read(args[2])), read(args[0]))
}

// github.com/transparency-dev/formats and merkle: the same proof file, read and verified by other code
func checkFormatsProof(args []string) error {
	var p proof.TLogProof
	if err := p.Unmarshal(read(args[0])); err != nil {
		return err
	}
	v, err := note.NewVerifier(args[1])
	if err != nil {
		return err
	}
	n, err := note.Open(p.Checkpoint, note.VerifierList(v))
	if err != nil {
		return err
	}
	c, err := torchwood.ParseCheckpoint(n.Text)
	if err != nil {
		return err
	}
	path := make([][]byte, len(p.Hashes))
	for i := range p.Hashes {
		path[i] = p.Hashes[i][:]
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(read(args[2]))
	return mproof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, uint64(c.N), leaf, path, c.Hash[:])
}

// github.com/transparency-dev/merkle: SIZE1 ROOT1 SIZE2 ROOT2 HASH...
func checkConsistency(args []string) error {
	number := func(s string) uint64 { n, _ := strconv.ParseUint(s, 10, 64); return n }
	bytesOf := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	var path [][]byte
	for _, one := range args[4:] {
		path = append(path, bytesOf(one))
	}
	return mproof.VerifyConsistency(rfc6962.DefaultHasher, number(args[0]), number(args[2]), path, bytesOf(args[1]), bytesOf(args[3]))
}

// github.com/transparency-dev/tessera/fsck: the whole tile log
func checkLog(args []string) error {
	v, err := note.NewVerifier(args[1])
	if err != nil {
		return err
	}
	hasher := func(bundle []byte) ([][]byte, error) {
		eb := &api.EntryBundle{}
		if err := eb.UnmarshalText(bundle); err != nil {
			return nil, err
		}
		var out [][]byte
		for _, e := range eb.Entries {
			out = append(out, rfc6962.DefaultHasher.HashLeaf(e))
		}
		return out, nil
	}
	return fsck.New(v.Name(), v, client.FileFetcher{Root: args[0]}, hasher, fsck.Opts{N: 1}).Check(context.Background())
}

// filippo.io/torchwood's client: every entry, proven against the checkpoint; prints their count and joint digest
func readEntries(args []string) error {
	policy, err := torchwood.ParsePolicy(read(args[1]))
	if err != nil {
		return err
	}
	c, _, err := torchwood.VerifyCheckpoint(read(args[0]+"/checkpoint"), policy)
	if err != nil {
		return err
	}
	tiles, err := torchwood.NewTileFS(os.DirFS(args[0]))
	if err != nil {
		return err
	}
	cl, err := torchwood.NewClient(tiles)
	if err != nil {
		return err
	}
	count, sum := 0, sha256.New()
	for _, e := range cl.AllEntries(context.Background(), c.Tree, 0) {
		sum.Write(e)
		count++
	}
	fmt.Printf("%d %x\n", count, sum.Sum(nil))
	return cl.Err()
}

// tessera's POSIX log, written by Tessera: DIR SIGNER COUNT [WITNESS POLICY]
func writeLog(args []string) error {
	ctx := context.Background()
	s, err := note.NewSigner(args[1])
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: args[0]})
	if err != nil {
		return err
	}
	count, _ := strconv.Atoi(args[2])
	opts := tessera.NewAppendOptions().WithCheckpointSigner(s).WithBatching(uint(count), time.Second).WithCheckpointInterval(100 * time.Millisecond)
	if len(args) > 3 {
		group, err := tessera.NewWitnessGroupFromPolicy(read(args[3]))
		if err != nil {
			return err
		}
		opts.WithWitnesses(group, &tessera.WitnessOptions{Timeout: 5 * time.Second})
	}
	appender, shutdown, reader, err := tessera.NewAppender(ctx, driver, opts)
	if err != nil {
		return err
	}
	var futures []tessera.IndexFuture
	for i := range count {
		futures = append(futures, appender.Add(ctx, tessera.NewEntry(bytes.Repeat([]byte(fmt.Sprintf("entry %d ", i)), i%7))))
	}
	await := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 50*time.Millisecond)
	waited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for _, f := range futures {
		if _, _, err := await.Await(waited, f); err != nil {
			return err
		}
	}
	return shutdown(ctx)
}
