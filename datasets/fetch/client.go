// Copyright 2026 The Coherent Gradients Go Authors. SPDX-License-Identifier: Apache-2.0

package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// defaultFetcher is what File uses: quiet, and quick to see that a machine has no network.
var defaultFetcher = sync.OnceValue(func() *fetcher {
	return newFetcher(20*time.Second, 500*time.Millisecond)
})

func newFetcher(idle, pause time.Duration) *fetcher {
	transport := http.DefaultTransport.(*http.Transport).Clone() // takes HTTP_PROXY and friends from the environment
	// A firewall that drops packets would otherwise hold a first run for minutes before it says "no network".
	transport.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	transport.ResponseHeaderTimeout = idle

	c := retryablehttp.NewClient()
	c.HTTPClient = &http.Client{Transport: transport}
	c.Logger = nil
	c.RetryMax = 2
	c.RetryWaitMin = pause
	c.RetryWaitMax = 10 * pause
	c.CheckRetry = checkRetry
	c.Backoff = cappedBackoff
	c.ErrorHandler = retryablehttp.PassthroughErrorHandler
	return &fetcher{client: c, idle: idle, pause: pause}
}

// checkRetry retries what may pass (5xx, 429, a reset connection) and leaves an address at once that can't be dialled
// or kept us waiting already.
func checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	var slow net.Error
	if isDial(err) || errors.As(err, &slow) && slow.Timeout() {
		return false, nil
	}
	return retryablehttp.DefaultRetryPolicy(ctx, resp, err)
}

// cappedBackoff is exponential and doesn't let a server's Retry-After hold the user for longer than the cap.
func cappedBackoff(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	return min(retryablehttp.DefaultBackoff(least, most, attempt, resp), most)
}

func isDial(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}
