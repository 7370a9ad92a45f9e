// The exercise of tests/e2e/harness/exercise.py, done by gorilla/websocket: gorilla_client URL
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

const deadline = 30 * time.Second

func main() {
	var steps []string
	for _, part := range []func(string) ([]string, error){messagesAndPings, backendCloses} {
		done, err := part(os.Args[1])
		steps = append(steps, done...)
		if err != nil {
			fmt.Fprintf(os.Stderr, "after %v: %v\n", steps, err)
			os.Exit(1)
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string][]string{"steps": steps})
}

func dial(url string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"echo.v1", "other"}, EnableCompression: true}
	if file := os.Getenv("EXERCISE_CA"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		dialer.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	conn, answer, err := dialer.Dial(url, nil)
	if err != nil {
		return nil, fmt.Errorf("dial: %w (%v)", err, answer)
	}
	_ = conn.SetReadDeadline(time.Now().Add(deadline))
	return conn, conn.SetWriteDeadline(time.Now().Add(deadline))
}

func echo(conn *websocket.Conn, kind int, sent []byte) error {
	if err := conn.WriteMessage(kind, sent); err != nil {
		return err
	}
	gotKind, got, err := conn.ReadMessage()
	if err != nil {
		return err
	}
	if gotKind != kind || !bytes.Equal(got, sent) {
		return fmt.Errorf("sent %d bytes of kind %d, got %d of %d", len(sent), kind, len(got), gotKind)
	}
	return nil
}

func pattern(size int) []byte {
	out := make([]byte, size)
	for i := range out {
		out[i] = byte(i*31 + i>>8)
	}
	return out
}

func messagesAndPings(url string) (steps []string, err error) {
	conn, err := dial(url)
	if err != nil {
		return steps, err
	}
	defer conn.Close()
	if conn.Subprotocol() != "echo.v1" {
		return steps, fmt.Errorf("subprotocol %q", conn.Subprotocol())
	}
	steps = append(steps, "subprotocol")
	for _, text := range []string{"hello", "grüße, 世界 🚀", ""} {
		if err := echo(conn, websocket.TextMessage, []byte(text)); err != nil {
			return steps, err
		}
	}
	steps = append(steps, "text")
	for _, size := range []int{256, 0, 125, 126, 65535, 65536} {
		if err := echo(conn, websocket.BinaryMessage, pattern(size)); err != nil {
			return steps, err
		}
	}
	steps = append(steps, "binary")
	if err := echo(conn, websocket.BinaryMessage, pattern(1<<20)); err != nil {
		return steps, err
	}
	if err := echo(conn, websocket.TextMessage, []byte(strings.Repeat("x", 1<<20))); err != nil {
		return steps, err
	}
	steps = append(steps, "megabyte")
	if err := pings(conn); err != nil {
		return steps, err
	}
	steps = append(steps, "client-ping", "backend-ping")
	return append(steps, "client-close"), clientCloses(conn)
}

// Control frames are handled inside ReadMessage, so an echo behind a ping brings its pong along.
func pings(conn *websocket.Conn) error {
	var pong, ping string
	conn.SetPongHandler(func(data string) error { pong = data; return nil })
	answer := conn.PingHandler()
	conn.SetPingHandler(func(data string) error { ping = data; return answer(data) })

	until := time.Now().Add(deadline)
	if err := conn.WriteControl(websocket.PingMessage, []byte("are you there"), until); err != nil {
		return err
	}
	if err := echo(conn, websocket.TextMessage, []byte("behind the ping")); err != nil {
		return err
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte("!ping from-the-backend")); err != nil {
		return err
	}
	_, got, err := conn.ReadMessage()
	if err != nil {
		return err
	}
	if pong != "are you there" || ping != "from-the-backend" || string(got) != "!ponged" {
		return fmt.Errorf("pong %q, ping %q, then %q", pong, ping, got)
	}
	return nil
}

func clientCloses(conn *websocket.Conn) error {
	frame := websocket.FormatCloseMessage(4001, "client is done")
	if err := conn.WriteMessage(websocket.CloseMessage, frame); err != nil {
		return err
	}
	_, _, err := conn.ReadMessage()
	if !websocket.IsCloseError(err, 4001) {
		return fmt.Errorf("close echoed as %v", err)
	}
	return nil
}

func backendCloses(url string) ([]string, error) {
	conn, err := dial(url)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.WriteMessage(websocket.TextMessage, []byte("!close 4002 backend is done")); err != nil {
		return nil, err
	}
	_, _, err = conn.ReadMessage()
	if closed, ok := err.(*websocket.CloseError); !ok || closed.Code != 4002 ||
		closed.Text != "backend is done" {
		return nil, fmt.Errorf("closed as %v", err)
	}
	return []string{"backend-close"}, nil
}
