package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/opentdf/platform/sdk"
)

// A loopback client over the unmodified OpenTDF Go SDK: main.go decrypt|encrypt PLATFORM ID SECRET IN OUT [ATTRIBUTE]
func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	verb, platform, id, secret, in, out := args[0], args[1], args[2], args[3], args[4], args[5]
	client, err := sdk.New(platform, sdk.WithInsecurePlaintextConn(), sdk.WithClientCredentials(id, secret, nil))
	if err != nil {
		return err
	}
	defer client.Close()
	data, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	if verb == "encrypt" {
		options := []sdk.TDFOption{sdk.WithKasInformation(sdk.KASInfo{URL: platform + "/kas"}), sdk.WithAutoconfigure(false)}
		if len(args) > 6 {
			options = append(options, sdk.WithDataAttributes(args[6:]...))
		}
		_, err = client.CreateTDF(file, bytes.NewReader(data), options...)
		return err
	}
	reader, err := client.LoadTDF(bytes.NewReader(data))
	if err != nil {
		return err
	}
	_, err = io.Copy(file, reader)
	return err
}
